// SPDX-License-Identifier: Apache-2.0
// Log groups: their life, what they are described as, how long they keep events.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/logs/encryption.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMostInPage = 50;
constexpr std::string_view kIdAlphabet = "0123456789abcdefghijklmnopqrstuv";
constexpr std::array<std::int64_t, 22> kDays{1,    3,    5,    7,    14,   30,  60,  90,
                                             120,  150,  180,  365,  400,  545, 731, 1096,
                                             1827, 2192, 2557, 2922, 3288, 3653};

Result<void> check_class(std::string_view name) {
  if (name == "STANDARD" || name == "INFREQUENT_ACCESS" || name == "DELIVERY") return {};
  return invalid(fmt::format(
      "1 validation error detected: Value '{}' at 'logGroupClass' failed to satisfy constraint: "
      "Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]",
      name));
}

Result<std::int64_t> days_in(std::int64_t days) {
  if (std::ranges::find(kDays, days) != kDays.end()) return days;
  return invalid(
      fmt::format("1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy "
                  "constraint: Member must satisfy enum value set: [{}]",
                  days, fmt::join(kDays.begin(), kDays.end(), ", ")));
}

Object description(const store::View& view, const Group& group) {
  const auto usage = kUsage.get(view, Key{group.id}).value_or(Usage{});
  Object out{{"logGroupName", group.name}, {"creationTime", to_ms(group.created)}};
  if (group.retention_days) out["retentionInDays"] = group.retention_days;
  out["metricFilterCount"] = group.metric_filters.size();
  out["arn"] = group_arn(group) + ":*";
  out["storedBytes"] = usage.bytes;
  if (!group.kms_key.empty()) out["kmsKeyId"] = group.kms_key;
  out["logGroupClass"] = group.log_class;
  out["logGroupArn"] = group_arn(group);
  return out;
}

/// CloudFormation's [{Key, Value}] as the API's map.
Object tags_of_properties(const Object& properties) {
  Object out;
  for (const auto& tag : array_of(properties, "Tags"))
    out[text(tag, "Key")] = text(tag, "Value");
  return out;
}

Result<void> check_properties(const Object& properties) {
  static constexpr std::array<std::string_view, 5> served{"LogGroupName", "RetentionInDays",
                                                          "LogGroupClass", "KmsKeyId", "Tags"};
  for (const auto& property : properties) {
    if (std::ranges::find(served, std::string_view(property.key())) == served.end()) {
      return invalid(fmt::format("Tocsin does not serve the property {} of AWS::Logs::LogGroup.",
                                 std::string_view(property.key())));
    }
  }
  return {};
}

Result<Document> as_caller(Call& call, std::string operation, Object params) {
  return call.call(call.as_caller("logs", std::move(operation), std::move(params))).result();
}

Result<void> set_retention(Call& call, const std::string& name, const Object& properties) {
  const auto days = integer(properties, "RetentionInDays");
  if (days)
    TRY(as_caller(call, "PutRetentionPolicy",
                  {{"logGroupName", name}, {"retentionInDays", *days}}));
  else
    TRY(as_caller(call, "DeleteRetentionPolicy", {{"logGroupName", name}}));
  return {};
}

Result<void> set_key(Call& call, const Group& group, const Object& properties) {
  const auto key = string_of(properties, "KmsKeyId");
  if (key == group.kms_key) return {};
  if (key.empty())
    TRY(as_caller(call, "DisassociateKmsKey", {{"logGroupName", group.name}}));
  else
    TRY(as_caller(call, "AssociateKmsKey", {{"logGroupName", group.name}, {"kmsKeyId", key}}));
  return {};
}

Outcome make(Call& call, const Object& properties) {
  TRY(check_properties(properties));
  auto name = string_of(properties, "LogGroupName");
  if (name.empty())
    name = "LogGroup-" +
           call.new_id("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 12);
  Object params{{"logGroupName", name}};
  if (find(properties, "LogGroupClass"))
    params["logGroupClass"] = text(properties, "LogGroupClass");
  if (find(properties, "KmsKeyId")) params["kmsKeyId"] = text(properties, "KmsKeyId");
  if (auto tags = tags_of_properties(properties); !tags.empty()) params["tags"] = std::move(tags);
  TRY(as_caller(call, "CreateLogGroup", std::move(params)));
  if (find(properties, "RetentionInDays")) TRY(set_retention(call, name, properties));
  return Object{{"Id", name}};
}

Outcome change(Call& call, const std::string& id, const Object& properties) {
  TRY(check_properties(properties));
  const auto group = kGroups.get(call, Key::of(call.scope(), id));
  if (!group) return no_such_group();
  if (const auto name = text(properties, "LogGroupName", id); name != id)
    return invalid("A log group's name cannot be changed.");
  if (const auto wanted = text(properties, "LogGroupClass", group->log_class);
      wanted != group->log_class) {
    return invalid("A log group's class cannot be changed.");
  }
  TRY(set_retention(call, id, properties));
  TRY(set_key(call, *group, properties));
  const auto wanted = tags_of_properties(properties);
  Array gone;
  for (const auto& [key, value] : group->tags) {
    if (!wanted.contains(key)) gone.push_back(boost::json::string(key));
  }
  if (!gone.empty())
    TRY(as_caller(call, "UntagResource",
                  {{"resourceArn", group_arn(*group)}, {"tagKeys", std::move(gone)}}));
  if (!wanted.empty())
    TRY(as_caller(call, "TagResource", {{"resourceArn", group_arn(*group)}, {"tags", wanted}}));
  return Object{{"Id", id}};
}

Outcome remove(Call& call, const std::string& id) {
  return as_caller(call, "DeleteLogGroup", {{"logGroupName", id}});
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto group = decoded<Group>(row);
  Object configuration{{"LogGroupName", group.name},
                       {"LogGroupClass", group.log_class},
                       {"Arn", group_arn(group) + ":*"}};
  if (group.retention_days) configuration["RetentionInDays"] = group.retention_days;
  if (!group.kms_key.empty()) configuration["KmsKeyId"] = group.kms_key;
  return {.id = group.name,
          .name = group.name,
          .arn = group_arn(group),
          .scope = group.scope,
          .configuration = std::move(configuration),
          .tags = group.tags};
}

}  // namespace

Outcome create_log_group(Call& call) {
  const auto& params = call.params();
  Group group{
      .scope = call.scope(), .name = string_of(params, "logGroupName"), .created = call.now()};
  TRY(check_group_name(group.name));
  group.log_class = string_of(params, "logGroupClass", group.log_class);
  TRY(check_class(group.log_class));
  TRY(add_tags(group, object_of(params, "tags")));
  if (kGroups.contains(call, key_of(group)))
    return fail("ResourceAlreadyExistsException", "The specified log group already exists");
  group.id = call.new_id(kIdAlphabet, 16);
  if (find(params, "kmsKeyId"))
    TRY(put_under_key(call, group, TRY(kms_key_in(call, group_arn(group)))));
  kGroups.put(call, key_of(group), group);
  return Object{};
}

Outcome delete_log_group(Call& call) {
  const auto group = TRY(group_of(call));
  kGroups.erase(call, key_of(group));
  drop_group(call, group.id);
  return Object{};
}

Outcome describe_log_groups(Call& call) {
  const auto& params = call.params();
  const auto prefix = text(params, "logGroupNamePrefix"),
             part = text(params, "logGroupNamePattern"), log_class = text(params, "logGroupClass");
  if (!prefix.empty() && !part.empty())
    return invalid(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  if (!log_class.empty()) TRY(check_class(log_class));
  const auto limit = TRY(limit_in(call, "limit", kMostInPage));
  std::optional<Key> after;
  if (const auto token = text(params, "nextToken"); !token.empty())
    after = Key::of(call.scope(), TRY(position_in(token)));
  Array groups;
  std::string last, next;
  kGroups.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const Group& group) {
        if (!group.name.starts_with(prefix) || group.name.find(part) == std::string::npos)
          return true;
        if (!log_class.empty() && group.log_class != log_class) return true;
        if (groups.size() == limit)
          next = last;
        else
          groups.push_back(description(call, group)), last = group.name;
        return next.empty();
      },
      store::Direction::Forward, after);
  Object reply{{"logGroups", std::move(groups)}};
  if (!next.empty()) reply["nextToken"] = page_token(next);
  return reply;
}

Outcome put_retention_policy(Call& call) {
  auto group = TRY(group_of(call));
  group.retention_days = TRY(days_in(integer(call.params(), "retentionInDays").value_or(0)));
  kGroups.put(call, key_of(group), group);
  restart_expiry(call, group);
  return Object{};
}

Outcome delete_retention_policy(Call& call) {
  auto group = TRY(group_of(call));
  group.retention_days = 0;
  kGroups.put(call, key_of(group), group);
  restart_expiry(call, group);
  return Object{};
}

core::ResourceType group_type() {
  return {.type = "AWS::Logs::LogGroup",
          .table = kGroups.name(),
          .describe = describe,
          .create = make,
          .update = change,
          .remove = remove};
}

}  // namespace tocsin::logs
