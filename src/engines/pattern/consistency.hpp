// SPDX-License-Identifier: Apache-2.0
// Consistency of arrays: of each array at most one element may help a branch to match, so that
// {"a": [{"x": 1, "y": 2}]} matches x=1 and y=2 while {"a": [{"x": 1}, {"y": 2}]} does not. Leaves
// that are array items themselves bind nothing (["p", "q"] is just two values).
#pragma once

#include <cstdint>
#include <vector>

#include "engines/pattern/index.hpp"
#include "engines/pattern/leaves.hpp"

namespace tocsin::pattern {

class Consistency {
 public:
  /// Whether one choice of elements satisfies all these conditions of a branch, which are sorted by
  /// path. Conditions that no array touches may be left out.
  bool holds(const Index& index, const Leaves& leaves,
             const std::vector<std::uint32_t>& conditions);

 private:
  /// One condition: the elements in which it is satisfied, ascending, each once.
  struct Need {
    std::vector<std::uint32_t> elements;
    bool absent = false;
    std::vector<std::uint32_t> present;  // where leaves lie at all; only if absent
  };
  /// The needs that one array has to satisfy.
  struct Group {
    std::uint32_t array;
    std::vector<std::uint32_t> needs;
  };
  enum class Answer { No, Yes, Ambiguous };

  void collect(const Index& index, std::uint32_t condition, Need& need) const;
  Answer solve(std::uint32_t element, const std::vector<std::uint32_t>& needs) const;
  Answer solve_array(std::uint32_t element, const Group& group) const;
  std::uint32_t child_towards(std::uint32_t element, std::uint32_t descendant) const;

  bool search(std::size_t need);
  bool search_absent(std::size_t need);
  bool agrees(std::uint32_t element) const;
  std::size_t choose(std::uint32_t element);
  void undo(std::size_t mark);

  const Leaves* leaves_ = nullptr;
  std::vector<Need> needs_;
  std::vector<std::uint32_t> chosen_;   // array -> element
  std::vector<std::uint32_t> history_;  // arrays in the order in which they were chosen
  std::uint64_t fuel_ = 0;
};

}  // namespace tocsin::pattern
