// SPDX-License-Identifier: Apache-2.0
// Commands and expressions, by recursive descent.
#include "engines/insights/syntax.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "base/document.hpp"
#include "engines/insights/tokens.hpp"

namespace tocsin::insights {
namespace {

using Kind = Expression::Kind;

constexpr int kDeepest = 64;  // parentheses
constexpr int kDeepestExpression = 256;
constexpr std::size_t kMostLimit = 10'000;
constexpr std::array<std::string_view, 11> kNotServed{"pattern",     "diff",   "anomaly", "unmask",
                                                      "filterindex", "source", "unnest",  "lookup",
                                                      "join",        "search", "tail"};

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(text) {}

  Result<std::vector<Command>> commands() {
    std::vector<Command> out;
    do
      out.push_back(TRY(command()));
    while (tokens_.take("|"));
    if (tokens_.peek().kind != Token::Kind::End) return tokens_.unexpected();
    return out;
  }

 private:
  Result<Command> command() {
    const auto begin = tokens_.peek().span;
    auto out = TRY(body());
    out.span = {begin.begin, tokens_.end()};
    return out;
  }

  Result<Command> body() {
    if (tokens_.take_word("fields")) return listed(Command::Kind::Fields);
    if (tokens_.take_word("display")) return listed(Command::Kind::Display);
    if (tokens_.take_word("filter")) return filter();
    if (tokens_.take_word("parse")) return parse();
    if (tokens_.take_word("stats")) return stats();
    if (tokens_.take_word("sort") || tokens_.take_word("order")) return sort();
    if (tokens_.take_word("limit") || tokens_.take_word("head")) return limit();
    if (tokens_.take_word("dedup")) return listed(Command::Kind::Dedup);
    const auto& token = tokens_.peek();
    if (token.kind == Token::Kind::Name &&
        std::ranges::find(kNotServed, lower(token.text)) != kNotServed.end())
      return malformed(
          token.span,
          fmt::format("Tocsin does not serve the command {} of CloudWatch Logs Insights",
                      token.text));
    return tokens_.unexpected();
  }

  Result<Command> listed(Command::Kind kind) {
    Command out{.kind = kind};
    out.items = TRY(items());
    return out;
  }

  Result<Command> filter() {
    Command out{.kind = Command::Kind::Filter};
    out.items.push_back({ .expression = TRY(expression()) });
    return out;
  }

  /// `parse [field] "glob * *" as a, b` or `parse [field] /(?<a>…)/`.
  Result<Command> parse() {
    Command out{.kind = Command::Kind::Parse};
    Expression from{.kind = Kind::Field, .text = "@message", .path = {"@message"}};
    const auto is_pattern = [&] {
      return tokens_.peek().symbol("/") || tokens_.peek().kind == Token::Kind::Text;
    };
    if (!is_pattern()) from = TRY(primary());
    out.items.push_back({.expression = std::move(from)});
    if (!is_pattern()) return tokens_.unexpected();
    if (tokens_.peek().symbol("/"))
      out.pattern = TRY(tokens_.regex());
    else
      out.pattern = TRY(primary());
    const bool names_needed = out.pattern.kind == Kind::Text;
    if (!tokens_.take_word("as")) {
      if (names_needed) return tokens_.unexpected();
      return out;
    }
    do
      out.names.push_back(TRY(name()));
    while (tokens_.take(","));
    return out;
  }

  Result<Command> stats() {
    auto out = TRY(listed(Command::Kind::Stats));
    if (tokens_.take_word("by")) out.groups = TRY(items());
    return out;
  }

  Result<Command> sort() {
    tokens_.take_word("by");
    Command out{.kind = Command::Kind::Sort};
    do {
      Item item {
        .expression = TRY(expression())
      };
      if (tokens_.take_word("desc"))
        item.descending = true;
      else
        tokens_.take_word("asc");
      out.items.push_back(std::move(item));
    } while (tokens_.take(","));
    return out;
  }

  Result<Command> limit() {
    Command out{.kind = Command::Kind::Limit};
    const auto& token = tokens_.peek();
    const bool whole =
        token.kind == Token::Kind::Number && token.number == std::floor(token.number);
    if (!whole) return tokens_.unexpected();
    if (token.number < 1 || token.number > kMostLimit)
      return malformed(token.span, fmt::format("limit must be between 1 and {}", kMostLimit));
    out.limit = static_cast<std::size_t>(tokens_.next().number);
    return out;
  }

  Result<std::string> name() {
    if (tokens_.peek().kind != Token::Kind::Name) return tokens_.unexpected();
    return tokens_.next().text;
  }

  Result<std::vector<Item>> items() {
    std::vector<Item> out;
    do {
      Item item {
        .expression = TRY(expression())
      };
      const auto [begin, end] = item.expression.span;
      item.name = item.expression.kind == Kind::Field
                      ? item.expression.text
                      : std::string(tokens_.text().substr(begin, end - begin));
      if ((item.alias = tokens_.take_word("as"))) item.name = TRY(name());
      out.push_back(std::move(item));
    } while (tokens_.take(","));
    return out;
  }

  // --- expressions, the loosest binding first
  Result<Expression> expression() {
    if (++depth_ > kDeepest) return too_deep();
    auto out = TRY(either());
    --depth_;
    if (out.depth > kDeepestExpression) return too_deep();
    return out;
  }

  template <class... Arguments>
  Expression call(std::string name, std::size_t begin, Arguments... arguments) {
    std::vector<Expression> all;
    all.reserve(sizeof...(arguments));
    (all.push_back(std::move(arguments)), ...);
    return call_of(std::move(name), begin, std::move(all));
  }

  Expression call_of(std::string name, std::size_t begin, std::vector<Expression> arguments) {
    Expression out{.kind = Kind::Call,
                   .text = std::move(name),
                   .arguments = std::move(arguments),
                   .span = {begin, tokens_.end()}};
    for (const auto& each : out.arguments)
      out.depth = std::max(out.depth, each.depth + 1);
    return out;
  }

  Failure too_deep() const {
    return malformed(tokens_.peek().span, "the query is nested too deeply");
  }

  /// Operands with `word` between them make one call, however many they are.
  Result<Expression> joined(std::string word, Result<Expression> (Parser::*operand)()) {
    std::vector<Expression> all;
    do
      all.push_back(TRY((this->*operand)()));
    while (tokens_.take_word(word));
    if (all.size() == 1) return std::move(all.front());
    const auto begin = all.front().span.begin;
    return call_of(std::move(word), begin, std::move(all));
  }

  Result<Expression> either() { return joined("or", &Parser::both); }
  Result<Expression> both() { return joined("and", &Parser::negation); }

  Result<Expression> negation() {
    const auto begin = tokens_.peek().span.begin;
    std::size_t count = 0;
    while (tokens_.take_word("not"))
      ++count;
    auto out = TRY(comparison());
    if (count % 2) out = call("not", begin, std::move(out));
    return out;
  }

  Result<Expression> comparison() {
    auto left = TRY(sum());
    const auto begin = left.span.begin;
    for (const std::string_view op : {"=", "==", "!=", "<>", "<=", ">=", "<", ">"}) {
      if (!tokens_.take(op)) continue;
      auto right = TRY(sum());
      const std::string name(op == "==" ? "=" : op == "<>" ? "!=" : op);
      return call(name, begin, std::move(left), std::move(right));
    }
    if (tokens_.take("=~")) return like(std::move(left));
    if (tokens_.take_word("like")) return like(std::move(left));
    if (tokens_.take_word("in")) return in(std::move(left));
    if (!tokens_.take_word("not")) return left;
    Result<Expression> inner = tokens_.unexpected();
    if (tokens_.take_word("like"))
      inner = like(std::move(left));
    else if (tokens_.take_word("in"))
      inner = in(std::move(left));
    return call("not", begin, TRY(std::move(inner)));
  }

  Result<Expression> like(Expression left) {
    const auto begin = left.span.begin;
    if (tokens_.peek().symbol("/")) {
      auto regex = TRY(tokens_.regex());
      return call("like", begin, std::move(left), std::move(regex));
    }
    auto right = TRY(sum());
    return call("like", begin, std::move(left), std::move(right));
  }

  Result<Expression> in(Expression left) {
    const auto begin = left.span.begin;
    if (!tokens_.take("[")) return tokens_.unexpected();
    std::vector<Expression> all{std::move(left)};
    do
      all.push_back(TRY(sum()));
    while (tokens_.take(","));
    if (!tokens_.take("]")) return tokens_.unexpected();
    return call_of("in", begin, std::move(all));
  }

  Result<Expression> sum() {
    auto left = TRY(product());
    for (;;) {
      const auto op = tokens_.peek().text;
      const auto begin = left.span.begin;
      if (!tokens_.take("+") && !tokens_.take("-")) return left;
      auto right = TRY(product());
      left = call(op, begin, std::move(left), std::move(right));
      if (left.depth > kDeepestExpression) return too_deep();
    }
  }

  Result<Expression> product() {
    auto left = TRY(power());
    for (;;) {
      const auto op = tokens_.peek().text;
      const auto begin = left.span.begin;
      if (!tokens_.take("*") && !tokens_.take("/") && !tokens_.take("%")) return left;
      auto right = TRY(power());
      left = call(op, begin, std::move(left), std::move(right));
      if (left.depth > kDeepestExpression) return too_deep();
    }
  }

  Result<Expression> power() {
    auto left = TRY(unary());
    if (!tokens_.take("^")) return left;
    if (++depth_ > kDeepest) return too_deep();
    auto right = TRY(power());
    --depth_;
    const auto begin = left.span.begin;
    return call("^", begin, std::move(left), std::move(right));
  }

  Result<Expression> unary() {
    const auto begin = tokens_.peek().span.begin;
    std::size_t count = 0;
    while (tokens_.take("-"))
      ++count;
    auto out = TRY(primary());
    if (count % 2) out = call("negative", begin, std::move(out));
    return out;
  }

  Result<Expression> primary() {
    const auto& token = tokens_.peek();
    const auto begin = token.span.begin;
    if (tokens_.take("(")) {
      auto inner = TRY(expression());
      if (!tokens_.take(")")) return tokens_.unexpected();
      inner.span = {begin, tokens_.end()};
      return inner;
    }
    switch (token.kind) {
      case Token::Kind::Text: {
        auto taken = tokens_.next();
        return Expression{.kind = Kind::Text, .text = std::move(taken.text), .span = taken.span};
      }
      case Token::Kind::Number: {
        const auto taken = tokens_.next();
        return Expression{.kind = Kind::Number, .number = taken.number, .span = taken.span};
      }
      case Token::Kind::Period: {
        auto taken = tokens_.next();
        return Expression{.kind = Kind::Period,
                          .text = std::move(taken.text),
                          .number = taken.number,
                          .span = taken.span};
      }
      case Token::Kind::Name:
        return named();
      default:
        return tokens_.unexpected();
    }
  }

  /// A field, or a call where a parenthesis follows.
  Result<Expression> named() {
    for (const std::string_view word : {"and", "or", "not", "like", "in", "as", "by"}) {
      if (tokens_.peek().word(word)) return tokens_.unexpected();
    }
    auto token = tokens_.next();
    if (token.quoted || !tokens_.take("("))
      return Expression{.kind = Kind::Field,
                        .text = std::move(token.text),
                        .path = std::move(token.path),
                        .span = token.span};
    std::vector<Expression> arguments;
    while (!tokens_.take(")")) {
      if (!arguments.empty() && !tokens_.take(",")) return tokens_.unexpected();
      arguments.push_back(TRY(argument()));
    }
    return call_of(lower(token.text), token.span.begin, std::move(arguments));
  }

  Result<Expression> argument() {
    const auto star = tokens_.peek().span;
    if (tokens_.take("*")) return Expression{.kind = Kind::Star, .span = star};
    return expression();
  }

  Tokens tokens_;
  int depth_ = 0;
};

}  // namespace

Failure malformed(Span where, std::string message) {
  Error error{"MalformedQueryException", message};
  error.members["queryCompileError"] =
      Object{{"location", Object{{"startCharOffset", static_cast<std::int64_t>(where.begin)},
                                 {"endCharOffset", static_cast<std::int64_t>(where.end)}}},
             {"message", std::move(message)}};
  return fail(std::move(error));
}

Failure unexpected(std::string_view text, Span where) {
  const auto before = text.substr(0, where.begin);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto newline = before.rfind('\n');
  const auto position = newline == std::string_view::npos ? where.begin : where.begin - newline - 1;
  const auto found = where.begin == where.end ? std::string_view("<EOF>")
                                              : text.substr(where.begin, where.end - where.begin);
  return malformed(where, fmt::format("unexpected symbol found {} at line {} and position {}",
                                      found, line, position));
}

Result<std::vector<Command>> parse_commands(std::string_view text) {
  return Parser(text).commands();
}

}  // namespace tocsin::insights
