// SPDX-License-Identifier: Apache-2.0
#include "telemetry/splitter.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "telemetry/scan.hpp"

namespace tocsin::telemetry {

Splitter::Splitter(std::unique_ptr<Source> source, const std::string& file, Content content,
                   const Limits& limits, Problems& problems)
    : source_(std::move(source)),
      file_(file),
      content_(content),
      limits_(limits),
      problems_(problems) {}

bool Splitter::fill(Block& block) {
  block.file = &file_;
  block.records.clear();
  while (block.records.empty()) {
    if (form_ == Form::Foreign || (ended_ && carry_.empty())) return false;
    block.pieces.clear();
    load(block);
    const auto begin = block.text.data();
    const auto size = block.text.size();
    const auto used = split(block);
    carry_.assign(begin + used, size - used);
    base_ += used;
  }
  return true;
}

/// The carry and one more read. The buffer grows while a record does not fit.
void Splitter::load(Block& block) {
  const auto room = std::max(limits_.block, carry_.size() + limits_.block / 2);
  if (block.buffer.size() < room) block.buffer.resize(room);
  std::memcpy(block.buffer.data(), carry_.data(), carry_.size());
  std::size_t size = carry_.size();
  if (!ended_) {
    const auto got = source_->read(block.buffer.data() + size, room - size);
    if (!got) problems_.add({file_, base_ + size, 0, got.error().message});
    ended_ = !got || *got == 0;
    if (got) size += *got, read_ += *got;
  }
  block.text = {block.buffer.data(), size};
  block.base = base_;
}

/// Returns how many bytes are done with.
std::size_t Splitter::split(Block& block) {
  if (block.text.empty()) return 0;
  if (form_ == Form::Unknown && !recognise(block.text)) return ended_ ? block.text.size() : 0;
  if (form_ == Form::Foreign) return block.text.size();
  return form_ == Form::Lines ? split_lines(block) : split_values(block);
}

/// False where more must be read to tell.
bool Splitter::recognise(std::string_view text) {
  form_ = form_of(text);
  if (form_ == Form::Foreign)
    problems_.add({file_, base_, 0, "neither JSON nor gzip of JSON: the file is skipped"});
  return form_ != Form::Unknown;
}

Splitter::Form Splitter::form_of(std::string_view text) const {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return Form::Foreign;  // UTF-16
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto start = skip_space(text, 0);
  if (start == text.size()) return Form::Unknown;
  text.remove_prefix(start);
  if (text[0] == '[') return Form::Values;
  if (text[0] == '{') return form_of_object(text);
  const bool some_line = text.find("\n{") != text.npos;
  if (some_line) return Form::Lines;
  return ended_ || text.size() >= limits_.block / 2 ? Form::Foreign : Form::Unknown;
}

Splitter::Form Splitter::form_of_object(std::string_view text) const {
  if (begins_records(text, 0)) return Form::Values;
  const auto line = text.find('\n');
  if (line == text.npos)
    return ended_ || text.size() >= limits_.block / 2 ? Form::Values : Form::Unknown;
  const auto end = scan_value(text, 0, line);
  if (end == text.npos) return Form::Values;
  return skip_space(text, end) >= line ? Form::Lines : Form::Values;
}

/// Checks an object that stands alone between two bytes of the text and adds it to the block.
bool Splitter::judge(Block& block, std::size_t begin, std::size_t end) {
  if (end - begin > limits_.record) {
    problem(block, begin, fmt::format("the record is longer than {} bytes", limits_.record));
    return false;
  }
  if (const auto read = piece_.read(block.text.substr(begin, end - begin)); !read) {
    problem(block, begin, read.error().message);
    return false;
  }
  auto first = block.pieces.size();
  for (const auto position : piece_.positions())
    block.pieces.push_back(position + static_cast<std::uint32_t>(begin));
  block.structure = block.pieces;
  while (first < block.pieces.size()) {
    const auto walked = walk_object(block.text, block.structure, first, content_, limits_.depth);
    if (!accept(block, walked, first)) return false;
    first = walked.next;
    if (first == block.pieces.size() || block.text[block.pieces[first]] == '{') continue;
    problem(block, block.pieces[first], "text outside of a record");
    return false;
  }
  return true;
}

/// Adds a record that was walked, or says why it is none.
bool Splitter::accept(Block& block, const Walked& walked, std::size_t first) {
  const auto begin = block.structure[first];
  if (walked.kind != Walked::Kind::Record) {
    const bool list = walked.kind == Walked::Kind::Container;
    problem(block, begin,
            walked.reason ? walked.reason
            : list        ? "a list of records where a record should be"
                          : "the record has no end");
    return false;
  }
  const auto end = block.structure[walked.next - 1] + 1;
  if (end - begin > limits_.record) {
    problem(block, begin, fmt::format("the record is longer than {} bytes", limits_.record));
    return false;
  }
  if (first_name_.empty()) first_name_ = walked.first_name;
  block.records.push_back({begin, end, static_cast<std::uint32_t>(first),
                           static_cast<std::uint32_t>(walked.next),
                           form_ == Form::Lines ? line_ : 0, walked.fields});
  return true;
}

void Splitter::problem(const Block& block, std::size_t at, std::string reason) {
  problems_.add({file_, block.base + at, form_ == Form::Lines ? line_ : 0, std::move(reason)});
}

}  // namespace tocsin::telemetry
