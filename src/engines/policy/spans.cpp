// SPDX-License-Identifier: Apache-2.0
// Where statements stand in the text of their policy.
#include "engines/policy/policy.hpp"

namespace tocsin::policy {
namespace {

/// Walks over JSON that is known to be well formed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<SourceSpan> statements() {
    for (skip_space(); !done();) {
      const char c = peek();
      if (c == '{') ++depth_;
      if (c == '}') --depth_;
      if (c == '"') {
        const bool key = depth_ == 1 && string() == "Statement";
        skip_space();
        if (key && peek() == ':') return list();
      } else {
        step();
      }
      skip_space();
    }
    return {};
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void step() {
    if (peek() == '\n') {
      ++line_;
      column_ = 0;
    }
    ++column_;
    ++at_;
  }
  void skip_space() {
    while (!done() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos)
      step();
  }
  std::string_view string() {
    const auto from = at_ + 1;
    step();
    while (!done() && peek() != '"') {
      if (peek() == '\\') step();
      step();
    }
    const auto body = text_.substr(from, at_ - from);
    step();
    return body;
  }

  /// From the colon on.
  std::vector<SourceSpan> list() {
    std::vector<SourceSpan> found;
    step();
    auto start = here();
    skip_space();
    if (peek() == '[') {
      step();
      start = here();
    }
    for (skip_space(); peek() == '{'; skip_space()) {
      skip_object();
      found.push_back({start.start_line, start.start_column, line_, column_});
      skip_space();
      if (peek() != ',') break;
      step();
      start = here();
    }
    return found;
  }

  void skip_object() {
    int depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        string();
        continue;
      }
      if (c == '{') ++depth;
      if (c == '}') --depth;
      step();
    } while (depth > 0 && !done());
  }

  SourceSpan here() const { return {line_, column_, line_, column_}; }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1, column_ = 1, depth_ = 0;
};

}  // namespace

std::vector<SourceSpan> spans_of(std::string_view json) {
  return Scanner(json).statements();
}

}  // namespace tocsin::policy
