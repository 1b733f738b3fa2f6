// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/asl/path.hpp"
#include "engines/asl/path_filter.hpp"

namespace tocsin::asl {
namespace {

using Kind = PathStep::Kind;

bool name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '$' ||
         c == '@' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::string variable() {
    const auto start = at_;
    while (!done() && (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_' ||
                       static_cast<unsigned char>(peek()) >= 0x80))
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  Result<std::vector<PathStep>> steps() {
    std::vector<PathStep> out;
    while (!done())
      out.push_back(TRY(step()));
    return out;
  }

  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

 private:
  Failure wrong() const {
    return fail("JsonPath", fmt::format("Could not parse '{}' at {}", text_, at_));
  }

  Result<PathStep> step() {
    PathStep step;
    if (take("..")) {
      step.deep = true;
      if (peek() == '[') return bracket(std::move(step));
    } else if (peek() == '[') {
      return bracket(std::move(step));
    } else if (!take(".")) {
      return wrong();
    }
    if (take("*")) {
      step.kind = Kind::Wildcard;
      return step;
    }
    const auto start = at_;
    while (!done() && name_character(peek()))
      ++at_;
    if (at_ == start) return wrong();
    step.name = text_.substr(start, at_ - start);
    if (take("()")) return fail("JsonPath", "JSONPath functions are not supported");
    return step;
  }

  void skip_space() {
    while (peek() == ' ')
      ++at_;
  }

  Result<PathStep> bracket(PathStep step) {
    ++at_;
    skip_space();
    if (take("*")) {
      step.kind = Kind::Wildcard;
    } else if (take("?(")) {
      TRY(filter(step));
      if (!take(")")) return wrong();
    } else if (peek() == '\'' || peek() == '"') {
      TRY(names(step));
    } else {
      TRY(numbers(step));
    }
    skip_space();
    if (!take("]")) return wrong();
    return step;
  }

  Result<bool> filter(PathStep& step) {
    const auto start = at_;
    int depth = 0;
    for (char quote = 0; !done(); ++at_) {
      const char c = peek();
      if (quote) {
        if (c == '\\') ++at_;
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && depth-- == 0) {
        break;
      }
    }
    step.kind = Kind::Filter;
    step.filter =
        std::make_shared<const Filter>(TRY(parse_filter(text_.substr(start, at_ - start))));
    return true;
  }

  Result<std::string> quoted() {
    const char quote = text_[at_++];
    std::string out;
    while (!done() && peek() != quote) {
      // A backslash stands for itself but before the quote that it escapes.
      if (peek() == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == quote) ++at_;
      out += text_[at_++];
    }
    if (done()) return wrong();
    ++at_;
    return out;
  }

  Result<bool> names(PathStep& step) {
    do {
      skip_space();
      if (peek() != '\'' && peek() != '"') return wrong();
      step.names.push_back(TRY(quoted()));
      skip_space();
    } while (take(","));
    step.kind = step.names.size() == 1 ? Kind::Name : Kind::Names;
    step.name = step.names.front();
    return true;
  }

  std::optional<std::int64_t> number() {
    std::int64_t value = 0;
    const auto* end = text_.data() + text_.size();
    const auto [next, error] = std::from_chars(text_.data() + at_, end, value);
    if (error != std::errc()) return std::nullopt;
    at_ = static_cast<std::size_t>(next - text_.data());
    return value;
  }

  Result<bool> numbers(PathStep& step) {
    const auto first = number();
    skip_space();
    if (take(":")) {
      step.kind = Kind::Slice;
      step.from = first;
      skip_space();
      step.to = number();
      return true;
    }
    if (!first) return wrong();
    step.kind = Kind::Index;
    step.index = *first;
    step.indices = {*first};
    while (take(",")) {
      skip_space();
      const auto next = number();
      if (!next) return wrong();
      step.indices.push_back(*next);
      step.kind = Kind::Indices;
      skip_space();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool all_definite(const std::vector<PathStep>& steps) {
  return std::all_of(steps.begin(), steps.end(), [](const PathStep& step) {
    return !step.deep && (step.kind == Kind::Name || step.kind == Kind::Index);
  });
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  Path path;
  path.text_ = text;
  Parser parser(text);
  if (!parser.take("$")) return fail("JsonPath", "a path begins with $");
  if (parser.take("$")) {
    path.root_ = Root::Context;
  } else if (auto name = parser.variable(); !name.empty()) {
    path.root_ = Root::Variable;
    path.variable_ = std::move(name);
  }
  path.steps_ = TRY(parser.steps());
  path.definite_ = all_definite(path.steps_);
  return path;
}

Result<Path> Path::parse_steps(std::string_view text) {
  Path path;
  path.text_ = text;
  path.steps_ = TRY(Parser(text).steps());
  path.definite_ = all_definite(path.steps_);
  return path;
}

}  // namespace tocsin::asl
