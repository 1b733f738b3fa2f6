// SPDX-License-Identifier: Apache-2.0
// What is allowed and yet hardly meant: paths where nothing evaluates them.
#include <fmt/format.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {
namespace {

bool looks_like_path(std::string_view text) {
  return text == "$" || text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.");
}

bool looks_like_call(std::string_view text) {
  return text.starts_with("States.") && text.ends_with(")");
}

using Found = std::function<void(std::string_view key, std::string_view text, std::string at)>;

/// Every text below `json` with the name of the member that holds it.
void each_text(const Document& json, std::string_view key, const std::string& at,
               const Found& found) {
  if (const auto* text = json.if_string()) return found(key, *text, at);
  if (const auto* object = json.if_object()) {
    for (const auto& member : *object)
      each_text(member.value(), member.key(),
                fmt::format("{}/{}", at, std::string_view(member.key())), found);
  }
  if (const auto* array = json.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      each_text((*array)[i], key, fmt::format("{}[{}]", at, i), found);
  }
}

}  // namespace

void Builder::warn_of_paths(const Place& place) {
  if (place.state.jsonata()) return;
  for (const auto field :
       {"Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials"}) {
    const auto* given = find(place.json, field);
    if (!given) continue;
    each_text(*given, field, fmt::format("{}/{}", place.at, field),
              [this](std::string_view key, std::string_view text, std::string at) {
                if (key.ends_with(".$") || !(looks_like_path(text) || looks_like_call(text)))
                  return;
                warn("NO_DOLLAR",
                     fmt::format("Field '{}' appears to be a JSONPath or an intrinsic function, "
                                 "but its name does not end with '.$'",
                                 key),
                     std::move(at));
              });
  }
  if (const auto* result = find(place.json, "Result")) {
    each_text(*result, "Result", place.at + "/Result",
              [this](std::string_view, std::string_view text, std::string at) {
                if (looks_like_path(text))
                  warn("PASS_RESULT_IS_STATIC",
                       "The result of a Pass state is static: a path in it is not evaluated",
                       std::move(at));
              });
  }
  if (const auto* choices = find(place.json, "Choices")) {
    each_text(*choices, "Choices", place.at + "/Choices",
              [this](std::string_view key, std::string_view text, std::string at) {
                if (find_choice_operator(key) && looks_like_path(text))
                  warn("NO_PATH",
                       fmt::format("The value of field '{}' looks like a path, but the field's "
                                   "name does not end with 'Path'",
                                   key),
                       std::move(at));
              });
  }
}

}  // namespace tocsin::asl
