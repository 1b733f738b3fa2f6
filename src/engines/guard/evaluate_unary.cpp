// SPDX-License-Identifier: Apache-2.0
// exists, empty, is_string and their like.
#include <fmt/format.h>

#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

bool is_type(Comparison comparison, Value value) {
  using Kind = boost::json::kind;
  if (comparison == Comparison::IsList) return value.is_list();
  if (comparison == Comparison::IsStruct) return value.is_struct();
  if (!value.document) return false;
  const auto kind = value.document->kind();
  switch (comparison) {
    case Comparison::IsString:
      return kind == Kind::string;
    case Comparison::IsBool:
      return kind == Kind::bool_;
    case Comparison::IsInt:
      return kind == Kind::int64 || kind == Kind::uint64;
    case Comparison::IsFloat:
      return kind == Kind::double_;
    case Comparison::IsNull:
      return kind == Kind::null;
    default:
      return false;
  }
}

/// Whether the value holds nothing; none: it is of a kind that cannot.
std::optional<bool> is_empty(Value value) {
  if (value.is_list() || value.is_struct()) return value.size() == 0;
  if (value.is_null()) return true;
  if (const auto* text = value.string()) return text->empty();
  return std::nullopt;
}

/// Whether `empty` asks for the results themselves rather than for what they hold: of a variable
/// and of a filter.
bool asks_for_results(const Query& query) {
  const auto kind = query.parts.back().kind;
  return kind == Part::Kind::Filter || kind == Part::Kind::KeyFilter ||
         (kind == Part::Kind::Variable && query.parts.size() == 1);
}

Status outcome(const Query& query, int passes, int fails) {
  if (query.some) return passes > 0 ? Status::Pass : Status::Fail;
  return fails > 0 ? Status::Fail : Status::Pass;
}

}  // namespace

Status Evaluator::unary(const Clause& clause, const Results& left) {
  if (clause.comparison == Comparison::Empty && asks_for_results(clause.query))
    return emptiness(clause, left);
  if (left.empty()) return Status::Skip;
  int passes = 0;
  int fails = 0;
  for (const auto& each : left) {
    std::string reason;
    if (test(clause, each, reason)) {
      ++passes;
    } else {
      ++fails;
      record(clause, &each, {}, std::move(reason));
    }
  }
  return outcome(clause.query, passes, fails);
}

bool Evaluator::test(const Clause& clause, const Found& found, std::string& reason) const {
  bool yes = false;
  if (clause.comparison == Comparison::Exists) {
    yes = found.resolved();
  } else if (clause.comparison == Comparison::Empty) {
    const auto empty = found.resolved() ? is_empty(found.value) : std::optional(true);
    if (!empty) {
      if (recording_)
        reason = fmt::format("Attempting EMPTY operation on type {} that does not support it at {}",
                             found.value.type(), path_of(found.value));
      return false;
    }
    yes = *empty;
  } else {
    yes = found.resolved() && is_type(clause.comparison, found.value);
  }
  return yes != (clause.comparison_negated != clause.negated);
}

Status Evaluator::emptiness(const Clause& clause, const Results& left) {
  const bool wanted = clause.comparison_negated == clause.negated;  // that it be empty
  if (left.empty()) {
    if (!wanted) record(clause, nullptr);
    return wanted ? Status::Pass : Status::Fail;
  }
  int passes = 0;
  int fails = 0;
  for (const auto& each : left) {
    const bool empty = !each.resolved() || each.value.is_null();
    if (empty == wanted) {
      ++passes;
    } else {
      ++fails;
      record(clause, &each);
    }
  }
  return outcome(clause.query, passes, fails);
}

}  // namespace tocsin::guard
