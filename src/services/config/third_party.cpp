// SPDX-License-Identifier: Apache-2.0
#include "services/config/third_party.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/config/recorders.hpp"
#include "services/config/recording.hpp"
#include "services/config/relations.hpp"

namespace tocsin::config {
namespace {

using core::Key;

bool is_word(std::string_view word) {
  return word.size() >= 2 && word.size() <= 64 && std::ranges::all_of(word, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

/// "MyCustom::Testing::WebServer"
bool is_type_name(std::string_view type) {
  const auto first = type.find("::"), second = type.find("::", first + 2);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  return is_word(type.substr(0, first)) && is_word(type.substr(first + 2, second - first - 2)) &&
         is_word(type.substr(second + 2));
}

Result<ResourceKey> key_in(const core::Call& call) {
  ResourceKey key{string_of(call.params(), "ResourceType"), string_of(call.params(), "ResourceId")};
  if (!is_type_name(key.type) || !is_third_party(key.type) || key.type.starts_with("Alexa::")) {
    return fail(
        "ValidationException",
        fmt::format("Resource type '{}' is not a registered third-party resource type.", key.type));
  }
  const auto recorder = recorder_of(call, call.scope());
  if (!recorder || !recorder->recording) {
    return fail("NoRunningConfigurationRecorderException",
                "There is no configuration recorder running.");
  }
  return key;
}

Origin origin_of_call(const core::Call& call) {
  const auto& who = call.principal();
  return {.event = "config:" + call.request().operation,
          .principal = who.arn.empty() ? who.service : who.arn,
          .node = call.cause()};
}

}  // namespace

core::Outcome put_resource_config(core::Call& call) {
  const auto key = TRY(key_in(call));
  auto configuration = parse_json(text(call.params(), "Configuration"));
  if (!configuration || !configuration->is_object())
    return fail("ValidationException", "The configuration is not a valid JSON object.");
  Item item{.scope = call.scope(),
            .region = call.region(),
            .type = key.type,
            .id = key.id,
            .name = string_of(call.params(), "ResourceName"),
            .tags = core::tags_of(object_of(call.params(), "Tags")),
            .origin = origin_of_call(call),
            .configuration = std::move(*configuration)};
  item.supplementary = Object{};
  item.relationships = said_of(call, call.scope(), key);
  const auto newest = newest_item(call, call.scope(), key.type, key.id);
  const bool live = newest && !is_deleted(newest->status);
  put_newest(call, {.item = std::move(item),
                    .previous = live ? std::optional(content_of(*newest)) : std::nullopt,
                    .resource = kResources.get(call, Key::of(call.scope(), key.type, key.id))});
  return Object{};
}

core::Outcome delete_resource_config(core::Call& call) {
  const auto key = TRY(key_in(call));
  const auto newest = newest_item(call, call.scope(), key.type, key.id);
  if (!newest || is_deleted(newest->status)) return Object{};
  put_deleted(call, call.scope(), key, content_of(*newest), origin_of_call(call), true);
  return Object{};
}

}  // namespace tocsin::config
