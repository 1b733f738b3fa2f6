// SPDX-License-Identifier: Apache-2.0
// Where a value stands, and why one is missing: worked out only when somebody asks.
#include <fmt/format.h>

#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

/// Appends the way from `at` to `wanted`; false where it is not there.
bool find_way(const Document& at, const Document* wanted, std::string& path) {
  if (&at == wanted) return true;
  const auto size = path.size();
  if (const auto* object = at.if_object()) {
    for (const auto& [key, value] : *object) {
      path += '/';
      path += key;
      if (find_way(value, wanted, path)) return true;
      path.resize(size);
    }
  } else if (const auto* array = at.if_array()) {
    for (std::size_t index = 0; index < array->size(); ++index) {
      path += '/' + std::to_string(index);
      if (find_way((*array)[index], wanted, path)) return true;
      path.resize(size);
    }
  }
  return false;
}

std::string remaining(const Found& found) {
  std::string out;
  const auto& parts = found.query->parts;
  for (std::size_t at = found.part; at < parts.size(); ++at) {
    const auto& part = parts[at];
    if (!out.empty()) out += '.';
    switch (part.kind) {
      case Part::Kind::This:
        out += "_";
        break;
      case Part::Kind::Variable:
        out += "%" + part.text;
        break;
      case Part::Kind::AllIndices:
        out += "[*]";
        break;
      case Part::Kind::AllValues:
        out += "*";
        break;
      case Part::Kind::Filter:
        out += "[...]";
        break;
      case Part::Kind::KeyFilter:
        out += "[keys ...]";
        break;
      default:
        out += part.text;
    }
  }
  return out;
}

}  // namespace

std::string Evaluator::path_of(Value value) const {
  if (!value.document) return {};
  std::string path;
  if (find_way(document_, value.document, path)) return path;
  for (const auto& each : made_) {
    std::string inner;
    if (find_way(each->first, value.document, inner)) return path_of(each->second) + inner;
  }
  return {};
}

std::string Evaluator::reason_of(const Found& unresolved) const {
  const auto& part = unresolved.query->parts[unresolved.part];
  const auto path = path_of(unresolved.value);
  const auto type = unresolved.value.type();
  const auto left = remaining(unresolved);
  switch (part.kind) {
    case Part::Kind::Index:
      if (unresolved.value.is_list())
        return fmt::format(
            "Array Index out of bounds for path = {} on index = {}, remaining query = {}", path,
            part.index, left);
      return fmt::format("Attempting to retrieve from index {} but type is not an array at path {}",
                         part.index, path);
    case Part::Kind::AllIndices:
    case Part::Kind::AllValues:
      return fmt::format("No more entries for value at path = {} on type = {}", path, type);
    case Part::Kind::Filter:
      return fmt::format("Filter on value type that was not a struct or array {} {}", type, path);
    case Part::Kind::KeyFilter:
      return fmt::format("Map Filter for keys was not a struct {} {}", type, path);
    case Part::Kind::Variable:
      return fmt::format("Could not locate key = %{} inside struct at path = {}", part.text, path);
    default:
      break;
  }
  if (unresolved.value.is_struct())
    return fmt::format("Could not find key {} inside struct at path {}", part.text, path);
  return fmt::format(
      "Attempting to retrieve from key {} but type is not an struct type at path {}, Type = {}, "
      "Value = {}",
      part.text, path, type, unresolved.value.text());
}

}  // namespace tocsin::guard
