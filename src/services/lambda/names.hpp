// SPDX-License-Identifier: Apache-2.0
// Which function, version or alias a call means.
#pragma once

#include "core/registry.hpp"
#include "services/lambda/state.hpp"

namespace tocsin::lambda {

inline constexpr std::string_view kLatest = "$LATEST";

/// FunctionName (a name, a partial or a whole ARN, each perhaps with a qualifier) and Qualifier.
struct Reference {
  Scope scope;
  std::string name;
  std::string qualifier;  // empty: none was given

  core::Key key() const { return core::Key::of(scope, name); }
  /// With the qualifier, where there is one.
  std::string arn() const;
};

/// A function with one of its versions.
struct Target {
  Function function;
  Configuration configuration;
  std::string version;  // "$LATEST", "3"
  Reference reference;
};

Failure invalid(std::string message);  // InvalidParameterValueException
/// "1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: z"
Failure violation(std::string_view value, std::string_view member, std::string_view constraint);
Failure no_resource();  // "The resource you requested does not exist."
Failure not_found(const Reference& reference);

/// Errors: ValidationException; InvalidParameterValueException where name and Qualifier disagree;
/// ResourceNotFoundException for a function of another region.
Result<Reference> reference_of(const core::Call& call, std::string_view member = "FunctionName");
/// The same from an ARN or name alone; none where it is not a function's.
std::optional<Reference> parse_reference(std::string_view text, const Scope& scope);

/// From here on the call acts where its function is, be it another account's.
Result<Function> function_of(core::Call& call);
/// The same, for operations that versions and aliases do not have.
Result<Function> whole_function_of(core::Call& call);
/// The version that the reference means; of an alias its main one. Error ResourceNotFoundException.
Result<Target> target_of(const store::View& view, const Reference& reference);
Result<Target> target_of(core::Call& call);
/// Whether `version` ("$LATEST", "3") is one of the function's.
std::optional<Configuration> version_of(const store::View& view, const Function& function,
                                        std::string_view version);

/// RevisionId, where the caller gives one, must be `current`. Error PreconditionFailedException.
Result<void> check_revision(const core::Call& call, const std::string& current);

std::string number_part(std::int64_t number);
bool is_number(std::string_view text);
bool is_word(std::string_view text);  // letters, digits, - and _

/// lambda:<action> on the function that the call names, under the policy of what it names.
core::Needs needs(std::string action);
std::string policy_text(const std::optional<Policy>& policy);
std::optional<Policy> policy_of(const store::View& view, const Reference& reference);

}  // namespace tocsin::lambda
