// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include "engines/insights/functions.hpp"

namespace tocsin::insights {
namespace {

Value negation(const Node& node, Record& record) {
  return Value::of(!truth(node.children[0](record)));
}
Value both(const Node& node, Record& record) {
  return Value::of(
      std::ranges::all_of(node.children, [&](const Node& each) { return truth(each(record)); }));
}
Value either(const Node& node, Record& record) {
  return Value::of(
      std::ranges::any_of(node.children, [&](const Node& each) { return truth(each(record)); }));
}

Value equals(const Node& node, Record& record) {
  return Value::of(equal(node.children[0](record), node.children[1](record)));
}
Value differs(const Node& node, Record& record) {
  return Value::of(!equal(node.children[0](record), node.children[1](record)));
}

template <class Holds>
Value compared(const Node& node, Record& record, Holds holds) {
  const auto order = compare(node.children[0](record), node.children[1](record));
  return Value::of(order && holds(*order));
}
Value less(const Node& node, Record& record) {
  return compared(node, record, [](int order) { return order < 0; });
}
Value less_or_equal(const Node& node, Record& record) {
  return compared(node, record, [](int order) { return order <= 0; });
}
Value greater(const Node& node, Record& record) {
  return compared(node, record, [](int order) { return order > 0; });
}
Value greater_or_equal(const Node& node, Record& record) {
  return compared(node, record, [](int order) { return order >= 0; });
}

Value in(const Node& node, Record& record) {
  const auto value = node.children[0](record);
  return Value::of(std::any_of(node.children.begin() + 1, node.children.end(),
                               [&](const Node& each) { return equal(value, each(record)); }));
}

Value like_value(const Node& node, Record& record) {
  const auto text = shown(node.children[0](record), record.arena);
  const auto wanted = shown(node.children[1](record), record.arena);
  return Value::of(text.find(wanted) != std::string_view::npos);
}

/// Null where an operand is no number.
template <class Compute>
Value arithmetic(const Node& node, Record& record, Compute compute) {
  const auto left = number_of(node.children[0](record)),
             right = left ? number_of(node.children[1](record)) : std::nullopt;
  if (!right) return {};
  const double result = compute(*left, *right);
  return std::isfinite(result) ? Value::of(result) : Value{};
}
Value add(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return a + b; });
}
Value subtract(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return a - b; });
}
Value multiply(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return a * b; });
}
Value divide(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return a / b; });
}
Value remainder_of(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return std::fmod(a, b); });
}
Value power(const Node& node, Record& record) {
  return arithmetic(node, record, [](double a, double b) { return std::pow(a, b); });
}

template <class Compute>
Value computed(const Node& node, Record& record, Compute compute) {
  const auto number = number_of(node.children[0](record));
  if (!number) return {};
  const double result = compute(*number);
  return std::isfinite(result) ? Value::of(result) : Value{};
}
Value negative(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return -a; });
}
Value absolute(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return std::abs(a); });
}
Value ceiling(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return std::ceil(a); });
}
Value floor_of(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return std::floor(a); });
}
Value logarithm(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return std::log(a); });
}
Value root(const Node& node, Record& record) {
  return computed(node, record, [](double a) { return std::sqrt(a); });
}

template <class Better>
Value best(const Node& node, Record& record, Better better) {
  std::optional<double> found;
  for (const auto& each : node.children) {
    const auto number = number_of(each(record));
    if (number && (!found || better(*number, *found))) found = number;
  }
  return found ? Value::of(*found) : Value{};
}
Value greatest(const Node& node, Record& record) {
  return best(node, record, std::greater<>());
}
Value least(const Node& node, Record& record) {
  return best(node, record, std::less<>());
}

Value present(const Node& node, Record& record) {
  return Value::of(!node.children[0](record).null());
}
Value coalesce(const Node& node, Record& record) {
  for (const auto& each : node.children) {
    if (auto value = each(record); !value.null()) return value;
  }
  return {};
}
Value choose(const Node& node, Record& record) {
  return node.children[truth(node.children[0](record)) ? 1 : 2](record);
}

}  // namespace

Value like_text(const Node& node, Record& record) {
  const auto value = node.children[0](record);
  if (value.null()) return Value::of(false);
  const auto text = shown(value, record.arena);
  const auto& wanted = *node.text;
  return Value::of(memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr);
}

Value like_regex(const Node& node, Record& record) {
  const auto value = node.children[0](record);
  if (value.null()) return Value::of(false);
  const auto text = shown(value, record.arena);
  return Value::of(RE2::PartialMatch({text.data(), text.size()}, *node.regex));
}

std::vector<Function> operators() {
  constexpr std::size_t kMany = 256, kAny = 100'000;
  return {
      {"not", 1, 1, negation},     {"and", 2, kAny, both},       {"or", 2, kAny, either},
      {"=", 2, 2, equals},         {"!=", 2, 2, differs},        {"<", 2, 2, less},
      {"<=", 2, 2, less_or_equal}, {">", 2, 2, greater},         {">=", 2, 2, greater_or_equal},
      {"in", 2, kAny, in},         {"like", 2, 2, like_value},   {"+", 2, 2, add},
      {"-", 2, 2, subtract},       {"*", 2, 2, multiply},        {"/", 2, 2, divide},
      {"%", 2, 2, remainder_of},   {"^", 2, 2, power},           {"negative", 1, 1, negative},
      {"abs", 1, 1, absolute},     {"ceil", 1, 1, ceiling},      {"floor", 1, 1, floor_of},
      {"log", 1, 1, logarithm},    {"sqrt", 1, 1, root},         {"greatest", 1, kMany, greatest},
      {"least", 1, kMany, least},  {"ispresent", 1, 1, present}, {"coalesce", 1, kMany, coalesce},
      {"if", 3, 3, choose}};
}

}  // namespace tocsin::insights
