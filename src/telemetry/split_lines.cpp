// SPDX-License-Identifier: Apache-2.0
// One object a line.
#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "telemetry/scan.hpp"
#include "telemetry/splitter.hpp"

namespace tocsin::telemetry {

std::size_t Splitter::split_lines(Block& block) {
  const auto whole = block.text;
  std::size_t from = 0;
  if (lost_) {
    const auto line = whole.find('\n');
    if (line == whole.npos) return whole.size();
    lost_ = false;
    ++line_;
    from = line + 1;
  } else if (base_ == 0 && whole.starts_with("\xef\xbb\xbf")) {
    from = 3;
  }
  const auto last = whole.rfind('\n');
  const auto end = ended_ ? whole.size() : last == whole.npos || last < from ? from : last + 1;
  if (end == from)
    return from < whole.size() && whole.size() - from > limits_.record
               ? from + drop_line(whole.substr(from))
               : from;
  block.text = whole.substr(from, end - from);
  block.base += from;
  if (block.whole.read(block.text)) {
    take_lines(block);
  } else {
    judge_lines(block);
  }
  return end;
}

std::size_t Splitter::drop_line(std::string_view text) {
  problems_.add(
      {file_, base_, line_, fmt::format("the line is longer than {} bytes", limits_.record)});
  lost_ = true;
  return text.size();
}

void Splitter::take_lines(Block& block) {
  block.structure = block.whole.positions();
  std::size_t counted = 0;
  const auto lines_until = [&](std::size_t at) {
    const auto lines = block.text.substr(counted, at - counted);
    line_ += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
    counted = at;
  };
  for (std::size_t at = 0; at < block.structure.size();) {
    lines_until(block.structure[at]);
    const auto known = block.records.size();
    at = take_line(block, at);
    if (block.records.size() > known)
      counted = block.records.back().end;  // no line ends in a record
  }
  lines_until(block.text.size());
}

/// Takes the record at a position of the structure, or says what is wrong with the line. Returns
/// where to go on.
std::size_t Splitter::take_line(Block& block, std::size_t at) {
  const auto begin = block.structure[at];
  const auto next_line = [&] {
    const auto line = std::min(block.text.find('\n', begin), block.text.size());
    while (at < block.structure.size() && block.structure[at] <= line)
      ++at;
    return at;
  };
  if (block.text[begin] != '{') {
    problem(block, begin, "the line is no object");
    return next_line();
  }
  const auto walked = walk_object(block.text, block.structure, at, content_, limits_.depth);
  const bool known_end =
      walked.kind == Walked::Kind::Record || walked.kind == Walked::Kind::Malformed;
  const auto end = known_end ? block.structure[walked.next - 1] + 1 : block.text.size();
  if (known_end && std::memchr(block.text.data() + begin, '\n', end - begin)) {
    problem(block, begin, "the record does not end with its line");
    return next_line();
  }
  accept(block, walked, at);
  return known_end ? walked.next : next_line();
}

void Splitter::judge_lines(Block& block) {
  for (std::size_t begin = 0; begin < block.text.size(); ++line_) {
    const auto end = std::min(block.text.find('\n', begin), block.text.size());
    judge_line(block, begin, end);
    begin = end + 1;
    if (end == block.text.size()) break;
  }
}

void Splitter::judge_line(Block& block, std::size_t begin, std::size_t end) {
  begin = std::min(skip_space(block.text, begin), end);
  if (begin == end) return;
  if (block.text[begin] != '{') return problem(block, begin, "the line is no object");
  judge(block, begin, end);
}

}  // namespace tocsin::telemetry
