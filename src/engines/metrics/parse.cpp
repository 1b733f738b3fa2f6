// SPDX-License-Identifier: Apache-2.0
// Expressions from text: by descent, one function a level of precedence.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

#include "engines/metrics/node.hpp"

namespace tocsin::metrics {
namespace {

constexpr int kDeepest = 64;
constexpr std::array<std::array<std::string_view, 6>, 5> kLevels{
    {{"||", "OR"}, {"&&", "AND"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}}};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole() {
    auto node = TRY(level(0));
    skip();
    if (at_ != text_.size()) return unexpected();
    return node;
  }

 private:
  Failure unexpected() const {
    return bad_expression(fmt::format("Unexpected input at position {}.", at_));
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])))
      ++at_;
  }
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    const bool word = std::isalpha(static_cast<unsigned char>(token[0]));
    const auto end = at_ + token.size();
    if (word && end < text_.size() && is_word(text_[end])) return false;
    at_ = end;
    return true;
  }

  static NodePtr make(Node node) { return std::make_shared<const Node>(std::move(node)); }

  Result<NodePtr> level(std::size_t which) {
    if (which == kLevels.size()) return power();
    auto left = TRY(level(which + 1));
    for (bool more = true; more;) {
      more = false;
      for (const auto op : kLevels[which]) {
        if (op.empty() || !take(op)) continue;
        auto right = TRY(level(which + 1));
        const auto* name = op == "OR" ? "||" : op == "AND" ? "&&" : nullptr;
        left = make({.kind = Node::Kind::Binary,
                     .text = name ? name : std::string(op),
                     .parts = {left, right}});
        more = true;
        break;
      }
    }
    return left;
  }

  Result<NodePtr> power() {
    auto left = TRY(unary());
    if (!take("^")) return left;
    return make({.kind = Node::Kind::Binary, .text = "^", .parts = {left, TRY(power())}});
  }

  Result<NodePtr> unary() {
    if (++depth_ > kDeepest) return bad_expression("The expression is nested too deeply.");
    const bool negative = take("-");
    auto node = negative ? TRY(unary()) : TRY(primary());
    --depth_;
    if (!negative) return node;
    return make({.kind = Node::Kind::Negate, .parts = {node}});
  }

  Result<NodePtr> primary() {
    if (take("(")) {
      auto node = TRY(level(0));
      if (!take(")")) return unexpected();
      return node;
    }
    if (take("[")) return make({ .kind = Node::Kind::Array, .parts = TRY(list("]")) });
    skip();
    if (at_ == text_.size()) return unexpected();
    const char next = text_[at_];
    if (next == '"' || next == '\'') return quoted(next);
    if (std::isdigit(static_cast<unsigned char>(next)) || next == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(next))) return name();
    return unexpected();
  }

  Result<std::vector<NodePtr>> list(std::string_view end) {
    std::vector<NodePtr> parts;
    if (take(end)) return parts;
    do
      parts.push_back(TRY(level(0)));
    while (take(","));
    if (!take(end)) return unexpected();
    return parts;
  }

  Result<NodePtr> quoted(char quote) {
    const auto end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return unexpected();
    auto node =
        make({.kind = Node::Kind::Text, .text = std::string(text_.substr(at_ + 1, end - at_ - 1))});
    at_ = end + 1;
    return node;
  }

  Result<NodePtr> number() {
    double value = 0;
    const auto* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) return unexpected();
    at_ += static_cast<std::size_t>(end - begin);
    return make({.number = value});
  }

  Result<NodePtr> name() {
    const auto begin = at_;
    while (at_ < text_.size() && is_word(text_[at_]))
      ++at_;
    std::string word(text_.substr(begin, at_ - begin));
    if (!take("(")) return make({.kind = Node::Kind::Name, .text = std::move(word)});
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (!is_function(word))
      return bad_expression(fmt::format("The function {} is not served by Tocsin.", word));
    return make({ .kind = Node::Kind::Function, .text = std::move(word), .parts = TRY(list(")")) });
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

bool is_keyword(const std::string& name) {
  return name == "REPEAT" || name == "LINEAR";
}

void collect(const Node& node, std::vector<std::string>& ids) {
  if (node.kind == Node::Kind::Name && !is_keyword(node.text)) ids.push_back(node.text);
  for (const auto& part : node.parts)
    collect(*part, ids);
}

}  // namespace

Failure bad_expression(std::string message) {
  return fail("ValidationError", std::move(message));
}

Result<Expression> parse(std::string_view text) {
  return Expression(TRY(Parser(text).whole()));
}

std::vector<std::string> Expression::ids() const {
  std::vector<std::string> out;
  collect(*root_, out);
  return out;
}

Result<Value> Expression::evaluate(const Inputs& inputs) const {
  return metrics::evaluate(*root_, inputs);
}

}  // namespace tocsin::metrics
