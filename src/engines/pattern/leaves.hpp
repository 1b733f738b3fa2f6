// SPDX-License-Identifier: Apache-2.0
// What an event holds at the paths that rules mention: its leaves, path by path, each with the
// array element that it lies in. Filled from a Document or from JSON text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "engines/pattern/cow.hpp"
#include "engines/pattern/structure.hpp"
#include "engines/pattern/value.hpp"

namespace tocsin::pattern {

class Index;

struct Leaf {
  Value value;
  std::uint32_t element = 0;
  std::uint32_t next = kNone;  // the next leaf at the same path
};

/// An object or array that is an element of an array. Numbered as met, so the elements within an
/// element follow it up to `end`. Element 0 is the event.
struct Element {
  std::uint32_t parent = kNone;
  std::uint32_t array = kNone;
  std::uint32_t end = 0;
};

class Leaves {
 public:
  /// Forgets the event before. `paths` bounds the numbers of paths.
  void clear(std::uint32_t paths);

  void add(std::uint32_t path, const Value& value, std::uint32_t element);
  std::uint32_t open_array() { return arrays_++; }
  std::uint32_t open_element(std::uint32_t parent, std::uint32_t array);
  void close_element(std::uint32_t element) {
    elements_[element].end = static_cast<std::uint32_t>(elements_.size());
  }

  /// The paths that have leaves, in the order in which they were met.
  const std::vector<std::uint32_t>& paths() const { return met_; }
  /// The first leaf at a path, kNone where there is none.
  std::uint32_t first(std::uint32_t path) const {
    return slots_[path].epoch == epoch_ ? slots_[path].first : kNone;
  }
  /// Whether a leaf at the path lies in an array's element.
  bool in_array(std::uint32_t path) const {
    return slots_[path].epoch == epoch_ && slots_[path].in_array;
  }
  const Leaf& leaf(std::uint32_t id) const { return leaves_[id]; }
  const Element& element(std::uint32_t id) const { return elements_[id]; }
  std::uint32_t arrays() const { return arrays_; }

 private:
  struct Slot {
    std::uint32_t epoch = 0;
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
    bool in_array = false;
  };

  std::uint32_t epoch_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> met_;
  std::vector<Leaf> leaves_;
  std::vector<Element> elements_;
  std::uint32_t arrays_ = 0;
};

/// The path that a member's name leads to from `node`; a name with dots is several steps, as in
/// AWS's matcher. kNone where no rule goes there.
std::uint32_t step(const Index& index, std::uint32_t node, std::string_view name);

/// Text that Document values are rendered into, alive as long as the leaves.
using TextArena = std::deque<std::string>;

void read_document(const Index& index, const Document& event, Leaves& leaves, TextArena& arena);

/// Reads events from JSON text with simdjson's structural index.
class TextReader {
 public:
  /// `until_found`: see Extent. The leaves point into `text` and into this reader.
  Result<void> read(const Index& index, std::string_view text, bool until_found, Leaves& leaves);

  /// The object whose structural characters, from its { to its }, are `structure`; what it holds
  /// lies at and below the path `node`.
  Result<void> read_indexed(const Index& index, std::string_view text,
                            std::span<const std::uint32_t> structure, std::uint32_t node,
                            bool until_found, Leaves& leaves);

 private:
  Structure structure_;
  std::string arena_;  // decoded text
};

}  // namespace tocsin::pattern
