// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
#include <fmt/format.h>

#include "services/lambda/paging.hpp"
#include "services/lambda/versions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

std::string alias_arn(const Function& function, std::string_view name) {
  return fmt::format("{}:{}", function.arn(), name);
}

Failure no_alias(const Function& function, std::string_view name) {
  return fail("ResourceNotFoundException", "Cannot find alias arn: " + alias_arn(function, name),
              404);
}

Object alias_shown(const Function& function, const Alias& alias) {
  Object out{{"AliasArn", alias_arn(function, alias.name)},
             {"Name", alias.name},
             {"FunctionVersion", alias.version},
             {"Description", alias.description},
             {"RevisionId", alias.revision}};
  if (!alias.weights.empty())
    out["RoutingConfig"] = Object{{"AdditionalVersionWeights", encode(alias.weights)}};
  return out;
}

Result<void> check_version(const Call& call, const Function& function, const std::string& version) {
  if (version_of(call, function, version)) return {};
  return not_found({.scope = function.scope, .name = function.name, .qualifier = version});
}

Result<void> check_weights(const Call& call, const Function& function, const Alias& alias) {
  if (alias.weights.empty()) return {};
  if (alias.weights.size() > 1)
    return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  const auto& [version, weight] = *alias.weights.begin();
  if (weight < 0 || weight > 1)
    return violation(
        fmt::format("{{{}={}}}", version, weight), "routingConfig.additionalVersionWeights",
        "Map value must satisfy constraint: [Member must have value less than or equal "
        "to 1.0, Member must have value greater than or equal to 0.0, Member must not "
        "be null]");
  if (alias.version == kLatest)
    return invalid("$LATEST is not supported for an alias pointing to more than 1 version");
  if (version == alias.version)
    return invalid(
        fmt::format("Invalid function version {0}. Function version {0} is already "
                    "included in routing configuration.",
                    version));
  if (!is_number(version))
    return violation(
        fmt::format("{{{}={}}}", version, weight), "routingConfig.additionalVersionWeights",
        "Map keys must satisfy constraint: [Member must have length less than or equal "
        "to 1024, Member must have length greater than or equal to 1, Member must "
        "satisfy regular expression pattern: [0-9]+, Member must not be null]");
  return check_version(call, function, version);
}

Result<void> read_alias(const Call& call, const Function& function, Alias& alias) {
  const auto& params = call.params();
  alias.version = string_of(params, "FunctionVersion", alias.version);
  alias.description = string_of(params, "Description", alias.description);
  TRY(check_version(call, function, alias.version));
  if (const auto* routing = find(params, "RoutingConfig")) {
    alias.weights.clear();
    for (const auto& entry : object_of(*routing, "AdditionalVersionWeights")) {
      boost::system::error_code inexact;
      if (entry.value().is_number())
        alias.weights[std::string(entry.key())] = entry.value().to_number<double>(inexact);
    }
  }
  return check_weights(call, function, alias);
}

Key key_of(const Call& call, const Function& function) {
  return Key::of(function.scope, function.name, text(call.params(), "Name"));
}

}  // namespace

Outcome create_alias(Call& call) {
  const auto function = TRY(whole_function_of(call));
  Alias alias{.name = string_of(call.params(), "Name")};
  if (!is_word(alias.name) || is_number(alias.name) || alias.name.size() > 128)
    return violation(alias.name, "name",
                     "Member must satisfy regular expression pattern: "
                     "(?!^[0-9]+$)([a-zA-Z0-9-_]+)");
  TRY(read_alias(call, function, alias));
  if (kAliases.contains(call, key_of(call, function))) {
    return fail("ResourceConflictException",
                "Alias already exists: " + alias_arn(function, alias.name), 409);
  }
  alias.revision = call.new_uuid();
  kAliases.put(call, key_of(call, function), alias);
  return alias_shown(function, alias);
}

Outcome get_alias(Call& call) {
  const auto function = TRY(function_of(call));
  const auto alias = kAliases.get(call, key_of(call, function));
  if (!alias) return no_alias(function, text(call.params(), "Name"));
  return alias_shown(function, *alias);
}

Outcome update_alias(Call& call) {
  const auto function = TRY(function_of(call));
  auto alias = kAliases.get(call, key_of(call, function));
  if (!alias) return no_alias(function, text(call.params(), "Name"));
  TRY(check_revision(call, alias->revision));
  TRY(read_alias(call, function, *alias));
  alias->revision = call.new_uuid();
  kAliases.put(call, key_of(call, function), *alias);
  return alias_shown(function, *alias);
}

Outcome delete_alias(Call& call) {
  const auto function = TRY(function_of(call));
  kAliases.erase(call, key_of(call, function));
  kPolicies.erase(call, key_of(call, function));
  return Object{};
}

Outcome list_aliases(Call& call) {
  const auto function = TRY(function_of(call));
  const auto version = text(call.params(), "FunctionVersion");
  return list_page<Alias>(call, kAliases, Key::of(function.scope, function.name), "Aliases",
                          [&](const Alias& alias) -> Document {
                            const bool wanted = version.empty() || alias.version == version ||
                                                alias.weights.contains(std::string(version));
                            return wanted ? Document(alias_shown(function, alias))
                                          : Document(nullptr);
                          });
}

core::Needs needs_alias(std::string action) {
  return needs(std::move(action));
}

}  // namespace tocsin::lambda
