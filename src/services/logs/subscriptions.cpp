// SPDX-License-Identifier: Apache-2.0
// Subscription filters: what matches is handed to a Lambda function, soon after it was put.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "base/log.hpp"
#include "engines/logfilter/logfilter.hpp"
#include "services/logs/encryption.hpp"

namespace tocsin::logs {
namespace {

constexpr std::size_t kMostFilters = 2;
constexpr std::size_t kMostInPage = 50;
constexpr int kMostRegexes = 2;
constexpr std::size_t kMostEventBytes = 256 * 1024;  // of one asynchronous invocation

core::CallSpec invoke(const Group& group, const std::string& function, Object params) {
  const auto target = Arn::parse(function);
  params["FunctionName"] = function;
  return {"lambda",
          "Invoke",
          std::move(params),
          {group.scope.account, target ? target->region : group.scope.region},
          {.kind = core::Credential::Kind::Service,
           .account = group.scope.account,
           .service = "logs.amazonaws.com",
           .source_arn = group_arn(group) + ":*"},
          {}};
}

/// AWS, too, tries the function before it takes the filter.
Result<void> check_destination(Call& call, const Group& group, const std::string& destination) {
  const auto target = Arn::parse(destination);
  if (!target || target->service != "lambda" || !target->resource.starts_with("function:")) {
    return invalid(
        "Tocsin delivers log events to Lambda functions; other destinations are not served.");
  }
  if (target->region != group.scope.region)
    return invalid(
        "destinationArn for lambda function must be in the same region as the log group.");
  if (!call.call(invoke(group, destination, {{"InvocationType", "DryRun"}})).result()) {
    return invalid(
        "Could not execute the lambda function. Make sure you have given CloudWatch Logs "
        "permission to execute your function.");
  }
  return {};
}

Object description(const Group& group, const std::string& name, const Subscription& filter) {
  Object out{{"filterName", name},
             {"logGroupName", group.name},
             {"filterPattern", filter.pattern},
             {"destinationArn", filter.destination}};
  if (!filter.role.empty()) out["roleArn"] = filter.role;
  out["distribution"] = filter.distribution;
  out["creationTime"] = to_ms(filter.created);
  return out;
}

void send(Context& context, const Group& group, const std::string& name, const Subscription& filter,
          std::string_view stream, const Array& events) {
  if (events.empty()) return;
  const auto data = to_json(Object{{"messageType", "DATA_MESSAGE"},
                                   {"owner", group.scope.account.str()},
                                   {"logGroup", group.name},
                                   {"logStream", stream},
                                   {"subscriptionFilters", Array{boost::json::string(name)}},
                                   {"logEvents", events}});
  const auto event = to_json(Object{{"awslogs", Object{{"data", base64(gzip(data))}}}});
  if (event.size() > kMostEventBytes && events.size() > 1) {
    const auto middle = events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2);
    send(context, group, name, filter, stream, Array(events.begin(), middle));
    send(context, group, name, filter, stream, Array(middle, events.end()));
    return;
  }
  context.start({.work = invoke(group, filter.destination,
                                {{"InvocationType", "Event"}, {"Payload", base64(event)}}),
                 .retry = {.attempts = 200, .jitter = 0.2, .max_age = std::chrono::hours(24)},
                 .then = {},
                 .name = "logs:Deliver " + name});
}

Array matching(const logfilter::Filter& filter, const Batch& batch, std::string_view stream_id,
               std::string_view lines) {
  Array events;
  each_line(lines, [&](std::string_view text, std::int64_t number) {
    const auto line = read_line(text);
    if (!line) return true;
    const auto message = unescaped(line->message);
    if (filter.matches(message)) {
      events.push_back(Object{{"id", event_id(stream_id, line->timestamp, batch.ordinal + number)},
                              {"timestamp", line->timestamp},
                              {"message", message}});
    }
    return true;
  });
  return events;
}

}  // namespace

Outcome put_subscription_filter(Call& call) {
  const auto& params = call.params();
  auto group = TRY(group_of(call));
  TRY(check_standard(group, "PutSubscriptionFilter"));
  const auto name = string_of(params, "filterName");
  if (name.empty() || name.size() > 512 || name.find_first_of(":*") != std::string::npos)
    return invalid("filterName must have between 1 and 512 characters, none of them : or *.");
  Subscription filter{.pattern = string_of(params, "filterPattern"),
                      .destination = string_of(params, "destinationArn"),
                      .role = string_of(params, "roleArn"),
                      .distribution = string_of(params, "distribution", "ByLogStream"),
                      .created = call.now()};
  if (filter.distribution != "ByLogStream" && filter.distribution != "Random")
    return invalid("distribution must be Random or ByLogStream.");
  if (TRY(logfilter::parse(filter.pattern)).regexes() > kMostRegexes)
    return invalid("Invalid filter pattern: more than 2 regular expressions");
  const auto old = group.subscriptions.find(name);
  if (old == group.subscriptions.end() && group.subscriptions.size() >= kMostFilters)
    return fail("LimitExceededException", "Resource limit exceeded.");
  if (old != group.subscriptions.end()) filter.created = old->second.created;
  TRY(check_destination(call, group, filter.destination));
  group.subscriptions[name] = std::move(filter);
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome delete_subscription_filter(Call& call) {
  auto group = TRY(group_of(call));
  if (!group.subscriptions.erase(string_of(call.params(), "filterName"))) {
    return fail("ResourceNotFoundException", "The specified subscription filter does not exist.");
  }
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome describe_subscription_filters(Call& call) {
  const auto group = TRY(group_of(call));
  const auto prefix = text(call.params(), "filterNamePrefix");
  const auto limit = TRY(limit_in(call, "limit", kMostInPage));
  std::string after;
  if (const auto token = text(call.params(), "nextToken"); !token.empty())
    after = TRY(position_in(token));
  Array filters;
  std::string last, next;
  for (const auto& [name, filter] : group.subscriptions) {
    if (!name.starts_with(prefix) || name <= after) continue;
    if (filters.size() == limit) next = last;
    if (!next.empty()) break;
    filters.push_back(description(group, name, filter));
    last = name;
  }
  Object reply{{"subscriptionFilters", std::move(filters)}};
  if (!next.empty()) reply["nextToken"] = page_token(next);
  return reply;
}

void deliver_later(Context& context, const Group& group, const Stream& stream, const Batch& batch) {
  context.later({"logs.deliver", Object{{"name", group.name},
                                        {"group", group.id},
                                        {"stream", stream.name},
                                        {"stream_id", stream.id},
                                        {"batch", encode(batch)}}});
}

void deliver(Context& context, const core::Resumption& end) {
  const auto group = kGroups.get(context, Key::of(context.scope(), text(end.context, "name")));
  if (!group || group->id != text(end.context, "group")) return;
  const auto batch = decoded<Batch>(object_of(end.context, "batch"));
  const auto lines = lines_of(context.blobs(), batch, keys_for_a_while(context, group->id));
  if (!lines)
    return log_error("log events not delivered",
                     {{"group", group->name}, {"cause", lines.error().message}});
  for (const auto& [name, subscription] : group->subscriptions) {
    const auto filter = logfilter::parse(subscription.pattern);
    if (!filter) continue;
    send(context, *group, name, subscription, text(end.context, "stream"),
         matching(*filter, batch, text(end.context, "stream_id"), *lines));
  }
}

}  // namespace tocsin::logs
