// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/path_filter.hpp"

#include <fmt/format.h>
#include <regex>

namespace tocsin::asl {
namespace {

using Op = Filter::Op;

/// The operand's value; null where its path finds none.
const Document* value_of(const Operand& operand, const Document& item, const Document& root,
                         Document& storage) {
  if (operand.kind == Operand::Kind::Literal) return &operand.literal;
  const auto found = operand.path.read(operand.kind == Operand::Kind::Item ? item : root, storage);
  if (!found) return nullptr;
  if (!operand.path.definite() && (*found)->get_array().empty()) return nullptr;
  return *found;
}

/// -1, 0, 1; none where the two have no order.
std::optional<int> order(const Document& left, const Document& right) {
  if (left.is_number() && right.is_number()) {
    const auto a = left.to_number<double>(), b = right.to_number<double>();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left.is_string() && right.is_string()) {
    const auto c = std::string_view(left.get_string()).compare(right.get_string());
    return c < 0 ? -1 : c > 0 ? 1 : 0;
  }
  return std::nullopt;
}

bool contains(const Document& list, const Document& value) {
  if (const auto* array = list.if_array()) {
    return std::any_of(array->begin(), array->end(),
                       [&](const Document& each) { return equal_json(each, value); });
  }
  return list.is_string() && value.is_string() &&
         std::string_view(list.get_string()).find(value.get_string()) != std::string_view::npos;
}

bool subset(const Document& left, const Document& right) {
  const auto* array = left.if_array();
  return array && std::all_of(array->begin(), array->end(),
                              [&](const Document& each) { return contains(right, each); });
}

std::optional<std::size_t> size_of(const Document& value) {
  if (const auto* array = value.if_array()) return array->size();
  if (const auto* text = value.if_string()) return text->size();
  if (const auto* object = value.if_object()) return object->size();
  return std::nullopt;
}

bool matches(const Document& value, const Document& pattern) {
  if (!value.is_string() || !pattern.is_string()) return false;
  try {
    return std::regex_match(std::string(value.get_string()),
                            std::regex(std::string(pattern.get_string())));
  } catch (const std::regex_error&) {
    return false;
  }
}

bool ordered(Op op, const Document& left, const Document& right) {
  const auto sign = order(left, right);
  if (!sign) return false;
  switch (op) {
    case Op::Less:
      return *sign < 0;
    case Op::LessEqual:
      return *sign <= 0;
    case Op::Greater:
      return *sign > 0;
    default:
      return *sign >= 0;
  }
}

bool compare(Op op, const Document& left, const Document& right) {
  switch (op) {
    case Op::Equal:
      return equal_json(left, right);
    case Op::NotEqual:
      return !equal_json(left, right);
    case Op::In:
      return contains(right, left);
    case Op::NotIn:
      return !contains(right, left);
    case Op::SubsetOf:
      return subset(left, right);
    case Op::Contains:
      return contains(left, right);
    case Op::Matches:
      return matches(left, right);
    case Op::Size: {
      const auto size = size_of(left);
      return size && right.is_number() && right.to_number<double>() == static_cast<double>(*size);
    }
    case Op::Empty: {
      const auto size = size_of(left);
      return size && (*size == 0) == (right.is_bool() && right.get_bool());
    }
    default:
      return ordered(op, left, right);
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Filter> whole() {
    auto filter = TRY(either());
    space();
    if (at_ != text_.size()) return wrong();
    return filter;
  }

 private:
  Failure wrong() const {
    return fail("JsonPath", fmt::format("Failed to parse filter: [?({})]", text_));
  }
  void space() {
    while (at_ < text_.size() && text_[at_] == ' ')
      ++at_;
  }
  bool take(std::string_view expected) {
    space();
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  Result<Filter> chain(Op op, std::string_view symbol, Result<Filter> (Parser::*part)()) {
    auto first = TRY((this->*part)());
    Filter all{.op = op, .parts = {}, .left = {}, .right = {}};
    while (take(symbol))
      all.parts.push_back(TRY((this->*part)()));
    if (all.parts.empty()) return first;
    all.parts.insert(all.parts.begin(), std::move(first));
    return all;
  }
  Result<Filter> either() { return chain(Op::Or, "||", &Parser::both); }
  Result<Filter> both() { return chain(Op::And, "&&", &Parser::unary); }

  Result<Filter> unary() {
    if (text_.substr(at_).find('!') != std::string_view::npos && take("!")) {
      Filter negated{.op = Op::Not, .parts = {}, .left = {}, .right = {}};
      negated.parts.push_back(TRY(unary()));
      return negated;
    }
    if (take("(")) {
      auto inner = TRY(either());
      if (!take(")")) return wrong();
      return inner;
    }
    return comparison();
  }

  std::optional<Op> comparison_op() {
    static constexpr std::pair<std::string_view, Op> kOps[] = {{"==", Op::Equal},
                                                               {"!=", Op::NotEqual},
                                                               {"<=", Op::LessEqual},
                                                               {">=", Op::GreaterEqual},
                                                               {"<", Op::Less},
                                                               {">", Op::Greater},
                                                               {"=~", Op::Matches},
                                                               {"nin ", Op::NotIn},
                                                               {"in ", Op::In},
                                                               {"subsetof ", Op::SubsetOf},
                                                               {"contains ", Op::Contains},
                                                               {"size ", Op::Size},
                                                               {"empty ", Op::Empty}};
    for (const auto& [symbol, op] : kOps)
      if (take(symbol)) return op;
    return std::nullopt;
  }

  Result<Filter> comparison() {
    Filter filter {
      .op = Op::Exists, .parts = {}, .left = TRY(operand())
      , .right = {}
    };
    if (const auto op = comparison_op()) {
      filter.op = *op;
      filter.right = TRY(operand());
    } else if (filter.left.kind == Operand::Kind::Literal) {
      return wrong();
    }
    return filter;
  }

  Result<Operand> operand() {
    space();
    if (at_ >= text_.size()) return wrong();
    const char c = text_[at_];
    if (c == '@' || c == '$') return path(c);
    if (c == '\'' || c == '"') return quoted(c);
    if (c == '/') return regex();
    return bare();
  }

  Result<Operand> path(char root) {
    const auto start = ++at_;
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '[') ++depth;
      if (c == ']') --depth;
      if (depth == 0 && std::strchr(" <>=!&|)", c)) break;
    }
    return Operand {
      .kind = root == '@' ? Operand::Kind::Item : Operand::Kind::Root, .literal = {},
      .path = TRY(Path::parse_steps(text_.substr(start, at_ - start)))
    };
  }

  Result<Operand> literal(Document value) {
    Operand operand;
    operand.literal = std::move(value);
    return operand;
  }

  Result<Operand> quoted(char quote) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (at_++ >= text_.size()) return wrong();
    return literal(boost::json::string(out));
  }

  Result<Operand> regex() {
    const auto end = text_.find('/', at_ + 1);
    if (end == std::string_view::npos) return wrong();
    auto pattern = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])))
      ++at_;
    return literal(boost::json::string(pattern));
  }

  /// A number, true, false, null or a list.
  Result<Operand> bare() {
    const auto start = at_;
    const bool list = text_[at_] == '[';
    for (; at_ < text_.size(); ++at_) {
      if (list && text_[at_] == ']') {
        ++at_;
        break;
      }
      if (!list && std::strchr(" <>=!&|)", text_[at_])) break;
    }
    std::string json(text_.substr(start, at_ - start));
    if (list) std::replace(json.begin(), json.end(), '\'', '"');
    auto value = parse_json(json);
    if (!value) return wrong();
    return literal(std::move(*value));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool Filter::holds(const Document& item, const Document& root) const {
  const auto part = [&](const Filter& each) { return each.holds(item, root); };
  if (op == Op::And) return std::all_of(parts.begin(), parts.end(), part);
  if (op == Op::Or) return std::any_of(parts.begin(), parts.end(), part);
  if (op == Op::Not) return !parts.front().holds(item, root);
  Document left_storage, right_storage;
  const auto* a = value_of(left, item, root, left_storage);
  if (op == Op::Exists) return a != nullptr;
  const auto* b = value_of(right, item, root, right_storage);
  if (!a || !b) return op == Op::NotEqual && (a != nullptr || b != nullptr);
  return compare(op, *a, *b);
}

Result<Filter> parse_filter(std::string_view text) {
  return Parser(text).whole();
}

}  // namespace tocsin::asl
