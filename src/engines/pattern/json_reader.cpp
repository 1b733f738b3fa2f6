// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/json_reader.hpp"

#include "base/utf8.hpp"

namespace tocsin::pattern {
namespace {

constexpr std::size_t kQuotedSource = 500;  // Jackson's ErrorReportConfiguration
constexpr std::size_t kMaxDepth = 1000;     // Jackson's StreamReadConstraints

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<signed char>(c) < 0;
}

/// Java counts UTF-16 units; a continuation byte adds none, a lead of four bytes two.
std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

std::size_t cut_at_units(std::string_view text, std::size_t limit) {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    units += utf16_units(text.substr(i, 1));
    if (units > limit) return i;
  }
  return text.size();
}

std::string quote_source(std::string_view source) {
  const std::size_t cut = cut_at_units(source, kQuotedSource);
  std::string out = "(String)\"";
  for (const char c : source.substr(0, cut)) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r') {
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  if (cut < source.size()) {
    out += fmt::format("[truncated {} chars]", utf16_units(source.substr(cut)));
  }
  return out;
}

std::string describe(char c) {
  const int code = static_cast<unsigned char>(c);
  if (code < 0x20) return fmt::format("(CTRL-CHAR, code {})", code);
  return fmt::format("('{}' (code {}))", c, code);
}

}  // namespace

std::string JsonReader::location(std::size_t at) const {
  const auto before = source_.substr(0, std::min(at, source_.size()));
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool ends = before[i] == '\n' ||
                      (before[i] == '\r' && !(i + 1 < source_.size() && source_[i + 1] == '\n'));
    if (!ends) continue;
    ++line;
    line_start = i + 1;
  }
  return fmt::format("[Source: {}; line: {}, column: {}]", quote_source(source_), line,
                     utf16_units(before.substr(line_start)) + 1);
}

void JsonReader::problem(std::string_view message) const {
  throw JsonProblem{fmt::format("{}\n at {}", message, location(at_))};
}

void JsonReader::unexpected(char c, std::string_view hint) const {
  problem(fmt::format("Unexpected character {}: {}", describe(c), hint));
}

void JsonReader::unexpected_end(std::string_view what) const {
  problem(fmt::format("Unexpected end-of-input{}", what));
}

/// True where something other than space follows.
bool JsonReader::skip_space() {
  while (at_ < source_.size() && is_space(source_[at_]))
    ++at_;
  if (at_ == source_.size()) return false;
  const char c = source_[at_];
  if (static_cast<unsigned char>(c) < 0x20) {
    ++at_;
    problem(
        fmt::format("Illegal character ({}): only regular white space (\\r, \\n, \\t) is allowed "
                    "between tokens",
                    describe(c).substr(1, describe(c).size() - 2)));
  }
  return true;
}

Token JsonReader::next() {
  if (current_ == Token::Name) return current_ = enter(pending_);
  if (string_open_) finish_string();
  if (!skip_space()) {
    if (scopes_.back().close == 0) return current_ = Token::End;
    const char* kind = scopes_.back().close == '}' ? "Object" : "Array";
    unexpected_end(fmt::format(": expected close marker for {} (start marker at {})", kind,
                               location(scopes_.back().start)));
  }
  char c = source_[at_];
  if (c == ']' || c == '}') return current_ = close(c);
  if (scopes_.back().entries++ > 0 && scopes_.back().close != 0) expect_comma();
  c = source_[at_];
  if ((c == ']' || c == '}') && scopes_.back().close == c) {
    ++at_;
    unexpected(c, c == '}' ? "was expecting double-quote to start field name" : "expected a value");
  }
  if (scopes_.back().close != '}') return current_ = enter(start_value());
  read_name();
  skip_colon();
  pending_ = start_value();
  return current_ = Token::Name;
}

Token JsonReader::close(char c) {
  token_start_ = at_++;
  const Scope& scope = scopes_.back();
  if (scope.close != c) {
    if (scope.close == 0) unexpected(c, "expected a value");
    problem(fmt::format("Unexpected close marker '{}': expected '{}' (for {} starting at {})", c,
                        scope.close, scope.close == '}' ? "Object" : "Array",
                        location(scope.start)));
  }
  scopes_.pop_back();
  return c == '}' ? Token::EndObject : Token::EndArray;
}

void JsonReader::expect_comma() {
  const bool object = scopes_.back().close == '}';
  const char c = source_[at_++];
  if (c != ',') {
    unexpected(c, object ? "was expecting comma to separate Object entries"
                         : "was expecting comma to separate Array entries");
  }
  if (!skip_space()) {
    unexpected_end(object ? " within/between Object entries" : " within/between Array entries");
  }
}

void JsonReader::read_name() {
  const char c = source_[at_++];
  if (c != '"') unexpected(c, "was expecting double-quote to start field name");
  string_open_ = true;
  finish_string();
  name_ = text_;
}

void JsonReader::skip_colon() {
  if (!skip_space()) unexpected_end(" within/between Object entries");
  const char c = source_[at_++];
  if (c != ':') unexpected(c, "was expecting a colon to separate field name and value");
  if (!skip_space()) unexpected_end(" within/between Object entries");
}

/// Reads the first token of a value; a container is entered when the token is taken.
Token JsonReader::start_value() {
  token_start_ = at_;
  const char c = source_[at_++];
  switch (c) {
    case '{':
      return Token::StartObject;
    case '[':
      return Token::StartArray;
    case '"':
      string_open_ = true;
      return Token::String;
    case 't':
      return read_literal("true", Token::True);
    case 'f':
      return read_literal("false", Token::False);
    case 'n':
      return read_literal("null", Token::Null);
    default:
      break;
  }
  if (c == '-' || is_digit(c)) return read_number(at_ - 1);
  if (is_word(c)) unrecognized(at_ - 1);
  unexpected(c,
             "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' "
             "or 'false')");
}

Token JsonReader::enter(Token token) {
  if (token != Token::StartObject && token != Token::StartArray) return token;
  if (scopes_.size() > kMaxDepth) {
    problem(
        fmt::format("Document nesting depth ({}) exceeds the maximum allowed ({}, from "
                    "`StreamReadConstraints.getMaxNestingDepth()`)",
                    kMaxDepth + 1, kMaxDepth));
  }
  scopes_.push_back({token == Token::StartObject ? '}' : ']', token_start_});
  return token;
}

Token JsonReader::read_literal(std::string_view literal, Token token) {
  const std::size_t start = at_ - 1;
  const bool complete = source_.substr(start, literal.size()) == literal;
  const std::size_t end = start + literal.size();
  if (!complete || (end < source_.size() && is_word(source_[end]))) unrecognized(start);
  at_ = end;
  text_ = literal;
  return token;
}

void JsonReader::unrecognized(std::size_t start) {
  std::size_t end = start;
  while (end < source_.size() && is_word(source_[end]))
    ++end;
  at_ = end;
  problem(
      fmt::format("Unrecognized token '{}': was expecting (JSON String, Number, Array, Object or "
                  "token 'null', 'true' or 'false')",
                  source_.substr(start, end - start)));
}

void JsonReader::read_digits(std::string_view message) {
  if (at_ == source_.size() || !is_digit(source_[at_])) {
    if (at_ == source_.size()) unexpected_end(" in a Number value");
    const char c = source_[at_++];
    problem(fmt::format("Unexpected character {} in numeric value: {}", describe(c), message));
  }
  while (at_ < source_.size() && is_digit(source_[at_]))
    ++at_;
}

Token JsonReader::read_number(std::size_t start) {
  at_ = start + (source_[start] == '-' ? 1 : 0);
  const std::size_t first = at_;
  read_digits("expected digit (0-9) to follow minus sign, for valid numeric value");
  if (source_[first] == '0' && at_ > first + 1) {
    at_ = first + 1;
    problem("Invalid numeric value: Leading zeroes not allowed");
  }
  bool whole = true;
  if (at_ < source_.size() && source_[at_] == '.') {
    ++at_;
    whole = false;
    read_digits("Decimal point not followed by a digit");
  }
  if (at_ < source_.size() && (source_[at_] == 'e' || source_[at_] == 'E')) {
    ++at_;
    whole = false;
    if (at_ < source_.size() && (source_[at_] == '+' || source_[at_] == '-')) ++at_;
    read_digits("Exponent indicator not followed by a digit");
  }
  text_ = source_.substr(start, at_ - start);
  return whole ? Token::Integer : Token::Float;
}

const std::string& JsonReader::text() {
  if (current_ == Token::Name) return name_;
  if (current_ == Token::String && string_open_) finish_string();
  if (current_ == Token::StartArray || current_ == Token::EndArray ||
      current_ == Token::StartObject || current_ == Token::EndObject) {
    text_ = source_.substr(token_start_, 1);
  }
  return text_;
}

void JsonReader::finish_string() {
  string_open_ = false;
  text_.clear();
  for (;;) {
    if (at_ >= source_.size()) unexpected_end(": was expecting closing quote for a string value");
    const char c = source_[at_++];
    if (c == '"') return;
    if (c == '\\') {
      read_escape();
    } else if (static_cast<unsigned char>(c) < 0x20) {
      problem(
          fmt::format("Illegal unquoted character ({}): has to be escaped using backslash to be "
                      "included in string value",
                      describe(c)));
    } else {
      text_ += c;
    }
  }
}

void JsonReader::read_escape() {
  if (at_ >= source_.size()) unexpected_end(" in character escape sequence");
  const char c = source_[at_++];
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  if (const auto found = kNames.find(c); found != std::string_view::npos) {
    text_ += kValues[found];
    return;
  }
  if (c != 'u') problem(fmt::format("Unrecognized character escape {}", describe(c)));
  std::uint32_t unit = read_hex4();
  if (unit >= 0xd800 && unit < 0xdc00 && source_.substr(at_, 2) == "\\u") {
    const std::size_t mark = at_;
    at_ += 2;
    const std::uint32_t low = read_hex4();
    if (low >= 0xdc00 && low < 0xe000) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else {
      at_ = mark;
    }
  }
  append_utf8(text_, unit >= 0xd800 && unit < 0xe000 ? '?' : unit);
}

std::uint32_t JsonReader::read_hex4() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_ >= source_.size()) unexpected_end(" in character escape sequence");
    const char c = source_[at_++];
    const char lower = static_cast<char>(c | 32);
    if (!is_digit(c) && (lower < 'a' || lower > 'f')) {
      unexpected(c, "expected a hex-digit for character escape sequence");
    }
    value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

}  // namespace tocsin::pattern
