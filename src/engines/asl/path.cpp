// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/path.hpp"

#include <fmt/format.h>

#include "engines/asl/path_filter.hpp"

namespace tocsin::asl {
namespace {

using Kind = PathStep::Kind;

const Document* element(const Document& value, std::int64_t index) {
  const auto* array = value.if_array();
  if (!array) return nullptr;
  const auto size = static_cast<std::int64_t>(array->size());
  if (index < 0) index += size;
  return index >= 0 && index < size ? &(*array)[static_cast<std::size_t>(index)] : nullptr;
}

const Document* member(const Document& value, const std::string& name) {
  const auto* object = value.if_object();
  return object ? object->if_contains(name) : nullptr;
}

void slice(const Array& array, const PathStep& step, std::vector<const Document*>& out) {
  const auto size = static_cast<std::int64_t>(array.size());
  const auto bound = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const auto to = bound(step.to.value_or(size));
  for (auto i = bound(step.from.value_or(0)); i < to; ++i)
    out.push_back(&array[static_cast<std::size_t>(i)]);
}

void children(const Document& value, std::vector<const Document*>& out) {
  if (const auto* array = value.if_array()) {
    for (const auto& child : *array)
      out.push_back(&child);
  } else if (const auto* object = value.if_object()) {
    for (const auto& child : *object)
      out.push_back(&child.value());
  }
}

void select_filtered(const Document& value, const PathStep& step, const Document& root,
                     std::vector<const Document*>& out) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array)
      if (step.filter->holds(item, root)) out.push_back(&item);
  } else if (value.is_object() && step.filter->holds(value, root)) {
    out.push_back(&value);
  }
}

/// What one step names, of one value.
void select(const Document& value, const PathStep& step, const Document& root,
            std::vector<const Document*>& out) {
  const auto add = [&](const Document* found) {
    if (found) out.push_back(found);
  };
  switch (step.kind) {
    case Kind::Name:
      return add(member(value, step.name));
    case Kind::Index:
      return add(element(value, step.index));
    case Kind::Wildcard:
      return children(value, out);
    case Kind::Names:
      for (const auto& name : step.names)
        add(member(value, name));
      return;
    case Kind::Indices:
      for (const auto index : step.indices)
        add(element(value, index));
      return;
    case Kind::Slice:
      if (const auto* array = value.if_array()) slice(*array, step, out);
      return;
    case Kind::Filter:
      return select_filtered(value, step, root, out);
  }
}

void select_deep(const Document& value, const PathStep& step, const Document& root,
                 std::vector<const Document*>& out) {
  select(value, step, root, out);
  std::vector<const Document*> below;
  children(value, below);
  for (const auto* child : below)
    select_deep(*child, step, root, out);
}

const Document* definite_step(const Document& value, const PathStep& step) {
  return step.kind == Kind::Name ? member(value, step.name) : element(value, step.index);
}

/// A step in Jayway's normal form: ['a'] or [0].
std::string shown(const PathStep& step) {
  return step.kind == Kind::Name ? fmt::format("['{}']", step.name)
                                 : fmt::format("[{}]", step.index);
}

}  // namespace

const Document* Path::find(const Document& root) const {
  const Document* at = &root;
  for (const auto& step : steps_) {
    at = definite_step(*at, step);
    if (!at) return nullptr;
  }
  return at;
}

std::string Path::missing(const Document& root) const {
  std::string walked = "$";
  const Document* at = &root;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const auto* next = definite_step(*at, steps_[i]);
    if (!next && steps_[i].kind == Kind::Name && !at->is_object()) {
      return fmt::format(
          "Expected to find an object with property {} in path {} but found '{}'. "
          "This is not a json object according to the JsonProvider: "
          "'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
          shown(steps_[i]), walked,
          at->is_array() ? "com.fasterxml.jackson.databind.node.ArrayNode"
                         : "com.fasterxml.jackson.databind.node.TextNode");
    }
    walked += shown(steps_[i]);
    if (!next) {
      const bool last = i + 1 == steps_.size();
      return fmt::format("{} {}", last ? "No results for path:" : "Missing property in path",
                         walked);
    }
    at = next;
  }
  return {};
}

Result<const Document*> Path::read(const Document& root, Document& storage) const {
  if (definite_) {
    if (const auto* found = find(root)) return found;
    return fail("JsonPath", missing(root));
  }
  std::vector<const Document*> values{&root};
  for (const auto& step : steps_) {
    std::vector<const Document*> next;
    for (const auto* value : values)
      step.deep ? select_deep(*value, step, root, next) : select(*value, step, root, next);
    values = std::move(next);
  }
  Array out;
  out.reserve(values.size());
  for (const auto* value : values)
    out.push_back(*value);
  storage = std::move(out);
  return &storage;
}

Result<Document> with_value_at(const Document& document, const Path& path, Document value) {
  if (path.whole()) return value;
  Document out = document;
  Document* at = &out;
  for (const auto& step : path.steps()) {
    if (step.kind == Kind::Index) {
      auto* array = at->if_array();
      if (!array || step.index < 0 || step.index >= static_cast<std::int64_t>(array->size()))
        return fail("JsonPath", "no such element");
      at = &(*array)[static_cast<std::size_t>(step.index)];
      continue;
    }
    if (at->is_null() && at != &out) at->emplace_object();
    auto* object = at->if_object();
    if (!object) return fail("JsonPath", "no object");
    at = &(*object)[step.name];
  }
  *at = std::move(value);
  return out;
}

bool equal_json(const Document& left, const Document& right) {
  if (left.is_number() && right.is_number()) {
    if (left.is_double() || right.is_double())
      return left.to_number<double>() == right.to_number<double>();
    return left == right;
  }
  if (left.kind() != right.kind()) return false;
  if (const auto* array = left.if_array()) {
    return std::equal(array->begin(), array->end(), right.get_array().begin(),
                      right.get_array().end(), equal_json);
  }
  if (const auto* object = left.if_object()) {
    const auto& other = right.get_object();
    if (object->size() != other.size()) return false;
    for (const auto& entry : *object) {
      const auto* same = other.if_contains(entry.key());
      if (!same || !equal_json(entry.value(), *same)) return false;
    }
    return true;
  }
  return left == right;
}

}  // namespace tocsin::asl
