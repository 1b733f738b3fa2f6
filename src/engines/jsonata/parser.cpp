// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/parser.hpp"

#include <map>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/lexer.hpp"
#include "engines/jsonata/signature.hpp"

namespace tocsin::jsonata {
namespace {

constexpr int kMostDepth = 500;

/// How strongly a symbol binds what is left of it.
int power_of(const Token& token) {
  static const std::map<std::string_view, int> powers = {
      {".", 75},  {"[", 80},  {"{", 70},  {"(", 80},   {"@", 80},  {"#", 80},  {"?", 20},
      {"+", 50},  {"-", 50},  {"*", 60},  {"/", 60},   {"%", 60},  {"=", 40},  {"<", 40},
      {">", 40},  {"^", 40},  {"**", 60}, {":=", 10},  {"!=", 40}, {"<=", 40}, {">=", 40},
      {"~>", 40}, {"?:", 40}, {"??", 40}, {"and", 30}, {"or", 25}, {"in", 40}, {"&", 50}};
  if (token.type != Token::Type::Operator) return 0;
  const auto found = powers.find(token.text);
  return found == powers.end() ? 0 : found->second;
}

const std::map<std::string_view, Op>& binary_operators() {
  static const std::map<std::string_view, Op> operators = {
      {"+", Op::Add},        {"-", Op::Subtract}, {"*", Op::Multiply},      {"/", Op::Divide},
      {"%", Op::Modulo},     {"=", Op::Equal},    {"!=", Op::NotEqual},     {"<", Op::Less},
      {"<=", Op::LessEqual}, {">", Op::Greater},  {">=", Op::GreaterEqual}, {"and", Op::And},
      {"or", Op::Or},        {"in", Op::In},      {"&", Op::Concat},        {".", Op::Dot},
      {"~>", Op::Apply}};
  return operators;
}

class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source) { advance(); }

  NodePtr program() {
    auto tree = expression(0);
    if (token_.type != Token::Type::End) raise("S0201", token_.position, shown_token(token_));
    return tree;
  }

 private:
  static std::string shown_token(const Token& token) {
    return token.type == Token::Type::Literal ? to_text(token.value) : token.text;
  }

  void advance(bool infix = false) {
    token_ = lexer_.next(infix);
    if (token_.is("!") || token_.is("~")) raise("S0204", token_.position, token_.text);
  }

  void expect(std::string_view symbol, bool infix = false) {
    if (!token_.is(symbol)) {
      raise(token_.type == Token::Type::End ? "S0203" : "S0202", token_.position,
            shown_token(token_), shown(Value(symbol)));
    }
    advance(infix);
  }

  static NodePtr make(Op op, std::size_t position) {
    auto node = std::make_shared<Node>();
    node->op = op;
    node->position = position;
    return node;
  }
  static NodePtr make(Op op, const Token& token) {
    auto node = make(op, token.position);
    node->text = token.text;
    return node;
  }

  NodePtr expression(int binding) {
    if (++depth_ > kMostDepth) raise("U1001", token_.position);
    auto token = std::move(token_);
    advance(true);
    auto left = prefix(token);
    while (binding < power_of(token_)) {
      token = std::move(token_);
      advance();
      left = infix(token, std::move(left));
    }
    --depth_;
    return left;
  }

  NodePtr prefix(const Token& token) {
    switch (token.type) {
      case Token::Type::End:
        raise("S0207", token.position, token.text);
      case Token::Type::Name:
        return make(Op::Name, token);
      case Token::Type::Variable:
        return make(Op::Variable, token);
      case Token::Type::Literal: {
        auto node = make(Op::Literal, token);
        node->value = token.value;
        return node;
      }
      case Token::Type::Regex: {
        auto node = make(Op::Regex, token);
        node->regex = compile(token);
        return node;
      }
      case Token::Type::Operator:
        break;
    }
    const auto& symbol = token.text;
    if (symbol == "-") return negate(token);
    if (symbol == "*") return make(Op::Wildcard, token);
    if (symbol == "**") return make(Op::Descendant, token);
    if (symbol == "%") return make(Op::Parent, token);
    if (symbol == "(") return block(token);
    if (symbol == "[") return array(token);
    if (symbol == "{") return object(Op::Object, token, nullptr);
    if (symbol == "|") return transform(token);
    if (symbol == "and" || symbol == "or" || symbol == "in") return make(Op::Name, token);
    raise("S0211", token.position, symbol);
  }

  static std::shared_ptr<const boost::regex> compile(const Token& token) {
    unsigned flags = boost::regex::ECMAScript;
    if (token.flags.contains('i')) flags |= boost::regex::icase;
    if (!token.flags.contains('m')) flags |= boost::regex::no_mod_m;
    try {
      return std::make_shared<const boost::regex>(token.text, flags);
    } catch (const boost::regex_error& error) {
      raise("S0303", token.position, token.text, error.what());
    }
  }

  NodePtr negate(const Token& token) {
    auto node = make(Op::Negate, token);
    node->left = expression(70);
    return node;
  }

  NodePtr block(const Token& token) {
    auto node = make(Op::Block, token);
    while (!token_.is(")")) {
      node->items.push_back(expression(0));
      if (!token_.is(";")) break;
      expect(";");
    }
    expect(")", true);
    return node;
  }

  NodePtr array(const Token& token) {
    auto node = make(Op::Array, token);
    if (!token_.is("]")) {
      while (true) {
        auto item = expression(0);
        if (token_.is("..")) {
          auto range = make(Op::Range, token_);
          expect("..");
          range->left = std::move(item);
          range->right = expression(0);
          item = std::move(range);
        }
        node->items.push_back(std::move(item));
        if (!token_.is(",")) break;
        expect(",");
      }
    }
    expect("]", true);
    return node;
  }

  NodePtr object(Op op, const Token& token, NodePtr left) {
    auto node = make(op, token);
    node->left = std::move(left);
    if (!token_.is("}")) {
      while (true) {
        auto name = expression(0);
        expect(":");
        node->pairs.emplace_back(std::move(name), expression(0));
        if (!token_.is(",")) break;
        expect(",");
      }
    }
    expect("}", true);
    return node;
  }

  NodePtr transform(const Token& token) {
    auto node = make(Op::Transform, token);
    node->left = expression(0);
    expect("|");
    node->right = expression(0);
    if (token_.is(",")) {
      expect(",");
      node->third = expression(0);
    }
    expect("|", true);
    return node;
  }

  NodePtr infix(const Token& token, NodePtr left) {
    const auto& symbol = token.text;
    if (symbol == "(") return call(token, std::move(left));
    if (symbol == "[") return subscript(token, std::move(left));
    if (symbol == "{") return object(Op::GroupBy, token, std::move(left));
    if (symbol == "^") return order_by(token, std::move(left));
    if (symbol == ":=") return bind(token, std::move(left));
    if (symbol == "@") return variable_binding(Op::Focus, token, std::move(left));
    if (symbol == "#") return variable_binding(Op::Position, token, std::move(left));
    if (symbol == "?") return condition(token, std::move(left));
    if (symbol == "?:" || symbol == "??") {
      auto node = make(symbol == "??" ? Op::Coalesce : Op::Default, token);
      node->left = std::move(left);
      node->right = expression(0);
      return node;
    }
    const auto found = binary_operators().find(symbol);
    if (found == binary_operators().end()) raise("S0201", token.position, symbol);
    auto node = make(found->second, token);
    node->left = std::move(left);
    node->right = expression(power_of(token));
    return node;
  }

  NodePtr condition(const Token& token, NodePtr left) {
    auto node = make(Op::Condition, token);
    node->left = std::move(left);
    node->right = expression(0);
    if (token_.is(":")) {
      expect(":");
      node->third = expression(0);
    }
    return node;
  }

  NodePtr bind(const Token& token, NodePtr left) {
    if (left->op != Op::Variable) raise("S0212", left->position, name_of(*left));
    auto node = make(Op::Bind, token);
    node->text = left->text;
    node->right = expression(power_of(token) - 1);
    return node;
  }

  NodePtr variable_binding(Op op, const Token& token, NodePtr left) {
    auto node = make(op, token);
    node->left = std::move(left);
    node->right = expression(power_of(token));
    if (node->right->op != Op::Variable) raise("S0214", node->right->position, token.text);
    return node;
  }

  NodePtr order_by(const Token& token, NodePtr left) {
    auto node = make(Op::OrderBy, token);
    node->left = std::move(left);
    expect("(");
    while (true) {
      SortTerm term;
      term.descending = token_.is(">");
      if (token_.is("<") || token_.is(">")) advance();
      term.expression = expression(0);
      node->terms.push_back(std::move(term));
      if (!token_.is(",")) break;
      expect(",");
    }
    expect(")", true);
    return node;
  }

  NodePtr subscript(const Token& token, NodePtr left) {
    if (token_.is("]")) {
      auto* step = left.get();
      while (step->op == Op::Subscript)
        step = step->left.get();
      step->keep_array = true;
      expect("]", true);
      return left;
    }
    auto node = make(Op::Subscript, token);
    node->left = std::move(left);
    node->right = expression(0);
    expect("]", true);
    return node;
  }

  NodePtr call(const Token& token, NodePtr left) {
    auto node = make(Op::Call, token);
    if (!token_.is(")")) {
      while (true) {
        if (token_.is("?")) {
          node->op = Op::Partial;
          node->items.push_back(make(Op::Placeholder, token_));
          advance(true);
        } else {
          node->items.push_back(expression(0));
        }
        if (!token_.is(",")) break;
        expect(",");
      }
    }
    expect(")", true);
    const bool lambda = left->op == Op::Name && (left->text == "function" || left->text == "λ");
    node->left = std::move(left);
    return lambda ? function(std::move(node)) : node;
  }

  /// The arguments that were read are the parameters; the body follows.
  NodePtr function(NodePtr node) {
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      const auto& parameter = *node->items[i];
      if (parameter.op != Op::Variable)
        raise("S0208", parameter.position, name_of(parameter), std::to_string(i + 1));
      node->names.push_back(parameter.text);
    }
    node->items.clear();
    node->op = Op::Lambda;
    if (token_.is("<")) node->signature = signature();
    expect("{");
    node->left = expression(0);
    expect("}", true);
    return node;
  }

  std::shared_ptr<const Signature> signature() {
    std::string text = "<";
    for (int depth = 1; depth > 0 && !token_.is("{") && token_.type != Token::Type::End;) {
      advance();
      if (token_.is(">")) --depth;
      if (token_.is("<")) ++depth;
      text += token_.text;
    }
    expect(">");
    return parse_signature(text);
  }

  static std::string name_of(const Node& node) {
    return node.op == Op::Literal ? to_text(node.value) : node.text;
  }

  Lexer lexer_;
  Token token_;
  int depth_ = 0;
};

}  // namespace

NodePtr parse_tree(std::string_view source) {
  return Parser(source).program();
}

}  // namespace tocsin::jsonata
