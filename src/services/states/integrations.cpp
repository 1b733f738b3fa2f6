// SPDX-License-Identifier: Apache-2.0
#include "services/states/integrations.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace tocsin::states {
namespace {

using model::Service;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// How the optimised integrations and the SDK name a service, where it is not its sdk_id.
std::string_view other_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kNames[]{
      {"events", "eventbridge"}, {"states", "sfn"}, {"config", "configservice"}};
  for (const auto& [ours, sdk] : kNames)
    if (ours == name) return sdk;
  return name;
}

const Service* service_named(std::string_view name) {
  const auto wanted = other_name(name);
  static const auto known = [] {
    std::map<std::string, const Service*, std::less<>> made;
    for (const auto& id : model::service_ids()) {
      const auto* service = model::service(id);
      if (!service->sdk_id.empty()) made.emplace(lowered(service->sdk_id), service);
    }
    return made;
  }();
  const auto found = known.find(wanted);
  return found == known.end() ? nullptr : found->second;
}

std::string_view without_pattern(std::string_view action) {
  return action.substr(0, action.find('.'));
}

Failure not_served(std::string_view what) {
  return fail("States.TaskFailed",
              fmt::format("Tocsin does not serve {}; docs/coverage.md lists what it serves", what));
}

/// A word begins at a capital after a small letter, at the last capital of a run before a small
/// letter, and after digits.
bool begins_word(std::string_view name, std::size_t at) {
  const char before = name[at - 1], here = name[at];
  if (is_digit(before) && !is_digit(here)) return true;
  if (!is_upper(here)) return false;
  if (is_lower(before)) return true;
  return is_upper(before) && at + 1 < name.size() && is_lower(name[at + 1]);
}

}  // namespace

std::string java_name(std::string_view member) {
  std::string out;
  bool start = true;
  for (std::size_t i = 0; i < member.size(); ++i) {
    if (i) start = begins_word(member, i);
    const auto c = static_cast<unsigned char>(member[i]);
    if (c == '-' || c == '_') continue;
    out += static_cast<char>(start ? std::toupper(c) : std::tolower(c));
  }
  return out;
}

std::string sdk_client_name(const Service& service) {
  if (service.id == "config") return "Config";
  std::string out;
  std::string_view rest = service.sdk_id;
  while (!rest.empty()) {
    const auto word = rest.substr(0, rest.find(' '));
    out += java_name(word);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return out;
}

Result<Integration> integration_of(const asl::Resource& resource) {
  if (resource.kind == asl::Resource::Kind::Lambda) {
    const auto* lambda = model::service("lambda");
    return Integration{lambda, lambda->operation("Invoke"), false};
  }
  std::string_view name = resource.service;
  Integration out;
  if (name.starts_with("aws-sdk:")) {
    out.sdk = true;
    name.remove_prefix(8);
  }
  out.service = service_named(name);
  if (!out.service) return not_served(resource.arn);
  const auto action = lowered(without_pattern(resource.action));
  for (const auto& operation : out.service->operations)
    if (operation.name.size() == action.size() && lowered(operation.name) == action)
      out.operation = &operation;
  if (!out.operation) return not_served(resource.arn);
  return out;
}

}  // namespace tocsin::states
