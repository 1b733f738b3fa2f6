// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <fmt/format.h>

#include "engines/alarm/alarm.hpp"

namespace tocsin::alarm {

struct Rule::Node {
  enum class Kind { True, False, Child, Not, And, Or };
  Kind kind = Kind::False;
  State state = State::Alarm;
  std::string child;
  std::vector<std::shared_ptr<const Node>> parts;
};

namespace {

using Node = Rule::Node;
using NodePtr = std::shared_ptr<const Node>;
constexpr int kDeepest = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole() {
    auto node = TRY(either());
    skip();
    if (at_ != text_.size()) return unexpected();
    return node;
  }

 private:
  Failure unexpected() const {
    return fail("ValidationError",
                fmt::format("AlarmRule is not valid: unexpected input at position {}.", at_));
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])))
      ++at_;
  }
  bool take(char wanted) {
    skip();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  /// A keyword, which is followed by something that no word has.
  bool take_word(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    const auto end = at_ + word.size();
    if (end < text_.size() &&
        (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_'))
      return false;
    at_ = end;
    return true;
  }
  static NodePtr make(Node node) { return std::make_shared<const Node>(std::move(node)); }

  Result<NodePtr> either() {
    auto left = TRY(both());
    while (take_word("OR"))
      left = make({.kind = Node::Kind::Or, .parts = {left, TRY(both())}});
    return left;
  }
  Result<NodePtr> both() {
    auto left = TRY(one());
    while (take_word("AND"))
      left = make({.kind = Node::Kind::And, .parts = {left, TRY(one())}});
    return left;
  }

  Result<NodePtr> one() {
    if (++depth_ > kDeepest)
      return fail("ValidationError", "AlarmRule is not valid: it is nested too deeply.");
    auto node = TRY(bare());
    --depth_;
    return node;
  }

  Result<NodePtr> bare() {
    if (take_word("NOT")) return make({.kind = Node::Kind::Not, .parts = {TRY(one())}});
    if (take_word("TRUE")) return make({.kind = Node::Kind::True});
    if (take_word("FALSE")) return make({});
    if (take('(')) {
      auto node = TRY(either());
      if (!take(')')) return unexpected();
      return node;
    }
    for (const auto state : {State::Alarm, State::Ok, State::InsufficientData}) {
      if (take_word(name_of(state))) return child(state);
    }
    return unexpected();
  }

  Result<NodePtr> child(State state) {
    if (!take('(')) return unexpected();
    skip();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    std::string name;
    if (quote == '"' || quote == '\'') {
      const auto end = text_.find(quote, at_ + 1);
      if (end == std::string_view::npos) return unexpected();
      name = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      const auto end = text_.find_first_of(") \t\n", at_);
      if (end == std::string_view::npos) return unexpected();
      name = text_.substr(at_, end - at_);
      at_ = end;
    }
    if (name.empty() || !take(')')) return unexpected();
    return make({.kind = Node::Kind::Child, .state = state, .child = std::move(name)});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

void collect(const Node& node, std::set<std::string>& out) {
  if (node.kind == Node::Kind::Child) out.insert(node.child);
  for (const auto& part : node.parts)
    collect(*part, out);
}

bool true_of(const Node& node, const std::function<State(const std::string&)>& state_of) {
  switch (node.kind) {
    case Node::Kind::True:
      return true;
    case Node::Kind::False:
      return false;
    case Node::Kind::Child:
      return state_of(node.child) == node.state;
    case Node::Kind::Not:
      return !true_of(*node.parts[0], state_of);
    case Node::Kind::And:
      return true_of(*node.parts[0], state_of) && true_of(*node.parts[1], state_of);
    default:
      return true_of(*node.parts[0], state_of) || true_of(*node.parts[1], state_of);
  }
}

}  // namespace

Result<Rule> parse_rule(std::string_view text) {
  return Rule(TRY(Parser(text).whole()));
}

std::set<std::string> Rule::children() const {
  std::set<std::string> out;
  collect(*root_, out);
  return out;
}

bool Rule::holds(const std::function<State(const std::string&)>& state_of) const {
  return true_of(*root_, state_of);
}

}  // namespace tocsin::alarm
