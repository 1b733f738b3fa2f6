// SPDX-License-Identifier: Apache-2.0
#include "services/config/state_at.hpp"

#include <algorithm>

#include "core/trace.hpp"
#include "services/config/config.hpp"
#include "services/config/items.hpp"
#include "services/config/paging.hpp"

namespace tocsin::config {
namespace {

using core::Key;

constexpr std::size_t kPage = 100;
constexpr std::int64_t kMostOnAPage = 5'000;
constexpr std::size_t kResourcesAtOnce = 50'000;  // looked at for one page, shown or not
constexpr int kLongestWay = 32;                   // from a change up to its call

struct Question {
  Time time{};
  std::string type, id;  // empty: all
  bool whole = false;    // with configurations
};

std::optional<core::TraceNode> trace_node(const store::View& view, const std::string& id) {
  std::optional<core::TraceNode> found;
  const auto sequence = id.substr(0, id.find('.'));
  core::kTrace.scan(view, Key{fmt::format("{:0>16}", sequence)},
                    [&](const auto&, const core::TraceRow& row) {
                      for (const auto& node : row.nodes) {
                        if (node.id == id) found = node;
                      }
                      return !found;
                    });
  return found;
}

/// A change that a timer made goes back to the call that set the timer.
Origin call_behind(const store::View& view, const Origin& origin) {
  auto node = origin.node;
  for (int i = 0; i < kLongestWay && !node.empty(); ++i) {
    const auto found = trace_node(view, node);
    if (!found) break;
    if (found->kind == "call" && !found->event_id.empty())
      return {.event_id = found->event_id, .event = found->name, .node = found->id};
    node = found->cause;
  }
  return origin;
}

void put_text(Object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

Object change_of(const store::View& view, const Origin& origin, Time time) {
  const auto call =
      origin.event_id.empty() && !origin.node.empty() ? call_behind(view, origin) : origin;
  Object out{{"Time", to_seconds(time)}};
  put_text(out, "EventName", call.event);
  put_text(out, "EventId", call.event_id);
  put_text(out, "Principal", call.principal);
  return out;
}

Object head(const ResourceKey& key, const std::string& name, const std::string& arn,
            const std::string& region, ItemStatus status) {
  Object out{{"ResourceType", key.type}, {"ResourceId", key.id}};
  put_text(out, "ResourceName", name);
  put_text(out, "Arn", arn);
  out["Region"] = region;
  out["Status"] = boost::describe::enum_to_string(status, "");
  return out;
}

Object shown(const store::View& view, const Item& item, bool whole) {
  auto out = head({item.type, item.id}, item.name, item.arn, item.region, item.status);
  out["LastChange"] = change_of(view, item.origin, item.captured);
  if (!whole) return out;
  auto base = base_item(item);
  if (const auto* configuration = base.if_contains("configuration"))
    out["Configuration"] = *configuration;
  out["SupplementaryConfiguration"] = base["supplementaryConfiguration"];
  Object tags;
  for (const auto& [key, value] : item.tags)
    tags[key] = value;
  out["Tags"] = std::move(tags);
  return out;
}

/// The resource as it was; none where it was not.
std::optional<Object> resource_at(const core::Call& call, const Question& question,
                                  const ResourceKey& key, const Resource& resource) {
  if (resource.discovered > question.time) return std::nullopt;
  if (resource.captured <= question.time) {
    if (is_deleted(resource.status)) return std::nullopt;
    if (!question.whole) {  // the newest item's head stands in the row
      auto out = head(key, resource.name, resource.arn, resource.region, resource.status);
      out["LastChange"] = change_of(call, resource.origin, resource.captured);
      return out;
    }
  }
  const auto item = item_at(call, call.scope(), key.type, key.id, question.time);
  if (!item || is_deleted(item->status)) return std::nullopt;
  return shown(call, *item, question.whole);
}

std::optional<Key> key_after(const core::Call& call, const std::string& token) {
  const auto cut = token.find(' ');
  if (cut == std::string::npos) return std::nullopt;
  return Key::of(call.scope(), token.substr(0, cut), token.substr(cut + 1));
}

Key prefix_of(const core::Call& call, const Question& question) {
  if (question.type.empty()) return Key::of(call.scope());
  if (question.id.empty()) return Key::of(call.scope(), question.type);
  return Key::of(call.scope(), question.type, question.id);
}

Result<Question> question_in(const core::Call& call) {
  Question question{.time = call.now(),
                    .type = string_of(call.params(), "ResourceType"),
                    .id = string_of(call.params(), "ResourceId"),
                    .whole = flag(call.params(), "IncludeConfiguration")};
  if (!question.id.empty() && question.type.empty())
    return fail("ValidationException", "A ResourceId needs its ResourceType.");
  if (const auto* time = find(call.params(), "Time"))
    question.time = from_seconds(time->to_number<double>());
  return question;
}

}  // namespace

core::Outcome get_state(core::Call& call) {
  const auto question = TRY(question_in(call));
  const auto page = TRY(page_of(call.params(), "MaxResults", "NextToken", kPage, kMostOnAPage));
  Object reply;
  Array list;
  std::size_t looked_at = 0;
  std::string last;
  kResources.scan(
      call, prefix_of(call, question),
      [&](const auto& parts, const Resource& resource) {
        if (list.size() == page.limit || looked_at++ == kResourcesAtOnce) {
          reply["NextToken"] = token_after(last);
          return false;
        }
        last = parts[2] + ' ' + parts[3];
        if (auto found = resource_at(call, question, {parts[2], parts[3]}, resource))
          list.push_back(*std::move(found));
        return true;
      },
      store::Direction::Forward, key_after(call, page.after));
  reply["Resources"] = std::move(list);
  return reply;
}

core::Operation state_operation() {
  return {"GetState", core::Effect::Read, get_state};
}

}  // namespace tocsin::config
