// SPDX-License-Identifier: Apache-2.0
// Objects in arrays, in {"Records": […]}, or one after the other.
#include <algorithm>
#include <fmt/format.h>

#include "telemetry/scan.hpp"
#include "telemetry/splitter.hpp"

namespace tocsin::telemetry {
namespace {

/// Where a text that goes on may be cut so that no string is cut: behind an object's end that is
/// followed by what cannot follow a } within a string of JSON in JSON. Should it be cut within a
/// string all the same, the block is judged record by record.
std::size_t cut_before(std::string_view text) {
  for (auto at = text.rfind('}'); at != text.npos && at > 0; at = text.rfind('}', at - 1)) {
    const auto after = text.substr(at + 1, 3);
    if (after.starts_with('\n') || after.starts_with("\r\n") || after.starts_with(",\n") ||
        after.starts_with(",\"") || after.starts_with(",{\"")) {
      return at + 1;
    }
  }
  return 0;
}

}  // namespace

std::size_t Splitter::split_values(Block& block) {
  const auto whole = block.text;
  std::size_t from = 0;
  if (lost_) {
    from = next_alike(whole, 0);
    if (from == whole.npos)
      return ended_ ? whole.size() : whole.size() - std::min<std::size_t>(whole.size(), 256);
    lost_ = false;
  } else if (base_ == 0 && whole.starts_with("\xef\xbb\xbf")) {
    from = 3;
  }
  block.text = whole.substr(from);
  block.base += from;
  const auto end = ended_ ? block.text.size() : cut_before(block.text);
  std::size_t used = 0;
  if (end == 0 && block.text.size() <= limits_.record) return from;
  if (end > 0 && block.whole.read(block.text.substr(0, end))) {
    block.structure = block.whole.positions();
    if (take_values(block, end, used)) return from + used;
    block.pieces.assign(block.structure.begin(), block.structure.end());
    block.structure = block.pieces;
  }
  return from + judge_values(block, used);
}

/// True: `used` bytes are done with. False: what begins at `used` must be judged by itself.
bool Splitter::take_values(Block& block, std::size_t end, std::size_t& used) {
  for (std::size_t at = 0; at < block.structure.size();) {
    const char c = block.text[block.structure[at]];
    used = block.structure[at];
    if (c == '{' && within_ != Within::Tail) {
      if (bool cut = false; !take_value(block, at, cut)) return cut;
    } else if (within_ == Within::Tail && (c == '{' || c == '[')) {
      const auto skipped = skip_nested(block.text, block.structure, at);
      if (skipped.kind == Skipped::Kind::Cut)
        return !ended_ && block.text.size() - used <= limits_.record;
      at = skipped.next;
    } else if (within_ == Within::Nothing && c != '[') {
      return false;
    } else {
      if (!take_mark(c) && within_ != Within::Tail) problem(block, used, "a record is no object");
      ++at;
    }
  }
  used = end;
  return true;
}

/// A character between records. False where it does not belong there. A [ in a list does not, but
/// what is in it may be records that have lost a comma, so they are taken.
bool Splitter::take_mark(char c) {
  if (c == '[' && within_ == Within::Nothing) {
    within_ = Within::Array;
    stray_ = 0;
    return true;
  }
  const bool list = within_ == Within::Array || within_ == Within::Records;
  if (c == '[' && list)
    ++stray_;
  else if (c == ']' && list && stray_ > 0)
    --stray_;
  else if (c == ']' && list)
    return within_ = within_ == Within::Records ? Within::Tail : Within::Nothing, true;
  else if (c == '}' && within_ == Within::Tail)
    return within_ = Within::Nothing, true;
  return c == ',';
}

/// The object at `at`, which moves behind it. False: it is `cut`, or must be judged by itself.
bool Splitter::take_value(Block& block, std::size_t& at, bool& cut) {
  const auto walked = walk_object(block.text, block.structure, at, content_, limits_.depth);
  switch (walked.kind) {
    case Walked::Kind::Container:
      if (within_ != Within::Nothing) return false;
      within_ = Within::Records;
      stray_ = 0;
      break;
    case Walked::Kind::Cut:
      cut = !ended_ && block.text.size() - block.structure[at] <= limits_.record;
      return false;
    case Walked::Kind::Broken:
      return false;
    default:
      accept(block, walked, at);
  }
  at = walked.next;
  return true;
}

/// Byte by byte, each object by itself.
std::size_t Splitter::judge_values(Block& block, std::size_t at) {
  const auto text = block.text;
  while ((at = skip_space(text, at)) < text.size()) {
    const char c = text[at];
    if (c == '{' && within_ != Within::Tail) {
      bool cut = false;
      at = judge_object(block, at, cut);
      if (cut) return at;
    } else if (take_mark(c) || c == '[' || c == ']') {
      if (c == '[' && stray_ > 0) problem(block, at, "a record is no object");
      ++at;
    } else if (within_ == Within::Nothing) {
      problem(block, at, "text outside of a record");
      at = skip_foreign(text, at);
    } else {
      const auto end = scan_value(text, at, text.size());
      if (end == text.npos && !ended_ && text.size() - at <= limits_.record) return at;
      if (within_ != Within::Tail) problem(block, at, "a record is no object");
      at = end == text.npos ? at + 1 : end;
    }
  }
  return at;
}

/// Returns where to go on; `cut`: when more has been read.
std::size_t Splitter::judge_object(Block& block, std::size_t at, bool& cut) {
  const auto text = block.text;
  if (within_ == Within::Nothing && content_ == Content::CloudTrail) {
    if (const auto records = begins_records(text, at)) {
      within_ = Within::Records;
      stray_ = 0;
      return records;
    }
  }
  const auto next = next_alike(text, at + 1);
  const auto end = scan_value(text, at, next);
  if (end != text.npos) return judge(block, at, end) || next == text.npos ? end : next;
  if (next == text.npos && !ended_ && text.size() - at <= limits_.record) {
    cut = true;
    return at;
  }
  const bool long_one = text.size() - at > limits_.record && next == text.npos;
  problem(block, at,
          long_one ? fmt::format("the record is longer than {} bytes", limits_.record)
                   : "the record has no end");
  if (next != text.npos) return next;
  lost_ = cut = true;
  // The next record's beginning may have been read in part.
  return ended_ ? text.size()
                : std::max(at + 1, text.size() - std::min<std::size_t>(text.size(), 256));
}

/// Behind text that belongs to no record: the next line, object or array.
std::size_t Splitter::skip_foreign(std::string_view text, std::size_t at) const {
  return std::min(text.find_first_of("\n{[", at + 1), text.size());
}

std::size_t Splitter::next_alike(std::string_view text, std::size_t from) const {
  return find_object(text, from, first_name_.empty() ? "eventVersion" : first_name_);
}

}  // namespace tocsin::telemetry
