// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

Result<void> check_insights(const Array& selectors) {
  for (const auto& selector : selectors) {
    const auto type = text(selector, "InsightType");
    if (type == "ApiCallRateInsight" || type == "ApiErrorRateInsight") continue;
    return fail("InvalidInsightSelectorsException",
                fmt::format("The insight type {} is not valid.", type));
  }
  return {};
}

}  // namespace

core::Outcome put_event_selectors(core::Call& call) {
  auto trail = TRY(trail_at_home(call));
  const auto& basic = array_of(call.params(), "EventSelectors");
  const auto& advanced = array_of(call.params(), "AdvancedEventSelectors");
  if (!basic.empty() && !advanced.empty()) {
    return fail("InvalidEventSelectorsException",
                "You can use either EventSelectors or AdvancedEventSelectors, but not both.");
  }
  if (advanced.empty())
    TRY(check_selectors(basic));
  else
    TRY(check_advanced_selectors(advanced));
  trail.selectors = basic;
  trail.advanced_selectors = advanced;
  kTrails.put(call, key_of(trail), trail);
  Object reply{{"TrailARN", trail.arn()}};
  if (advanced.empty())
    reply["EventSelectors"] = basic;
  else
    reply["AdvancedEventSelectors"] = advanced;
  return reply;
}

core::Outcome get_event_selectors(core::Call& call) {
  const auto trail = TRY(find_trail(call, given_name(call.params())));
  Object reply{{"TrailARN", trail.arn()}};
  if (!trail.advanced_selectors.empty())
    reply["AdvancedEventSelectors"] = trail.advanced_selectors;
  else
    reply["EventSelectors"] = trail.selectors.empty() ? default_selectors() : trail.selectors;
  return reply;
}

core::Outcome put_insight_selectors(core::Call& call) {
  auto trail = TRY(trail_at_home(call));
  const auto& selectors = array_of(call.params(), "InsightSelectors");
  TRY(check_insights(selectors));
  trail.insight_selectors = selectors;
  kTrails.put(call, key_of(trail), trail);
  return Object{{"TrailARN", trail.arn()}, {"InsightSelectors", selectors}};
}

core::Outcome get_insight_selectors(core::Call& call) {
  const auto trail = TRY(find_trail(call, given_name(call.params())));
  if (trail.insight_selectors.empty()) {
    return fail("InsightNotEnabledException",
                fmt::format("Trail {} does not have Insights enabled. Edit the trail settings to "
                            "enable Insights, and then try the operation again.",
                            trail.arn()));
  }
  return Object{{"TrailARN", trail.arn()}, {"InsightSelectors", trail.insight_selectors}};
}

}  // namespace tocsin::cloudtrail
