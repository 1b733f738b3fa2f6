// SPDX-License-Identifier: Apache-2.0
#include "engines/guard/reader.hpp"

#include <algorithm>

namespace tocsin::guard {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool is_word(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool Reader::take(std::string_view what) {
  if (!looking_at(what)) return false;
  at_ += what.size();
  return true;
}

bool Reader::take_word(std::string_view lower, std::string_view upper) {
  const auto here = name_ahead();
  if (here != lower && here != upper) return false;
  at_ += here.size();
  return true;
}

bool Reader::skip_blanks() {
  const auto start = at_;
  while (at_ < text_.size()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      break;
    }
  }
  return at_ != start;
}

void Reader::skip_spaces() {
  while (peek() == ' ' || peek() == '\t')
    ++at_;
}

std::string_view Reader::name_ahead() const {
  const auto here = rest();
  if (here.empty() || !is_letter(here[0])) return {};
  const auto end = std::ranges::find_if_not(here, is_word);
  return here.substr(0, static_cast<std::size_t>(end - here.begin()));
}

std::string_view Reader::name() {
  const auto here = name_ahead();
  at_ += here.size();
  return here;
}

Position Reader::position(std::size_t at) const {
  const auto before = text_.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n');
  const auto head = start == std::string_view::npos ? before : before.substr(start + 1);
  const auto column = std::ranges::count_if(
      head, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {static_cast<int>(line), static_cast<int>(column) + 1};
}

std::string Reader::source(std::size_t from) const {
  std::string out;
  for (const char c : text_.substr(from, at_ - from)) {
    if (!is_blank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out;
}

}  // namespace tocsin::guard
