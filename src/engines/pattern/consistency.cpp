// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/consistency.hpp"

namespace tocsin::pattern {
namespace {

// Only events made for it need more: members of one dotted path in several places at once.
constexpr std::uint64_t kFuel = 1'000'000;

void sort_unique(std::vector<std::uint32_t>& items) {
  std::ranges::sort(items);
  const auto rest = std::ranges::unique(items);
  items.erase(rest.begin(), rest.end());
}

}  // namespace

bool Consistency::holds(const Index& index, const Leaves& leaves,
                        const std::vector<std::uint32_t>& conditions) {
  leaves_ = &leaves;
  needs_.clear();
  bool ordered = false;
  for (const std::uint32_t condition : conditions) {
    if (!leaves.in_array(index.condition(condition).path)) continue;
    Need need;
    collect(index, condition, need);
    if (need.elements.empty() && !need.absent) return false;
    ordered |= need.absent;
    needs_.push_back(std::move(need));
  }
  if (!ordered) {
    // A value outside of arrays binds nothing, and so is the best choice; not so beside a field
    // that may be absent, for that can depend on an element's being chosen.
    std::erase_if(needs_, [](const Need& need) { return need.elements.front() == 0; });
    std::vector<std::uint32_t> all(needs_.size());
    for (std::uint32_t i = 0; i < all.size(); ++i)
      all[i] = i;
    const Answer answer = solve(0, all);
    if (answer != Answer::Ambiguous) return answer == Answer::Yes;
  }
  chosen_.assign(leaves.arrays(), kNone);
  history_.clear();
  fuel_ = kFuel;
  return search(0);
}

void Consistency::collect(const Index& index, std::uint32_t id, Need& need) const {
  const ConditionRecord& record = index.condition(id);
  need.absent = record.condition->absent;
  for (std::uint32_t at = leaves_->first(record.path); at != kNone; at = leaves_->leaf(at).next) {
    const Leaf& leaf = leaves_->leaf(at);
    if (need.absent) need.present.push_back(leaf.element);
    for (const auto& predicate : record.condition->any) {
      if (!predicate.matches(leaf.value)) continue;
      need.elements.push_back(leaf.element);
      break;
    }
  }
  sort_unique(need.elements);
  sort_unique(need.present);
}

std::uint32_t Consistency::child_towards(std::uint32_t element, std::uint32_t descendant) const {
  while (leaves_->element(descendant).parent != element) {
    descendant = leaves_->element(descendant).parent;
  }
  return descendant;
}

/// Within `element`: needs met by its own leaves are free; the others divide into arrays that are
/// independent of each other. Ambiguous where one need could be met in two arrays.
Consistency::Answer Consistency::solve(std::uint32_t element,
                                       const std::vector<std::uint32_t>& needs) const {
  const std::uint32_t end = leaves_->element(element).end;
  std::vector<Group> groups;
  for (const std::uint32_t need : needs) {
    const auto& elements = needs_[need].elements;
    const auto first = std::ranges::lower_bound(elements, element);
    if (first == elements.end() || *first >= end) return Answer::No;
    if (*first == element) continue;
    const auto last = std::prev(std::lower_bound(first, elements.end(), end));
    const std::uint32_t array = leaves_->element(child_towards(element, *first)).array;
    if (leaves_->element(child_towards(element, *last)).array != array) return Answer::Ambiguous;
    auto group = std::ranges::find(groups, array, &Group::array);
    if (group == groups.end()) group = groups.insert(groups.end(), Group{array, {}});
    group->needs.push_back(need);
  }
  for (const auto& group : groups) {
    const Answer answer = solve_array(element, group);
    if (answer != Answer::Yes) return answer;
  }
  return Answer::Yes;
}

/// One element of the array has to meet all the group's needs; candidates are those in which the
/// rarest of them is met.
Consistency::Answer Consistency::solve_array(std::uint32_t element, const Group& group) const {
  if (group.needs.size() == 1) return Answer::Yes;
  const std::uint32_t rarest = *std::ranges::min_element(
      group.needs, {}, [&](std::uint32_t need) { return needs_[need].elements.size(); });
  const auto& elements = needs_[rarest].elements;
  const std::uint32_t end = leaves_->element(element).end;
  for (auto at = std::ranges::upper_bound(elements, element); at != elements.end() && *at < end;) {
    const std::uint32_t candidate = child_towards(element, *at);
    const Answer answer = solve(candidate, group.needs);
    if (answer != Answer::No) return answer;
    at = std::lower_bound(at, elements.end(), leaves_->element(candidate).end);
  }
  return Answer::No;
}

/// The general search, condition by condition in the order of their paths as AWS's matcher goes:
/// what is absent is absent with regard to the elements chosen before.
bool Consistency::search(std::size_t at) {
  if (at == needs_.size()) return true;
  const Need& need = needs_[at];
  if (need.absent && search_absent(at)) return true;
  for (const std::uint32_t element : need.elements) {
    if (fuel_ == 0) return false;
    --fuel_;
    if (!agrees(element)) continue;
    const std::size_t mark = choose(element);
    if (search(at + 1)) return true;
    undo(mark);
  }
  return false;
}

bool Consistency::search_absent(std::size_t at) {
  for (const std::uint32_t element : needs_[at].present) {
    if (agrees(element)) return false;
  }
  return search(at + 1);
}

bool Consistency::agrees(std::uint32_t element) const {
  for (; element != 0; element = leaves_->element(element).parent) {
    const std::uint32_t chosen = chosen_[leaves_->element(element).array];
    if (chosen != kNone && chosen != element) return false;
  }
  return true;
}

std::size_t Consistency::choose(std::uint32_t element) {
  const std::size_t mark = history_.size();
  for (; element != 0; element = leaves_->element(element).parent) {
    const std::uint32_t array = leaves_->element(element).array;
    if (chosen_[array] != kNone) continue;
    chosen_[array] = element;
    history_.push_back(array);
  }
  return mark;
}

void Consistency::undo(std::size_t mark) {
  for (; history_.size() > mark; history_.pop_back())
    chosen_[history_.back()] = kNone;
}

}  // namespace tocsin::pattern
