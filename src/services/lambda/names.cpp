// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/names.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;

constexpr std::string_view kNamePattern =
    "Member must satisfy regular expression pattern: "
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
    "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

bool is_qualifier(std::string_view text) {
  return text == kLatest || is_word(text);
}

/// "name" or "name:qualifier".
std::optional<Reference> name_and_qualifier(std::string_view text, Scope scope) {
  const auto colon = text.find(':');
  Reference out{.scope = std::move(scope), .name = std::string(text.substr(0, colon))};
  if (colon != text.npos) {
    out.qualifier = text.substr(colon + 1);
    if (!is_qualifier(out.qualifier)) return std::nullopt;
  }
  if (!is_word(out.name) || out.name.size() > 140) return std::nullopt;
  return out;
}

}  // namespace

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

std::string number_part(std::int64_t number) {
  return fmt::format("{:08}", number);
}

std::string Reference::arn() const {
  auto out = tocsin::arn("lambda", scope, "function:" + name);
  return qualifier.empty() ? out : out + ":" + qualifier;
}

Failure invalid(std::string message) {
  return fail("InvalidParameterValueException", std::move(message));
}

Failure violation(std::string_view value, std::string_view member, std::string_view constraint) {
  return fail("ValidationException",
              fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                          "constraint: {}",
                          value, member, constraint));
}

Failure no_resource() {
  return fail("ResourceNotFoundException", "The resource you requested does not exist.", 404);
}

Failure not_found(const Reference& reference) {
  return fail("ResourceNotFoundException", "Function not found: " + reference.arn(), 404);
}

std::optional<Reference> parse_reference(std::string_view text, const Scope& scope) {
  constexpr std::string_view kFunction = "function:";
  if (text.starts_with("arn:")) {
    const auto arn = Arn::parse(text);
    if (!arn || arn->service != "lambda" || !arn->resource.starts_with(kFunction) ||
        !is_account_id(arn->account)) {
      return std::nullopt;
    }
    return name_and_qualifier(std::string_view(arn->resource).substr(kFunction.size()),
                              {AccountId(arn->account), arn->region});
  }
  auto where = scope;
  if (const auto colon = text.find(':'); colon != text.npos &&
                                         is_account_id(text.substr(0, colon)) &&
                                         text.substr(colon + 1).starts_with(kFunction)) {
    where.account = AccountId(std::string(text.substr(0, colon)));
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with(kFunction)) text.remove_prefix(kFunction.size());
  return name_and_qualifier(text, std::move(where));
}

Result<Reference> reference_of(const Call& call, std::string_view member) {
  const auto text = string_of(call.params(), member);
  auto found = parse_reference(text, call.scope());
  std::string shown(member);
  shown[0] = static_cast<char>(std::tolower(shown[0]));
  if (!found) return violation(text, shown, kNamePattern);
  const auto qualifier = string_of(call.params(), "Qualifier");
  if (!qualifier.empty()) {
    if (!is_qualifier(qualifier))
      return violation(qualifier, "qualifier",
                       "Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)");
    if (!found->qualifier.empty() && found->qualifier != qualifier)
      return invalid(
          "The derived qualifier from the function name does not match the specified qualifier.");
    found->qualifier = qualifier;
  }
  if (found->scope.region != call.region()) {
    return fail("ResourceNotFoundException",
                fmt::format("Functions from '{}' are not reachable in this region ('{}')",
                            found->scope.region, call.region()),
                404);
  }
  return *std::move(found);
}

Result<Function> function_of(Call& call) {
  const auto reference = TRY(reference_of(call));
  auto function = kFunctions.get(call, reference.key());
  if (!function) return not_found(reference);
  call.set_scope(reference.scope);
  return *std::move(function);
}

Result<Function> whole_function_of(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (!reference.qualifier.empty()) {
    return invalid(
        "This operation is permitted on Lambda functions only. Aliases and versions do not support "
        "this operation. Please specify either a function name or an unqualified function ARN.");
  }
  return function_of(call);
}

std::optional<Configuration> version_of(const store::View& view, const Function& function,
                                        std::string_view version) {
  if (version == kLatest) return function.latest;
  if (!is_number(version) || version.size() > 8) return std::nullopt;
  auto row = kVersions.get(
      view, Key::of(function.scope, function.name, number_part(std::stoll(std::string(version)))));
  if (!row) return std::nullopt;
  return std::move(row->configuration);
}

Result<Target> target_of(const store::View& view, const Reference& reference) {
  auto function = kFunctions.get(view, reference.key());
  if (!function) return not_found(reference);
  auto version = reference.qualifier.empty() ? std::string(kLatest) : reference.qualifier;
  if (const auto alias =
          kAliases.get(view, Key::of(reference.scope, reference.name, reference.qualifier))) {
    version = alias->version;
  }
  auto configuration = version_of(view, *function, version);
  if (!configuration) return not_found(reference);
  return Target{*std::move(function), *std::move(configuration), std::move(version), reference};
}

Result<Target> target_of(Call& call) {
  const auto reference = TRY(reference_of(call));
  call.set_scope(reference.scope);
  return target_of(call, reference);
}

Result<void> check_revision(const Call& call, const std::string& current) {
  const auto given = text(call.params(), "RevisionId");
  if (given.empty() || given == current) return {};
  return fail("PreconditionFailedException",
              "The Revision Id provided does not match the latest Revision Id. Call the "
              "GetFunction/GetAlias API to retrieve the latest Revision Id",
              412);
}

std::string policy_text(const std::optional<Policy>& policy) {
  if (!policy || policy->statements.empty()) return {};
  Array statements;
  for (const auto& [sid, statement] : policy->statements)
    statements.push_back(statement);
  return to_json(
      Object{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
}

std::optional<Policy> policy_of(const store::View& view, const Reference& reference) {
  const auto qualifier = reference.qualifier == kLatest ? std::string() : reference.qualifier;
  return kPolicies.get(view, Key::of(reference.scope, reference.name, qualifier));
}

core::Needs needs(std::string action) {
  return [action = "lambda:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    auto reference = reference_of(call);
    if (!reference) return {{.action = action}};
    if (reference->qualifier == kLatest) reference->qualifier.clear();
    core::Access access{.action = action,
                        .resource = reference->arn(),
                        .owner = reference->scope.account,
                        .resource_policy = policy_text(policy_of(call, *reference))};
    if (const auto function = kFunctions.get(call, reference->key()))
      core::add_resource_tags(access, function->tags);
    return {std::move(access)};
  };
}

}  // namespace tocsin::lambda
