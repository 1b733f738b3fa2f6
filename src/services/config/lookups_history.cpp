// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "services/config/lookups.hpp"
#include "services/config/paging.hpp"
#include "services/config/recorders.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::size_t kStandardPage = 10;

Result<void> check_recorder(const core::Call& call) {
  if (recorder_of(call, call.scope())) return {};
  return fail("NoAvailableConfigurationRecorderException",
              "There are no configuration recorders available to provide the role needed to "
              "describe your resources. Create a configuration recorder.");
}

/// A name that is no id finds the resource that has it, as in AWS.
Result<ResourceKey> resource_in(const core::Call& call) {
  const ResourceKey given{string_of(call.params(), "resourceType"),
                          string_of(call.params(), "resourceId")};
  if (kResources.contains(call, Key::of(call.scope(), given.type, given.id))) return given;
  return fail("ResourceNotDiscoveredException",
              fmt::format("Resource {} of resourceType:{} is unknown or has not been discovered",
                          given.id, given.type));
}

Time time_in(const Document& params, std::string_view name, Time fallback) {
  const auto* given = find(params, name);
  return given && given->is_number() ? from_seconds(given->to_number<double>()) : fallback;
}

std::string token_of(const Item& item) {
  return token_after(fmt::format("{} {}", to_ms(item.captured), item.state_id));
}

Result<Moment> moment_of(const std::string& token) {
  std::int64_t captured = 0, state = 0;
  const auto* end = token.data() + token.size();
  const auto first = std::from_chars(token.data(), end, captured);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ' ' &&
      std::from_chars(first.ptr + 1, end, state).ptr == end)
    return Moment{from_ms(captured), state};
  return fail("InvalidNextTokenException", "The nextToken provided is invalid");
}

Result<Period> period_in(const core::Call& call, const Page& page) {
  Period period{.from = time_in(call.params(), "earlierTime", Time{}),
                .until = time_in(call.params(), "laterTime", call.now())};
  if (period.from > period.until) {
    return fail("InvalidTimeRangeException",
                "The specified time range is not valid. The earlier time is not chronologically "
                "before the later time.");
  }
  if (!page.after.empty()) period.after = TRY(moment_of(page.after));
  return period;
}

}  // namespace

core::Outcome get_resource_config_history(core::Call& call) {
  TRY(check_recorder(call));
  const auto page = TRY(page_of(call.params(), "limit", "nextToken", kStandardPage));
  const auto period = TRY(period_in(call, page));
  const auto resource = TRY(resource_in(call));
  const auto direction = text(call.params(), "chronologicalOrder") == "Forward"
                             ? store::Direction::Forward
                             : store::Direction::Backward;
  Object reply;
  Array items;
  std::string token;
  history(call, call.scope(), resource, period, direction, [&](const Item& item) {
    if (items.size() == page.limit) {
      reply["nextToken"] = token;
      return false;
    }
    items.push_back(api_item(item));
    token = token_of(item);
    return true;
  });
  reply["configurationItems"] = std::move(items);
  return reply;
}

core::Outcome batch_get_resource_config(core::Call& call) {
  TRY(check_recorder(call));
  Array items;
  for (const auto& key : array_of(call.params(), "resourceKeys")) {
    const auto item =
        newest_item(call, call.scope(), text(key, "resourceType"), text(key, "resourceId"));
    if (item && !is_deleted(item->status)) items.push_back(base_item(*item));
  }
  return Object{{"baseConfigurationItems", std::move(items)}, {"unprocessedResourceKeys", Array{}}};
}

}  // namespace tocsin::config
