// SPDX-License-Identifier: Apache-2.0
#include "telemetry/walk.hpp"

#include <algorithm>
#include <cstring>

namespace tocsin::telemetry {
namespace {

constexpr const char* kGrammar = "the record is not JSON";
constexpr const char* kTwice = "the record has two members of one name";
constexpr const char* kDeep = "the record is nested too deeply";

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Whether a name was there before: exact, and without a look at all of them.
class Names {
 public:
  bool again(std::string_view name) {
    if (count_ == kMost) return false;
    auto slot = hash(name);
    for (; slots_[slot]; slot = static_cast<std::uint8_t>(slot + 1)) {
      if (names_[slots_[slot] - 1] == name) return true;
    }
    names_[count_++] = name;
    slots_[slot] = static_cast<std::uint8_t>(count_);
    return false;
  }

 private:
  static constexpr std::size_t kMost = 128;  // far more than a record has
  static std::uint8_t hash(std::string_view name) {
    if (name.empty()) return 0;
    const auto at = [&](std::size_t i) {
      return static_cast<unsigned>(static_cast<unsigned char>(name[i]));
    };
    return static_cast<std::uint8_t>(name.size() * 37 + at(0) * 11 + at(name.size() / 2) * 5 +
                                     at(name.size() - 1));
  }
  std::uint8_t slots_[256] = {};
  std::size_t count_ = 0;
  std::string_view names_[kMost];
};

class Walk {
 public:
  Walk(std::string_view text, std::span<const std::uint32_t> structure, std::size_t first,
       int depth)
      : text_(text), structure_(structure), at_(first), depth_(depth) {}

  Walked record() {
    using enum Walked::Kind;
    ++at_;
    if (at_ == structure_.size()) return end(Cut);
    if (here() == '}') return end(Record, at_ + 1);
    for (;;) {
      if (at_ + 4 > structure_.size()) return end(Cut);
      if (here() != '"' || text_[structure_[at_ + 1]] != ':') return end(Broken, at_, kGrammar);
      const auto name = string_before(structure_[at_ + 1]);
      if (!name.data()) return end(Broken, at_, kGrammar);
      if (!walked_.first_name.data()) walked_.first_name = name;
      if (names_.again(name)) twice_ = true;
      at_ += 2;
      if (here() == '[' && name == "Records") return end(Container, at_ + 1);
      if (!value(name)) return std::move(walked_);
      const char after = here();
      ++at_;
      if (after == '}') return complete();
      if (after != ',') return end(Broken, at_ - 1, kGrammar);
    }
  }

  Walked event() {
    using enum Walked::Kind;
    if (at_ + 1 < structure_.size() && text_[structure_[at_ + 1]] == '"') {
      const std::size_t after = at_ + 2 < structure_.size() ? structure_[at_ + 2] : text_.size();
      walked_.first_name = string_before(after, at_ + 1);
    }
    const auto skipped = skip_nested(text_, structure_, at_);
    if (skipped.kind == Skipped::Kind::Cut) return end(Cut);
    if (skipped.kind == Skipped::Kind::Broken) return end(Broken, at_, kGrammar);
    deepest_ = skipped.depth;
    at_ = skipped.next;
    return complete();
  }

 private:
  char here() const { return text_[structure_[at_]]; }

  Walked end(Walked::Kind kind, std::size_t next = 0, const char* reason = nullptr) {
    walked_.kind = kind;
    walked_.next = next;
    walked_.reason = reason;
    return std::move(walked_);
  }

  Walked complete() {
    using enum Walked::Kind;
    if (deepest_ > depth_) return end(Malformed, at_, kDeep);
    if (twice_) return end(Malformed, at_, kTwice);
    return end(Record, at_);
  }

  /// The string that starts at a structural position and ends before the byte `after`; null where
  /// it does not.
  std::string_view string_before(std::size_t after) const { return string_before(after, at_); }
  std::string_view string_before(std::size_t after, std::size_t at) const {
    const std::size_t start = structure_[at] + 1;
    while (after > start && is_space(text_[after - 1]))
      --after;
    if (after <= start || text_[after - 1] != '"') return {};
    return text_.substr(start, after - 1 - start);
  }

  /// Steps over the value at `at_`, and keeps it where it is wanted. False: the walk has ended.
  bool value(std::string_view name) {
    using enum Walked::Kind;
    const char c = here();
    if (c == '{' || c == '[') {
      if (name == "digestS3Object") walked_.fields.digest = true;
      const auto skipped = skip_nested(text_, structure_, at_);
      if (skipped.kind == Skipped::Kind::Broken) return (end(Broken, at_, kGrammar), false);
      if (skipped.next == structure_.size()) return (end(Cut), false);
      deepest_ = std::max(deepest_, skipped.depth + 1);
      at_ = skipped.next;
      return true;
    }
    if (c == '}' || c == ']' || c == ',' || c == ':') return (end(Broken, at_, kGrammar), false);
    if (at_ + 1 == structure_.size()) return (end(Cut), false);
    if (c == '"') {
      take_string(name);
    } else {
      take_literal(name);
    }
    ++at_;
    return true;
  }

  void take_string(std::string_view name) {
    auto* wanted = field(name);
    if (name == "digestS3Object") walked_.fields.digest = true;
    if (!wanted) return;
    *wanted = string_before(structure_[at_ + 1]);
    if (wanted->find('\\') != std::string_view::npos) walked_.fields.escaped = true;
  }

  std::string_view* field(std::string_view name) {
    auto& fields = walked_.fields;
    switch (name.size()) {
      case 9:
        if (name == "eventName") return &fields.event_name;
        if (name == "eventTime") return &fields.event_time;
        if (name == "eventType") return &fields.event_type;
        if (name == "awsRegion") return &fields.region;
        return nullptr;
      case 11:
        return name == "eventSource" ? &fields.event_source : nullptr;
      case 18:
        return name == "recipientAccountId" ? &fields.account : nullptr;
      default:
        return nullptr;
    }
  }

  void take_literal(std::string_view name) {
    if (name == "managementEvent") walked_.fields.management = here() == 't';
  }

  std::string_view text_;
  std::span<const std::uint32_t> structure_;
  std::size_t at_;
  int depth_;
  int deepest_ = 1;
  bool twice_ = false;
  Names names_;
  Walked walked_;
};

}  // namespace

Walked walk_object(std::string_view text, std::span<const std::uint32_t> structure,
                   std::size_t first, Content content, int depth) {
  Walk walk(text, structure, first, depth);
  return content == Content::CloudTrail ? walk.record() : walk.event();
}

/// Without branches but that for the end: what comes next in a text is hard to predict.
Skipped skip_nested(std::string_view text, std::span<const std::uint32_t> structure,
                    std::size_t first) {
  const char* bytes = text.data();
  int open = 0, deepest = 0;
  std::uint64_t braces = 0, wrong = 0;  // a bit for each level that is open: whether by a brace
  for (auto at = first; at < structure.size(); ++at) {
    const char c = bytes[structure[at]];
    const char kind = static_cast<char>(c | 0x20);  // [ ] become { }
    const auto brace = static_cast<std::uint64_t>(kind == c);
    const bool opens = kind == '{', closes = kind == '}';
    wrong |= closes & (braces ^ brace);
    braces = (braces << opens | (opens & brace)) >> closes;
    open += opens - closes;
    deepest = std::max(deepest, open);
    if (open > 0) continue;
    return {(wrong & 1) && deepest <= kMostDepth ? Skipped::Kind::Broken : Skipped::Kind::Whole,
            at + 1, deepest};
  }
  return {Skipped::Kind::Cut, structure.size(), deepest};
}

}  // namespace tocsin::telemetry
