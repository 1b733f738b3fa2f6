// SPDX-License-Identifier: Apache-2.0
// How a call names a trail: by name in its home region, by ARN everywhere.
#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

bool alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

bool mark(char c) {
  return c == '.' || c == '-' || c == '_';
}

Failure invalid_name(std::string message) {
  return fail("InvalidTrailNameException", std::move(message));
}

bool looks_like_an_address(std::string_view name) {
  return std::ranges::count(name, '.') == 3 && std::ranges::all_of(name, [](char c) {
           return c == '.' || std::isdigit(static_cast<unsigned char>(c));
         });
}

core::Access access_to(core::Call& call, const std::string& trail_arn) {
  core::Access access{.action = "cloudtrail:" + call.request().operation, .resource = trail_arn};
  if (const auto trail = trail_of(call, trail_arn)) core::add_resource_tags(access, trail->tags);
  core::add_request_tags(access, core::tags_of(array_of(call.params(), "TagsList")));
  return access;
}

}  // namespace

Result<void> check_name(std::string_view name) {
  if (name.empty()) return invalid_name("Trail name cannot be blank!");
  if (name.size() < 3) {
    return invalid_name(
        fmt::format("Trail name too short. Minimum allowed length: 3 characters. Specified name "
                    "length: {} characters.",
                    name.size()));
  }
  if (name.size() > 128) {
    return invalid_name(
        fmt::format("Trail name too long. Maximum allowed length: 128 characters. Specified name "
                    "length: {} characters.",
                    name.size()));
  }
  if (!alphanumeric(name.front()))
    return invalid_name("Trail name must starts with a letter or number.");
  if (!alphanumeric(name.back()))
    return invalid_name("Trail name must ends with a letter or number.");
  if (!std::ranges::all_of(name, [](char c) { return alphanumeric(c) || mark(c); })) {
    return invalid_name(
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods "
        "(.), hyphens (-), and underscores (_).");
  }
  if (std::ranges::adjacent_find(name, [](char a, char b) { return mark(a) && mark(b); }) !=
      name.end()) {
    return invalid_name("Trail name cannot have adjacent periods, underscores or hyphens.");
  }
  if (looks_like_an_address(name))
    return invalid_name("Trail name must not be in IP address format.");
  return {};
}

std::string given_name(const Document& params) {
  for (const auto* member : {"Name", "TrailName"}) {
    if (const auto name = text(params, member); !name.empty()) return std::string(name);
  }
  return {};
}

std::string arn_of(const core::Call& call, const std::string& name) {
  return name.starts_with("arn:") ? name : arn("cloudtrail", call.scope(), "trail/" + name);
}

Failure unknown_trail(const core::Call& call, const std::string& name) {
  return fail("TrailNotFoundException", fmt::format("Unknown trail: {} for the user: {}",
                                                    arn_of(call, name), call.account().str()));
}

std::optional<Trail> trail_of(const store::View& view, const std::string& trail_arn) {
  const auto parsed = Arn::parse(trail_arn);
  if (!parsed || !parsed->resource.starts_with("trail/")) return std::nullopt;
  return kTrails.get(view, core::Key{parsed->account, parsed->region, parsed->resource.substr(6)});
}

Result<Trail> find_trail(core::Call& call, const std::string& name) {
  if (!name.starts_with("arn:")) TRY(check_name(name));
  const auto parsed = Arn::parse(arn_of(call, name));
  if (!parsed || parsed->service != "cloudtrail" || !parsed->resource.starts_with("trail/")) {
    return fail("CloudTrailARNInvalidException", "The trail ARN " + name + " is not valid.");
  }
  auto trail = trail_of(call, arn_of(call, name));
  if (!trail || trail->scope.account != call.account()) return unknown_trail(call, name);
  return *std::move(trail);
}

Result<Trail> trail_at_home(core::Call& call) {
  auto trail = TRY(find_trail(call, given_name(call.params())));
  if (trail.scope.region == call.region()) return trail;
  return fail("InvalidHomeRegionException",
              fmt::format("Trail {} cannot be updated from {}; its home region is {}", trail.arn(),
                          call.region(), trail.scope.region));
}

std::vector<core::Access> needs_trail(core::Call& call) {
  return {access_to(call, arn_of(call, given_name(call.params())))};
}

std::vector<core::Access> needs_resources(core::Call& call) {
  std::vector<core::Access> needs;
  if (const auto one = string_of(call.params(), "ResourceId"); !one.empty())
    needs.push_back(access_to(call, one));
  for (const auto& each : array_of(call.params(), "ResourceIdList")) {
    if (each.is_string()) needs.push_back(access_to(call, std::string(each.get_string())));
  }
  return needs;
}

}  // namespace tocsin::cloudtrail
