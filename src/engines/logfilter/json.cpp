// SPDX-License-Identifier: Apache-2.0
// JSON patterns: { ($.user.id = 1 || $.items[*].name = "a*") && $.error NOT EXISTS }.
#include <charconv>

#include "engines/logfilter/pattern.hpp"

namespace tocsin::logfilter {
namespace {

constexpr int kDeepest = 64;
constexpr int kMostWildcards = 3;

struct Step {
  enum class Kind { Member, Element, AnyMember, AnyElement } kind;
  std::string name;
  std::size_t index = 0;
};

enum class Test { Compare, IsNull, IsTrue, IsFalse, NotExists };

/// A node of the expression: a conjunction, an alternative, or the test of one selector.
struct Node {
  enum class Kind { And, Or, Leaf } kind = Kind::Leaf;
  std::vector<Node> children;
  std::vector<Step> selector;
  Test test = Test::Compare;
  Comparison comparison;
};

/// Calls `visit` with each value that the steps from `at` on lead to, until it returns true.
template <class Visit>
bool follow(const Document& value, const std::vector<Step>& steps, std::size_t at,
            const Visit& visit) {
  if (at == steps.size()) return visit(value);
  const auto& step = steps[at];
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  switch (step.kind) {
    case Step::Kind::Member: {
      const auto* member = object ? find(*object, step.name) : nullptr;
      return member && follow(*member, steps, at + 1, visit);
    }
    case Step::Kind::Element:
      return array && step.index < array->size() &&
             follow((*array)[step.index], steps, at + 1, visit);
    case Step::Kind::AnyMember:
      if (!object) return false;
      for (const auto& member : *object) {
        if (follow(member.value(), steps, at + 1, visit)) return true;
      }
      return false;
    case Step::Kind::AnyElement:
      if (!array) return false;
      for (const auto& element : *array) {
        if (follow(element, steps, at + 1, visit)) return true;
      }
      return false;
  }
  return false;
}

bool compare(const Comparison& comparison, const Document& value) {
  if (const auto* text = value.if_string()) return comparison.holds(std::string_view(*text));
  if (value.is_number()) {
    if (comparison.operand.number) return comparison.holds(value.to_number<double>());
    return comparison.holds(std::string_view(to_json(value)));
  }
  if (const auto* boolean = value.if_bool())
    return comparison.holds(std::string_view(*boolean ? "true" : "false"));
  return false;  // objects, arrays and null: the pattern does not apply
}

bool holds(const Node& node, const Document& event) {
  switch (node.kind) {
    case Node::Kind::And:
      for (const auto& child : node.children) {
        if (!holds(child, event)) return false;
      }
      return true;
    case Node::Kind::Or:
      for (const auto& child : node.children) {
        if (holds(child, event)) return true;
      }
      return false;
    case Node::Kind::Leaf:
      break;
  }
  const bool found = follow(event, node.selector, 0, [&](const Document& value) {
    switch (node.test) {
      case Test::Compare:
        return compare(node.comparison, value);
      case Test::IsNull:
        return value.is_null();
      case Test::IsTrue:
        return value.is_bool() && value.get_bool();
      case Test::IsFalse:
        return value.is_bool() && !value.get_bool();
      case Test::NotExists:
        return true;
    }
    return false;
  });
  return found != (node.test == Test::NotExists);
}

struct JsonPattern : Pattern {
  Node root;

  bool matches(std::string_view message) const override {
    const auto begin = message.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || message[begin] != '{') return false;
    const auto event = parse_json(message);
    return event && holds(root, *event);
  }
};

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : reader_(text) {}

  Result<PatternPtr> parse() {
    reader_.next();
    out_->root = TRY(alternatives(0));
    if (!reader_.take("}")) return invalid_pattern();
    reader_.skip_space();
    if (!reader_.done()) return invalid_pattern();
    add_hint(out_->root);
    out_->hint.escaped = true;
    return out_;
  }

  /// The whole text as one selector.
  Result<std::vector<Step>> alone() {
    auto steps = TRY(selector());
    if (!reader_.done()) return invalid_pattern();
    return steps;
  }

 private:
  Result<Node> alternatives(int depth) {
    Node out = TRY(conjunction(depth));
    while (reader_.take("||"))
      append(out, Node::Kind::Or, TRY(conjunction(depth)));
    return out;
  }

  Result<Node> conjunction(int depth) {
    Node out = TRY(primary(depth));
    while (reader_.take("&&"))
      append(out, Node::Kind::And, TRY(primary(depth)));
    return out;
  }

  /// `left` becomes a node of `kind` that has `right` as its last child.
  static void append(Node& left, Node::Kind kind, Node right) {
    if (left.kind != kind) {
      Node outer{.kind = kind};
      outer.children.push_back(std::move(left));
      left = std::move(outer);
    }
    left.children.push_back(std::move(right));
  }

  Result<Node> primary(int depth) {
    reader_.skip_space();
    Node out;
    if (reader_.take("(")) {
      if (depth == kDeepest) return invalid_pattern();
      out = TRY(alternatives(depth + 1));
      if (!reader_.take(")")) return invalid_pattern();
    } else {
      out = TRY(leaf());
    }
    reader_.skip_space();
    return out;
  }

  Result<Node> leaf() {
    Node out {
      .selector = TRY(selector())
    };
    const bool space = reader_.take_space();
    if (const auto op = reader_.comparison()) {
      reader_.skip_space();
      out.comparison = { *op, TRY(reader_.operand(")}(@$\\")) };
      const bool orders = *op != Operator::Equal && *op != Operator::NotEqual;
      if (orders && !out.comparison.operand.number) return invalid_pattern();
      out_->regexes += out.comparison.operand.regex != nullptr;
    } else if (!space) {
      return invalid_pattern();
    } else if (reader_.take("IS")) {
      reader_.skip_space();
      out.test = reader_.take("NULL")   ? Test::IsNull
                 : reader_.take("TRUE") ? Test::IsTrue
                                        : Test::IsFalse;
      if (out.test == Test::IsFalse && !reader_.take("FALSE")) return invalid_pattern();
    } else if (reader_.take("NOT")) {
      reader_.skip_space();
      out.test = Test::NotExists;
      if (!reader_.take("EXISTS")) return invalid_pattern();
    } else {
      return invalid_pattern();
    }
    return out;
  }

  Result<std::vector<Step>> selector() {
    if (!reader_.take("$")) return invalid_pattern();
    std::vector<Step> out;
    while (reader_.peek() == '.' || reader_.peek() == '[')
      out.push_back(TRY(reader_.next() == '.' ? member() : bracket()));
    if (out.empty()) return invalid_pattern();
    return out;
  }

  Result<Step> member() {
    if (reader_.take("*")) return wildcard(Step::Kind::AnyMember);
    if (reader_.take("[")) return bracket();
    const auto name = reader_.run([](char c) { return is_word(c) || c == '-'; });
    if (name.empty()) return invalid_pattern();
    return Step{Step::Kind::Member, std::string(name)};
  }

  /// Behind the [.
  Result<Step> bracket() {
    Step out{Step::Kind::Element};
    if (reader_.take("*")) {
      out = TRY(wildcard(Step::Kind::AnyElement));
    } else if (reader_.peek() == '"') {
      out = { Step::Kind::Member, TRY(reader_.quoted()) };
    } else if (reader_.take("'")) {
      out = {Step::Kind::Member, std::string(reader_.run([](char c) { return c != '\''; }))};
      if (!reader_.take("'")) return invalid_pattern();
    } else {
      const auto digits = reader_.run([](char c) { return c >= '0' && c <= '9'; });
      if (std::from_chars(digits.begin(), digits.end(), out.index).ec != std::errc())
        return invalid_pattern();
    }
    if (!reader_.take("]")) return invalid_pattern();
    return out;
  }

  Result<Step> wildcard(Step::Kind kind) {
    if (++wildcards_ > kMostWildcards) return invalid_pattern();
    return Step{kind, {}};
  }

  /// What is compared with = and must hold; letters and digits only, since others may be written in
  /// more ways than one.
  void add_hint(const Node& node) {
    if (node.kind == Node::Kind::And) {
      for (const auto& child : node.children)
        add_hint(child);
    }
    if (node.kind != Node::Kind::Leaf || node.test != Test::Compare ||
        node.comparison.op != Operator::Equal)
      return;
    if (node.comparison.operand.number) return;
    const auto& literal = node.comparison.operand.literal();
    Reader words(literal);
    while (!words.done()) {
      const auto word = words.run(is_word);
      if (word.size() > out_->hint.text.size()) out_->hint.text = word;
      if (!words.done()) words.next();
    }
  }

  Reader reader_;
  std::shared_ptr<JsonPattern> out_ = std::make_shared<JsonPattern>();
  int wildcards_ = 0;
};

}  // namespace

struct Selector::Path {
  std::vector<Step> steps;
};

Result<Selector> parse_selector(std::string_view text) {
  return Selector(std::make_shared<const Selector::Path>(TRY(JsonParser(text).alone())));
}

std::optional<std::string> Selector::value_in(const Document& message) const {
  std::optional<std::string> out;
  follow(message, path_->steps, 0, [&](const Document& value) {
    if (const auto* text = value.if_string())
      out = std::string(*text);
    else if (value.is_number() || value.is_bool())
      out = to_json(value);
    return out.has_value();
  });
  return out;
}

Result<PatternPtr> parse_json_pattern(std::string_view pattern) {
  return JsonParser(pattern).parse();
}

}  // namespace tocsin::logfilter
