// SPDX-License-Identifier: Apache-2.0
// Parameter Store: named values in a hierarchy, with versions, labels and policies; secret ones
// under a key of KMS. A value lies in the state sealed (String, StringList) or as KMS's ciphertext
// (SecureString), which the reader's own right to the key opens.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/registry.hpp"
#include "core/table.hpp"
#include "core/tags.hpp"

namespace tocsin::ssm {

/// What changes from version to version.
struct ParameterVersion {
  std::int64_t number = 1;
  std::string type;  // String, StringList, SecureString
  std::string tier;  // Standard, Advanced
  std::string key;   // of KMS, as it was given
  std::string description, pattern, data_type;
  std::string policies;  // the text of the request; empty: none
  std::string user;      // ARN
  std::set<std::string> labels;
  Time time{};
  Document value;        // sealed; or, under KMS, ciphertext in base64
  std::string data_key;  // Advanced under KMS: the ciphertext of the value's data key
};
BOOST_DESCRIBE_STRUCT(ParameterVersion, (),
                      (number, type, tier, key, description, pattern, data_type, policies, user,
                       labels, time, value, data_key))

struct Parameter {
  Scope scope;
  std::string name;
  core::Tags tags;
  ParameterVersion latest;
  std::vector<std::string> timers;  // of its policies
};
BOOST_DESCRIBE_STRUCT(Parameter, (), (scope, name, tags, latest, timers))

inline constexpr core::Table<Parameter> kParameters{"ssm.parameters"};  // scope, name
/// Those before the latest: scope, name, number in nineteen digits.
inline constexpr core::Table<ParameterVersion> kParameterVersions{"ssm.parameter_versions"};

std::vector<core::Operation> parameter_operations();
core::ResourceType parameter_type();  // AWS::SSM::Parameter
void on_parameter_timers(core::Registry& registry);

// --- parameter_names.cpp ----------------------------------------------------------------------

std::string parameter_arn(const Scope& scope, std::string_view name);
/// Errors ValidationException, AccessDeniedException, HierarchyLevelLimitExceededException.
Result<void> check_parameter_name(std::string_view name);
/// "/a/b:3", "/a/b:label" or an ARN, as GetParameter takes it.
struct Selected {
  std::string name;
  std::string selector;  // ":3"; empty: the latest
};
Selected selected(std::string_view asked);
/// ssm:<action> on the parameters that a member (a text or a list of texts) names.
core::Needs needs_parameters(std::string action, std::string member);

// --- parameter_rows.cpp -----------------------------------------------------------------------

std::optional<Parameter> find_parameter(const core::Context& context, std::string_view name);
/// Error ParameterNotFound.
Result<Parameter> parameter_named(const core::Context& context, std::string_view name);
/// All versions that are kept, the oldest first.
std::vector<ParameterVersion> versions_of(const core::Context& context, const Parameter& parameter);
/// Errors ParameterNotFound, ParameterVersionNotFound.
Result<ParameterVersion> version_of(const core::Context& context, const Parameter& parameter,
                                    std::string_view selector);
void put_parameter_row(core::Context& context, const Parameter& parameter);
void put_version(core::Context& context, const Parameter& parameter,
                 const ParameterVersion& version);
/// With its versions and timers.
void erase_parameter(core::Context& context, const Parameter& parameter);
/// The event "Parameter Store Change".
void tell_change(core::Context& context, const Parameter& parameter, std::string_view operation);

// --- parameter_values.cpp ---------------------------------------------------------------------

/// Puts `text` into the version as its type and tier want it kept. Errors InvalidKeyId,
/// AccessDeniedException, and KMS's own.
Result<void> keep_value(core::Call& call, const std::string& arn, ParameterVersion& version,
                        std::string_view text);
/// What a caller is shown: the text, or without decryption the ciphertext. Errors as keep_value.
Result<std::string> shown_value(core::Call& call, const std::string& arn,
                                const ParameterVersion& version, bool decrypt);

// --- parameter_policies.cpp -------------------------------------------------------------------

/// Of PutParameter. Errors InvalidPolicyTypeException, InvalidPolicyAttributeException,
/// IncompatiblePolicyException, PoliciesLimitExceededException.
Result<void> check_policies(std::string_view policies, Time now);
/// [{"PolicyText", "PolicyType", "PolicyStatus"}]
Array described_policies(std::string_view policies, Time now);
/// Sets the timers of the latest version's policies, in place of those of the version before.
void start_policies(core::Context& context, Parameter& parameter);

// --- handlers ---------------------------------------------------------------------------------

core::Outcome put_parameter(core::Call& call);
core::Outcome get_parameter(core::Call& call);
core::Outcome get_parameters(core::Call& call);
core::Outcome get_parameters_by_path(core::Call& call);
core::Outcome get_parameter_history(core::Call& call);
core::Outcome describe_parameters(core::Call& call);
core::Outcome delete_parameter(core::Call& call);
core::Outcome delete_parameters(core::Call& call);
core::Outcome label_parameter_version(core::Call& call);
core::Outcome unlabel_parameter_version(core::Call& call);

}  // namespace tocsin::ssm
