// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/automaton.hpp"

namespace tocsin::pattern {
namespace {

constexpr std::size_t kStateOverhead = 160;  // a state, its entry in the table of known ones
constexpr int kTrials = 4;                   // fresh starts before reuse is judged
constexpr std::uint64_t kLeastReuse = 10;    // steps per computed transition that make it worth it

std::string_view bytes_of(const std::vector<std::uint32_t>& positions) {
  return {reinterpret_cast<const char*>(positions.data()),
          positions.size() * sizeof(std::uint32_t)};
}

}  // namespace

void WildcardAutomaton::add(const Wildcard& wildcard, std::uint32_t item) {
  starts_.push_back(static_cast<std::uint32_t>(symbols_.size()));
  bool first = true;
  for (const auto& part : wildcard.parts()) {
    if (!first) symbols_.push_back(kStar);
    first = false;
    for (const char c : part)
      symbols_.push_back(static_cast<unsigned char>(c));
  }
  items_.resize(symbols_.size() + 1, item);
  items_.back() = item;
  symbols_.push_back(kEnd);
}

/// Bytes that no pattern mentions are one class.
void WildcardAutomaton::prepare() {
  class_count_ = 1;
  for (const std::uint16_t symbol : symbols_) {
    if (symbol < kStar && classes_[symbol] == 0) {
      classes_[symbol] = static_cast<std::uint16_t>(class_count_++);
    }
  }
  start_afresh();
}

/// State 0 is dead, state 1 the start.
void WildcardAutomaton::start_afresh() {
  states_.clear();
  transitions_.clear();
  known_.clear();
  bytes_ = 0;
  intern({});
  Positions start;
  for (const std::uint32_t position : starts_)
    add_closed(position, start);
  intern(std::move(start));
}

/// A star also stands for nothing: the position behind it is reached with it.
void WildcardAutomaton::add_closed(std::uint32_t position, Positions& out) const {
  out.push_back(position);
  if (symbols_[position] == kStar) out.push_back(position + 1);
}

std::uint32_t WildcardAutomaton::intern(Positions positions) {
  const auto [at, added] = known_.try_emplace(std::string(bytes_of(positions)),
                                              static_cast<std::uint32_t>(states_.size()));
  if (!added) return at->second;
  State state;
  for (const std::uint32_t position : positions) {
    if (symbols_[position] == kEnd) state.items.push_back(items_[position]);
  }
  bytes_ += 8 * positions.size() + 4 * (state.items.size() + class_count_) + kStateOverhead;
  state.positions = std::move(positions);
  states_.push_back(std::move(state));
  transitions_.resize(transitions_.size() + class_count_, kUnknown);
  return at->second;
}

std::uint32_t WildcardAutomaton::advance(std::uint32_t state, unsigned char byte) {
  Positions next;
  for (const std::uint32_t position : states_[state].positions) {
    if (symbols_[position] == kStar) {
      add_closed(position, next);
    } else if (symbols_[position] == byte) {
      add_closed(position + 1, next);
    }
  }
  std::ranges::sort(next);
  const auto rest = std::ranges::unique(next);
  next.erase(rest.begin(), rest.end());
  ++computed_;
  if (bytes_ > max_bytes_) {
    start_afresh();
    if (++fresh_starts_ >= kTrials && steps_ < kLeastReuse * computed_) given_up_ = true;
    return intern(std::move(next));
  }
  const std::uint32_t to = intern(std::move(next));
  transitions_[state * class_count_ + classes_[byte]] = to;
  return to;
}

const std::vector<std::uint32_t>& WildcardAutomaton::run(std::string_view text) {
  if (class_count_ == 0) prepare();
  std::uint32_t state = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::uint32_t next = transitions_[state * class_count_ + classes_[byte]];
    state = next == kUnknown ? advance(state, byte) : next;
    if (state == 0) break;
  }
  steps_ += text.size();
  return states_[state].items;
}

}  // namespace tocsin::pattern
