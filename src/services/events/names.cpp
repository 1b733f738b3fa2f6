// SPDX-License-Identifier: Apache-2.0
#include "services/events/names.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tocsin::events {
namespace {

constexpr std::size_t kMostTags = 50;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

}  // namespace

BusName bus_named(const Scope& home, std::string_view name) {
  if (name.empty()) return {home, "default"};
  constexpr std::string_view kBus = "event-bus/";
  const auto arn = name.starts_with("arn:") ? Arn::parse(name) : std::nullopt;
  if (!arn || !arn->resource.starts_with(kBus)) return {home, std::string(name)};
  return {{AccountId(arn->account), arn->region}, arn->resource.substr(kBus.size())};
}

BusName bus_of(const core::Call& call) {
  return bus_named(call.scope(), text(call.params(), "EventBusName"));
}

Result<Bus> find_bus(const store::View& view, const BusName& name) {
  auto bus = kBuses.get(view, name.key());
  if (!bus && name.name == "default") bus = Bus{.name = name.name};
  if (!bus) return fail("ResourceNotFoundException", "Event bus " + name.name + " does not exist.");
  bus->scope = name.scope;
  return *std::move(bus);
}

Rule named_rule(const core::Call& call) {
  auto bus = bus_of(call);
  return {.name = string_of(call.params(), "Name", text(call.params(), "Rule")),
          .bus = std::move(bus.name),
          .scope = std::move(bus.scope)};
}

Result<Rule> find_rule(core::Call& call) {
  const auto named = named_rule(call);
  TRY(find_bus(call, {named.scope, named.bus}));
  auto rule = kRules.get(call, key_of(named));
  if (rule) return *std::move(rule);
  return fail("ResourceNotFoundException",
              "Rule " + named.name + " does not exist on EventBus " + named.bus + ".");
}

Failure invalid(std::string message) {
  return fail("ValidationException", std::move(message));
}

Failure violation(std::string_view value, std::string_view member, std::string_view constraint) {
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must {}",
                  value, member, constraint));
}

Failure limit_exceeded() {
  return fail("LimitExceededException",
              "The requested resource exceeds the maximum number allowed.");
}

Result<void> check_name(std::string_view name, std::string_view member, std::size_t longest) {
  if (name.empty()) return violation(name, member, "have length greater than or equal to 1");
  if (name.size() > longest)
    return violation(name, member, fmt::format("have length less than or equal to {}", longest));
  if (!std::ranges::all_of(name, is_name_character))
    return violation(name, member, "satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+");
  return {};
}

Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& values) {
  if (value.empty() || std::ranges::find(values, value) != values.end()) return {};
  return violation(value, member,
                   fmt::format("satisfy enum value set: [{}]", fmt::join(values, ", ")));
}

Result<void> add_tags(const Document& params, Tags& tags) {
  for (const auto& tag : array_of(params, "Tags")) {
    const auto key = text(tag, "Key");
    if (key.starts_with("aws:"))
      return invalid("Tag keys that begin with aws: are reserved for AWS.");
    tags[std::string(key)] = string_of(tag, "Value");
  }
  if (tags.size() > kMostTags)
    return invalid(fmt::format("A resource has at most {} tags.", kMostTags));
  return {};
}

}  // namespace tocsin::events
