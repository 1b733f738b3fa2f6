// SPDX-License-Identifier: Apache-2.0
#include "services/events/path.hpp"

#include <charconv>

namespace tocsin::events {
namespace {

struct Step {
  enum class Kind { Member, Element, All, Broken } kind = Kind::Broken;
  std::string_view name;
  std::size_t index = 0;
};

Step bracketed(std::string_view inner) {
  if (inner == "*") return {Step::Kind::All, {}, 0};
  const bool quoted = inner.size() > 1 && (inner[0] == '\'' || inner[0] == '"');
  if (quoted && inner.back() == inner[0])
    return {Step::Kind::Member, inner.substr(1, inner.size() - 2), 0};
  Step step{Step::Kind::Element, {}, 0};
  const auto end = inner.data() + inner.size();
  const auto read = std::from_chars(inner.data(), end, step.index);
  if (read.ec != std::errc() || read.ptr != end) step.kind = Step::Kind::Broken;
  return step;
}

/// Takes the first step off a path.
Step take_step(std::string_view& path) {
  if (path.starts_with('[')) {
    const auto end = path.find(']');
    const auto inner = path.substr(1, end == path.npos ? end : end - 1);
    path.remove_prefix(end == path.npos ? path.size() : end + 1);
    return end == path.npos ? Step{} : bracketed(inner);
  }
  if (!path.starts_with('.')) return {};
  path.remove_prefix(1);
  const auto name = path.substr(0, path.find_first_of(".["));
  path.remove_prefix(name.size());
  if (name.empty()) return {};
  return {name == "*" ? Step::Kind::All : Step::Kind::Member, name, 0};
}

std::optional<Document> follow(const Document& here, std::string_view path);

/// What the rest of the path gives of each element or member.
Document follow_all(const Document& here, std::string_view path) {
  Array out;
  const auto add = [&](const Document& one) {
    if (auto found = follow(one, path)) out.push_back(*std::move(found));
  };
  if (const auto* array = here.if_array()) {
    for (const auto& element : *array)
      add(element);
  } else if (const auto* object = here.if_object()) {
    for (const auto& member : *object)
      add(member.value());
  }
  return out;
}

std::optional<Document> follow(const Document& start, std::string_view path) {
  const Document* here = &start;
  while (here && !path.empty()) {
    const auto step = take_step(path);
    const auto* array = here->if_array();
    switch (step.kind) {
      case Step::Kind::Member:
        here = find(*here, step.name);
        break;
      case Step::Kind::Element:
        here = array && step.index < array->size() ? &(*array)[step.index] : nullptr;
        break;
      case Step::Kind::All:
        return follow_all(*here, path);
      case Step::Kind::Broken:
        return std::nullopt;
    }
  }
  if (!here) return std::nullopt;
  return *here;
}

}  // namespace

std::optional<Document> at_path(const Document& event, std::string_view path) {
  if (!path.starts_with('$')) return std::nullopt;
  return follow(event, path.substr(1));
}

}  // namespace tocsin::events
