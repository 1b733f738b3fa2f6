// SPDX-License-Identifier: Apache-2.0
// What parameters name, and the permissions that it takes.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/tags.hpp"
#include "services/logs/parts.hpp"

namespace tocsin::logs {
namespace {

constexpr std::string_view kTokenMark = "logs:";

/// AWS checks actions on groups, too, with the resource of a stream, whose name it leaves empty.
std::string stream_arn(const Scope& scope, std::string_view group, std::string_view stream) {
  return arn("logs", scope, fmt::format("log-group:{}:log-stream:{}", group, stream));
}

core::Access access_to(Call& call, std::string action, std::string_view group_name,
                       std::string_view stream) {
  core::Access access{.action = std::move(action),
                      .resource = stream_arn(call.scope(), group_name, stream),
                      .owner = call.account(),
                      .resource_policy = resource_policy(call, call.scope())};
  if (const auto group = kGroups.get(call, Key::of(call.scope(), group_name)))
    core::add_resource_tags(access, group->tags);
  return access;
}

}  // namespace

std::string hex(std::int64_t value) {
  return fmt::format("{:016x}", std::max<std::int64_t>(value, 0));
}

Failure invalid(std::string message) {
  return fail("InvalidParameterException", std::move(message));
}
Failure constraint(std::string_view value, std::string_view member, std::string_view what) {
  return invalid(fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
      member, what));
}

Result<std::size_t> limit_in(const Call& call, std::string_view member, std::int64_t most) {
  const auto value = integer(call.params(), member).value_or(most);
  if (value < 1)
    return constraint(std::to_string(value), member,
                      "Member must have value greater than or equal to 1");
  if (value > most)
    return constraint(std::to_string(value), member,
                      fmt::format("Member must have value less than or equal to {}", most));
  return static_cast<std::size_t>(value);
}

Result<void> check_standard(const Group& group, std::string_view what) {
  if (group.log_class == "STANDARD") return {};
  return invalid(
      fmt::format("{} is not supported for log groups of the class {}.", what, group.log_class));
}

Failure no_such_group() {
  return fail("ResourceNotFoundException", "The specified log group does not exist.");
}
Failure no_such_stream() {
  return fail("ResourceNotFoundException", "The specified log stream does not exist.");
}

std::string group_arn(const Group& group) {
  return arn("logs", group.scope, "log-group:" + group.name);
}

Result<std::string> group_name_of(const Call& call, std::string_view identifier) {
  if (!identifier.starts_with("arn:")) return std::string(identifier);
  const auto parsed = Arn::parse(identifier);
  if (!parsed || parsed->service != "logs" || !parsed->resource.starts_with("log-group:")) {
    return constraint(identifier, "logGroupIdentifier",
                      "Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*");
  }
  if (parsed->account != call.account().str() || parsed->region != call.region())
    return no_such_group();
  const auto resource = std::string_view(parsed->resource).substr(10);
  return std::string(resource.substr(0, resource.find(':')));
}

Result<std::string> group_name_in(const Call& call) {
  const auto name = text(call.params(), "logGroupName"),
             identifier = text(call.params(), "logGroupIdentifier");
  if (!name.empty() && !identifier.empty())
    return invalid("LogGroupName and LogGroupIdentifier cannot both be specified.");
  return group_name_of(call, name.empty() ? identifier : name);
}

Result<Group> group_of(Call& call) {
  const auto name = TRY(group_name_in(call));
  if (name.empty()) return invalid("Either LogGroupName or LogGroupIdentifier must be specified.");
  auto group = kGroups.get(call, Key::of(call.scope(), name));
  if (!group) return no_such_group();
  return *std::move(group);
}

Result<Stream> stream_of(Call& call, const Group& group) {
  auto stream = kStreams.get(call, Key{group.id, text(call.params(), "logStreamName")});
  if (!stream) return no_such_stream();
  return *std::move(stream);
}

Result<void> check_group_name(std::string_view name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view(".-_/#").find(c) != std::string_view::npos;
  };
  if (name.empty())
    return constraint(name, "logGroupName", "Member must have length greater than or equal to 1");
  if (name.size() > 512)
    return constraint(name, "logGroupName", "Member must have length less than or equal to 512");
  if (!std::ranges::all_of(name, allowed)) {
    return constraint(name, "logGroupName",
                      "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
  }
  if (name.starts_with("aws/"))
    return invalid("Log groups starting with aws/ are reserved for AWS.");
  return {};
}

Result<void> check_stream_name(std::string_view name) {
  if (name.empty())
    return constraint(name, "logStreamName", "Member must have length greater than or equal to 1");
  if (name.size() > 512)
    return constraint(name, "logStreamName", "Member must have length less than or equal to 512");
  if (name.find_first_of(":*") != std::string_view::npos) {
    return constraint(name, "logStreamName",
                      "Member must satisfy regular expression pattern: [^:*]*");
  }
  return {};
}

core::Needs needs_group(std::string operation) {
  return [action = "logs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto name = group_name_in(call);
    return {access_to(call, action, name ? *name : std::string(), "")};
  };
}

core::Needs needs_stream(std::string operation) {
  return [action = "logs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto name = group_name_in(call);
    return {access_to(call, action, name ? *name : std::string(),
                      text(call.params(), "logStreamName"))};
  };
}

core::Needs needs_queried() {
  return [](Call& call) -> std::vector<core::Access> {
    const auto names = queried_groups(call);
    if (!names) return {access_to(call, "logs:StartQuery", "", "")};
    std::vector<core::Access> out;
    for (const auto& name : *names)
      out.push_back(access_to(call, "logs:StartQuery", name, ""));
    return out;
  };
}

core::Needs needs_record() {
  return [](Call& call) -> std::vector<core::Access> {
    const auto pointer = pointer_in(text(call.params(), "logRecordPointer"));
    return {access_to(call, "logs:GetLogRecord", pointer ? pointer->group : std::string(), "")};
  };
}

core::Needs needs_all_groups(std::string operation) {
  return [action = "logs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    return {{.action = action, .resource = stream_arn(call.scope(), "", "")}};
  };
}

core::Needs needs_kms_key(std::string operation) {
  return [action = "logs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto identifier = text(call.params(), "resourceIdentifier");
    if (identifier.find(":query-result:") != std::string_view::npos)
      return {{.action = action, .resource = std::string(identifier)}};
    const auto name =
        group_name_of(call, identifier.empty() ? text(call.params(), "logGroupName") : identifier);
    return {access_to(call, action, name ? *name : std::string(), "")};
  };
}

core::Needs needs_create_group() {
  return [](Call& call) -> std::vector<core::Access> {
    const auto name = text(call.params(), "logGroupName");
    const auto& tags = object_of(call.params(), "tags");
    std::vector<core::Access> out{access_to(call, "logs:CreateLogGroup", name, "")};
    core::add_request_tags(out[0], core::tags_of(tags));
    if (tags.empty()) return out;
    out.push_back({.action = "logs:TagResource",
                   .resource = arn("logs", call.scope(), fmt::format("log-group:{}", name))});
    core::add_request_tags(out[1], core::tags_of(tags));
    return out;
  };
}

core::Needs needs_tagged(std::string operation) {
  return [action = "logs:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    auto name = text(call.params(), "logGroupName");
    if (const auto parsed = Arn::parse(text(call.params(), "resourceArn"));
        parsed && parsed->resource.starts_with("log-group:")) {
      name = text(call.params(), "resourceArn");
      name.remove_prefix(name.size() - parsed->resource.size() + 10);
      name = name.substr(0, name.find(':'));
    }
    auto access = access_to(call, action, name, "");
    access.resource = arn("logs", call.scope(), fmt::format("log-group:{}", name));
    core::add_request_tags(access, core::tags_of(object_of(call.params(), "tags")));
    return {access};
  };
}

std::string page_token(std::string_view position) {
  return base64(std::string(kTokenMark).append(position));
}

Result<std::string> position_in(std::string_view token) {
  auto position = unbase64(token);
  if (!position || !position->starts_with(kTokenMark))
    return invalid("The specified nextToken is invalid.");
  return position->substr(kTokenMark.size());
}

}  // namespace tocsin::logs
