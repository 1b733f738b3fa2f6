// SPDX-License-Identifier: Apache-2.0
// Comparisons of two sides. A side that is one literal compares with each value of the other; two
// queries compare as sets.
#include <algorithm>

#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {

struct Evaluator::Comparing {
  const Clause& clause;
  const Results& left;
  const Results& right;
  int passes = 0;
  int fails = 0;
};

namespace {

bool is_literal(const Results& results) {
  return results.size() == 1 && results[0].kind == Found::Kind::Literal;
}

/// A scalar equals a list of that one.
Answer equal_or_only(Value left, Value right) {
  if (left.is_scalar() && right.is_list() && right.size() == 1) return equal(left, right.item(0));
  if (right.is_scalar() && left.is_list() && left.size() == 1) return equal(left.item(0), right);
  return equal(left, right);
}

bool among(Value value, Value list) {
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (same(value, list.item(at))) return true;
  }
  return false;
}

template <class Test>
bool any_item(Value list, const Test& test) {
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (test(list.item(at))) return true;
  }
  return false;
}

/// Whether all of a list is in one list, or among the single values.
bool contained_whole(Value list, const Results& values) {
  const bool in_one = std::ranges::any_of(values, [&](const Found& each) {
    return each.resolved() && each.value.is_list() &&
           !any_item(list, [&](Value item) { return !among(item, each.value); });
  });
  return in_one || !any_item(list, [&](Value item) {
           return std::ranges::none_of(values, [&](const Found& each) {
             return each.resolved() && same(item, each.value);
           });
         });
}

template <class Take>
void each_scalar(const Results& results, const Take& take) {
  for (const auto& each : results) {
    if (!each.resolved()) continue;
    if (!each.value.is_list()) {
      take(each);
      continue;
    }
    for (std::size_t at = 0; at < each.value.size(); ++at) {
      auto item = each;
      item.value = each.value.item(at);
      take(item);
    }
  }
}

bool ordered(Comparison comparison, std::partial_ordering ordering) {
  switch (comparison) {
    case Comparison::Greater:
      return ordering > 0;
    case Comparison::GreaterEqual:
      return ordering >= 0;
    case Comparison::Less:
      return ordering < 0;
    default:
      return ordering <= 0;
  }
}

}  // namespace

Status Evaluator::binary(const Clause& clause, const Results& left, const Results& right) {
  if (left.empty() || right.empty()) return Status::Skip;
  Comparing comparing{clause, left, right};
  for (const auto& each : left) {
    if (!each.resolved()) note(comparing, each, {}, Answer::NotComparable);
  }
  for (const auto& missing : right) {
    if (missing.resolved()) continue;
    for (const auto& each : left) {
      if (each.resolved()) note(comparing, each, {missing}, Answer::NotComparable);
    }
  }
  if (clause.comparison == Comparison::Equal)
    compare_equal(comparing);
  else if (clause.comparison == Comparison::In)
    compare_in(comparing);
  else
    compare_order(comparing);
  if (clause.query.some) return comparing.passes > 0 ? Status::Pass : Status::Fail;
  return comparing.fails > 0 ? Status::Fail : Status::Pass;
}

/// `answer` as it is to count: what cannot be compared fails whether negated or not.
void Evaluator::note(Comparing& comparing, const Found& from, Results to, Answer answer) {
  spend();
  if (answer == Answer::Yes) {
    ++comparing.passes;
    return;
  }
  ++comparing.fails;
  if (!recording_) return;
  std::string reason;
  if (answer == Answer::NotComparable && from.resolved() && !to.empty() && to[0].resolved())
    reason = "PathAwareValues are not comparable " + std::string(from.value.type()) + ", " +
             std::string(to[0].value.type());
  record(comparing.clause, &from, std::move(to), std::move(reason));
}

void Evaluator::compare_one(Comparing& comparing, const Found& from, const Found& to,
                            Answer answer) {
  if (answer != Answer::NotComparable && comparing.clause.comparison_negated)
    answer = answer == Answer::Yes ? Answer::No : Answer::Yes;
  note(comparing, from, {to}, answer);
}

void Evaluator::compare_equal(Comparing& comparing) {
  const auto& [clause, left, right, passes, fails] = comparing;
  if (!is_literal(left) && !is_literal(right)) {
    compare_sets(comparing, true);
    return;
  }
  // The literal's other side: a list is compared element by element with a single value.
  const bool from_left = is_literal(right);
  const auto& fixed = from_left ? right[0] : left[0];
  const auto compare = [&](const Found& each) {
    const auto answer = equal_or_only(each.value, fixed.value);
    if (from_left)
      compare_one(comparing, each, fixed, answer);
    else
      compare_one(comparing, fixed, each, answer);
  };
  const auto& others = from_left ? left : right;
  if (fixed.value.is_list()) {
    for (const auto& each : others) {
      if (each.resolved()) compare(each);
    }
  } else {
    each_scalar(others, compare);
  }
}

/// Two queries: each value of the left must be among those of the right; `both_ways`, each of the
/// right among the left, too. Negated: none may be, nor any element of a list.
void Evaluator::compare_sets(Comparing& comparing, bool both_ways) {
  const auto& [clause, left, right, passes, fails] = comparing;
  const bool negated = clause.comparison_negated;
  const auto among_values = [&](Value value, const Results& values) {
    return std::ranges::any_of(values, [&](const Found& other) {
      if (!other.resolved()) return false;
      if (both_ways) return equal_or_only(value, other.value) == Answer::Yes;
      return same(value, other.value) || (other.value.is_list() && among(value, other.value));
    });
  };
  const auto contained = [&](Value value) {
    if (among_values(value, right)) return true;
    if (both_ways || !value.is_list()) return false;
    return negated ? any_item(value, [&](Value item) { return among_values(item, right); })
                   : contained_whole(value, right);
  };
  for (const auto& each : left) {
    if (!each.resolved()) continue;
    note(comparing, each, right, contained(each.value) != negated ? Answer::Yes : Answer::No);
  }
  if (!both_ways || negated) return;
  for (const auto& each : right) {
    if (each.resolved() && !among_values(each.value, left)) note(comparing, each, left, Answer::No);
  }
}

void Evaluator::compare_in(Comparing& comparing) {
  const auto& [clause, left, right, passes, fails] = comparing;
  if (!is_literal(right)) {
    compare_sets(comparing, false);
    return;
  }
  const auto& in = right[0];
  if (const auto* whole = in.value.string()) {
    each_scalar(left, [&](const Found& each) {
      const auto* part = each.value.string();
      const auto answer = !part ? Answer::NotComparable
                          : std::string_view(*whole).find(*part) != std::string_view::npos
                              ? Answer::Yes
                              : Answer::No;
      compare_one(comparing, each, in, answer);
    });
    return;
  }
  for (const auto& each : left) {
    if (each.resolved()) compare_contained(comparing, each, in);
  }
}

/// One value in one literal that is no text. A list is in a list when all of it is; it is not in it
/// when none of it is.
void Evaluator::compare_contained(Comparing& comparing, const Found& from, const Found& in) {
  const bool negated = comparing.clause.comparison_negated;
  if (!in.value.is_list()) {
    compare_one(comparing, from, in, equal(from.value, in.value));
    return;
  }
  if (!from.value.is_list() || (in.value.size() > 0 && in.value.item(0).is_list())) {
    compare_one(comparing, from, in, among(from.value, in.value) ? Answer::Yes : Answer::No);
    return;
  }
  bool yes = true;
  for (std::size_t at = 0; at < from.value.size() && yes; ++at)
    yes = among(from.value.item(at), in.value) != negated;
  note(comparing, from, {in}, yes ? Answer::Yes : Answer::No);
}

void Evaluator::compare_order(Comparing& comparing) {
  const auto& [clause, left, right, passes, fails] = comparing;
  each_scalar(left, [&](const Found& from) {
    each_scalar(right, [&](const Found& to) {
      const auto ordering = order(from.value, to.value);
      const auto answer = !ordering                               ? Answer::NotComparable
                          : ordered(clause.comparison, *ordering) ? Answer::Yes
                                                                  : Answer::No;
      compare_one(comparing, from, to, answer);
    });
  });
}

}  // namespace tocsin::guard
