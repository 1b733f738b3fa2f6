// SPDX-License-Identifier: Apache-2.0
// Events straight from JSON text. simdjson's first stage finds all structural characters; this walk
// follows them, looks only into members that some rule's path names, and steps over the rest by
// counting brackets. It checks the grammar of what it walks, and UTF-8, quotes and the balance of
// brackets everywhere.
#include <array>

#include "base/utf8.hpp"
#include "engines/pattern/index.hpp"
#include "engines/pattern/leaves.hpp"

namespace tocsin::pattern {
namespace {

constexpr int kMaxDepth = 512;

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// How much deeper a structural character leads.
constexpr auto kNesting = [] {
  std::array<std::int8_t, 256> nesting{};
  nesting['{'] = nesting['['] = 1;
  nesting['}'] = nesting[']'] = -1;
  return nesting;
}();

/// Thrown within this file only.
struct Malformed {
  const char* what;
  std::size_t at;
};

/// The members that one object is still searched for; several of one name count once.
class Search {
 public:
  explicit Search(std::uint32_t sought) : sought_(sought <= kMost ? sought : kNone) {}

  bool done_with(std::uint32_t found) {
    if (sought_ == kNone) return false;
    if (std::find(found_, found_ + count_, found) != found_ + count_) return false;
    found_[count_++] = found;
    return count_ == sought_;
  }

 private:
  static constexpr std::uint32_t kMost = 16;
  std::uint32_t sought_;
  std::uint32_t count_ = 0;
  std::uint32_t found_[kMost];
};

class Walker {
 public:
  Walker(const Index& index, std::string_view text, std::span<const std::uint32_t> structure,
         bool until_found, Leaves& leaves, std::string& arena)
      : index_(index),
        text_(text),
        at_(structure.data()),
        end_(at_ + structure.size()),
        until_found_(until_found),
        leaves_(leaves),
        arena_(arena) {
    if (structure.empty()) return;
    const std::size_t size = text.size() - structure.front();
    escapes_ = std::memchr(text.data() + structure.front(), '\\', size) != nullptr;
    if (escapes_) arena_.reserve(size);  // decoded text is never longer
  }

  void event(std::uint32_t node) {
    if (take() != '{') malformed("the event is not an object");
    object(node, 0, 0);
    if (!stopped_ && at_ != end_) malformed("text after the event");
  }

 private:
  [[noreturn]] void malformed(const char* what) const {
    throw Malformed{what, at_ == end_ ? text_.size() : *at_};
  }

  char peek() const {
    if (at_ == end_) malformed("unexpected end");
    return text_[*at_];
  }
  char take() {
    const char c = peek();
    ++at_;
    return c;
  }

  /// The end of the token before the structural character at `at_`, without space.
  std::size_t token_end() const {
    std::size_t end = at_ == end_ ? text_.size() : *at_;
    while (is_space(text_[end - 1]))
      --end;
    return end;
  }

  /// The string that starts at the structural position before `at_`, without quotes.
  std::string_view raw_string() const {
    const std::size_t start = at_[-1] + 1;
    const std::size_t end = token_end();
    if (end <= start || text_[end - 1] != '"') malformed("a string is not closed");
    return text_.substr(start, end - 1 - start);
  }

  std::string_view string() {
    const std::string_view raw = raw_string();
    if (!escapes_ || raw.find('\\') == std::string_view::npos) return raw;
    return unescape(raw);
  }

  std::string_view unescape(std::string_view raw);
  std::uint32_t escaped_unit(std::string_view raw, std::size_t& at) const;

  void object(std::uint32_t node, std::uint32_t element, int depth) {
    if (depth > kMaxDepth) malformed("nested too deeply");
    const PathNode& paths = index_.node(node);
    Search search(until_found_ ? paths.children : kNone);
    if (peek() == '}') {
      ++at_;
      return;
    }
    for (;;) {
      if (take() != '"') malformed("a member's name is missing");
      const std::string_view name = string();
      if (take() != ':') malformed("a colon is missing");
      const std::uint32_t below = step(index_, node, name);
      if (below == kNone) {
        skip();
      } else {
        value(below, element, depth);
        if (stopped_) return;
        if (search.done_with(below)) {
          leave(depth);
          return;
        }
      }
      const char c = take();
      if (c == '}') return;
      if (c != ',') malformed("a comma is missing");
    }
  }

  /// All that is asked for in this object has been found.
  void leave(int depth) {
    if (depth == 0) {
      stopped_ = true;
    } else {
      skip_to_close(1);
    }
  }

  void value(std::uint32_t node, std::uint32_t element, int depth) {
    const char c = take();
    if (c == '{') {
      if (index_.node(node).children > 0) {
        object(node, element, depth + 1);
      } else {
        skip_to_close(1);
      }
    } else if (c == '[') {
      array(node, element, depth + 1);
    } else if (index_.node(node).conditions > 0) {
      leaves_.add(node, leaf(c, index_.node(node).numbers != kNone), element);
    } else if (c == ':' || c == ',' || c == '}' || c == ']') {
      --at_;
      malformed("a value is missing");
    }
  }

  void array(std::uint32_t node, std::uint32_t element, int depth) {
    if (depth > kMaxDepth) malformed("nested too deeply");
    const std::uint32_t array = leaves_.open_array();
    if (peek() == ']') {
      ++at_;
      return;
    }
    for (;;) {
      const char first = peek();
      if (first == '{' || first == '[') {
        const std::uint32_t inner = leaves_.open_element(element, array);
        value(node, inner, depth);
        leaves_.close_element(inner);
      } else {
        value(node, element, depth);
      }
      const char c = take();
      if (c == ']') return;
      if (c != ',') malformed("a comma is missing");
    }
  }

  /// `numeric`: its number will be asked for.
  Value leaf(char first, bool numeric) {
    if (first == '"') return {Value::Kind::String, string()};
    const std::size_t start = at_[-1];
    const std::string_view text = text_.substr(start, token_end() - start);
    if (numeric) {
      if (const auto number = parse_number(text)) return {text, *number};
    }
    if (text == "true" || text == "false" || text == "null") return {Value::Kind::Literal, text};
    if (!is_json_number(text)) {
      --at_;
      malformed("this is no value");
    }
    return {Value::Kind::Number, text};
  }

  void skip() {
    const char c = take();
    if (c == '{' || c == '[') {
      skip_to_close(1);
    } else if (c == ':' || c == ',' || c == '}' || c == ']') {
      --at_;
      malformed("a value is missing");
    }
  }

  void skip_to_close(int open) {
    const char* const text = text_.data();
    const std::uint32_t* at = at_;
    for (; open > 0 && at != end_; ++at)
      open += kNesting[static_cast<unsigned char>(text[*at])];
    at_ = at;
    if (open > 0) malformed("unexpected end");
  }

  const Index& index_;
  std::string_view text_;
  const std::uint32_t* at_;
  const std::uint32_t* end_;
  bool until_found_;
  bool escapes_ = false;
  bool stopped_ = false;
  Leaves& leaves_;
  std::string& arena_;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The four digits after "\u"; `at` moves behind them.
std::uint32_t Walker::escaped_unit(std::string_view raw, std::size_t& at) const {
  std::uint32_t unit = 0;
  for (const std::size_t end = at + 4; at < end; ++at) {
    const int digit = at < raw.size() ? hex_digit(raw[at]) : -1;
    if (digit < 0) malformed("a bad escape in a string");
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return unit;
}

std::string_view Walker::unescape(std::string_view raw) {
  const std::size_t start = arena_.size();
  for (std::size_t at = 0; at < raw.size();) {
    const char c = raw[at++];
    if (c != '\\') {
      arena_ += c;
      continue;
    }
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char escape = at < raw.size() ? raw[at++] : '\0';
    if (const auto found = kNames.find(escape); found != std::string_view::npos) {
      arena_ += kValues[found];
      continue;
    }
    if (escape != 'u') malformed("a bad escape in a string");
    std::uint32_t unit = escaped_unit(raw, at);
    if (unit >= 0xd800 && unit < 0xdc00 && raw.substr(at, 2) == "\\u") {
      std::size_t after = at + 2;
      const std::uint32_t low = escaped_unit(raw, after);
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        at = after;
      }
    }
    append_utf8(arena_, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
  }
  return std::string_view(arena_).substr(start);
}

}  // namespace

Result<void> TextReader::read_indexed(const Index& index, std::string_view text,
                                      std::span<const std::uint32_t> structure, std::uint32_t node,
                                      bool until_found, Leaves& leaves) {
  arena_.clear();
  try {
    Walker(index, text, structure, until_found, leaves, arena_).event(node);
  } catch (const Malformed& malformed) {
    return fail("SerializationException",
                fmt::format("The event is not JSON: {} at byte {}", malformed.what, malformed.at));
  }
  return {};
}

Result<void> TextReader::read(const Index& index, std::string_view text, bool until_found,
                              Leaves& leaves) {
  if (auto read = structure_.read(text); !read) {
    return fail("SerializationException", "The event is not JSON: " + read.error().message);
  }
  return read_indexed(index, text, structure_.positions(), 0, until_found, leaves);
}

}  // namespace tocsin::pattern
