// SPDX-License-Identifier: Apache-2.0
#include "services/config/origins.hpp"

#include <algorithm>
#include <ranges>

#include "core/resources.hpp"

namespace tocsin::config {
namespace {

const core::Key kNewest{"newest"};

/// "AWS::EC2::VPC" → "ec2", as models name it.
std::string service_of(std::string_view type) {
  const auto begin = type.find("::") + 2;
  std::string name(type.substr(begin, type.find("::", begin) - begin));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (name == "cloudwatch") return "monitoring";
  if (name == "stepfunctions") return "states";
  if (name == "elasticloadbalancingv2") return "elasticloadbalancing";
  return name;
}

}  // namespace

void note_call(core::Context& context, const core::CallRecord& call) {
  if (call.read || !call.outcome || core::is_resource_step(call.request)) return;
  if (!kRecording.contains(context, core::Key{call.request.scope.account.str()})) return;
  auto row = kCalls.get(context, kNewest).value_or(LatestCalls{});
  if (row.sequence != context.sequence()) row = {.sequence = context.sequence()};
  const auto& who = call.principal;
  row.calls.push_back({.event_id = call.event_id,
                       .event = call.request.service + ":" + call.request.operation,
                       .principal = who.arn.empty() ? who.service : who.arn,
                       .node = context.cause()});
  kCalls.put(context, kNewest, row);
}

Origin origin_of(const core::Context& context, const core::Change& change) {
  const auto row = kCalls.get(context, kNewest);
  if (!row || row->sequence != context.sequence()) return {.node = change.cause};
  const auto own = service_of(change.type) + ":";
  const auto reversed = std::views::reverse(row->calls);
  const auto found = std::ranges::find_if(
      reversed, [&](const Origin& origin) { return origin.event.starts_with(own); });
  return found == reversed.end() ? row->calls.back() : *found;
}

}  // namespace tocsin::config
