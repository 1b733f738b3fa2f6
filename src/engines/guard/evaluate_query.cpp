// SPDX-License-Identifier: Apache-2.0
// What a query finds. A key that is missing, or a wrong kind on the way, is a result, too:
// unresolved.
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

constexpr int kAnySpelling = -1;

Found unresolved(const Query& query, std::size_t at, Value current) {
  return {.kind = Found::Kind::Unresolved,
          .part = static_cast<std::uint32_t>(at),
          .value = current,
          .query = &query};
}

}  // namespace

Results Evaluator::select(const Query& query, Scope& scope, Value root) {
  Results out;
  if (query.captures) {
    captured_.resize(set_.variables.size());
    for (const auto& part : query.parts) {
      if (part.capture >= 0) captured_[static_cast<std::size_t>(part.capture)].emplace();
    }
  }
  const auto& first = query.parts[0];
  if (first.kind != Part::Kind::Variable) {
    walk(query, 0, root, scope, kAnySpelling, out);
    return out;
  }
  // By value: what follows may ask for further variables.
  for (const auto& each : Results(variable(first.variable, scope))) {
    if (query.parts.size() == 1 || !each.resolved())
      out.push_back(each);
    else
      walk(query, 1, each.value, scope, kAnySpelling, out);
  }
  return out;
}

void Evaluator::walk(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                     Results& out) {
  spend();
  if (at == query.parts.size()) {
    out.push_back({.value = current});
    return;
  }
  switch (query.parts[at].kind) {
    case Part::Kind::This:
      return walk(query, at + 1, current, scope, spelling, out);
    case Part::Kind::Key:
      return walk_key(query, at, current, scope, spelling, out);
    case Part::Kind::Variable:
      return walk_interpolated(query, at, current, scope, spelling, out);
    case Part::Kind::Index:
      return walk_index(query, at, current, scope, spelling, out);
    case Part::Kind::AllIndices:
    case Part::Kind::AllValues:
      return walk_all(query, at, current, scope, spelling, out);
    case Part::Kind::Filter:
      return walk_filter(query, at, current, scope, spelling, out);
    case Part::Kind::KeyFilter:
      return walk_keys(query, at, current, scope, spelling, out);
  }
}

void Evaluator::walk_key(const Query& query, std::size_t at, Value current, Scope& scope,
                         int spelling, Results& out) {
  const auto& part = query.parts[at];
  if (!current.is_struct()) {
    out.push_back(unresolved(query, at, current));
    return;
  }
  if (const auto value = current.member(part.text))
    return walk(query, at + 1, *value, scope, spelling, out);
  // Once a key was found in another spelling, the rest of the query keeps to that one.
  for (int each = 0; each < static_cast<int>(kSpellings); ++each) {
    const auto& key = part.spellings[static_cast<std::size_t>(each)];
    if (key.empty() || (spelling != kAnySpelling && spelling != each)) continue;
    if (const auto value = current.member(key))
      return walk(query, at + 1, *value, scope, each, out);
  }
  out.push_back(unresolved(query, at, current));
}

void Evaluator::walk_index(const Query& query, std::size_t at, Value current, Scope& scope,
                           int spelling, Results& out) {
  const auto& part = query.parts[at];
  const auto index = static_cast<std::size_t>(std::abs(part.index));
  if (current.is_list() && index < current.size())
    return walk(query, at + 1, current.item(index), scope, spelling, out);
  if (const auto value = current.is_struct() ? current.member(part.text) : std::nullopt)
    return walk(query, at + 1, *value, scope, spelling, out);
  out.push_back(unresolved(query, at, current));
}

template <class Take>
void Evaluator::each_member(Value map, const Take& take) {
  if (map.document) {
    for (const auto& [key, value] : map.document->get_object())
      take(std::string_view(key), Value::of(value));
  } else {
    for (const auto& [key, value] : map.literal->members)
      take(std::string_view(key), Value::of(value));
  }
}

/// [*] goes through a list and takes anything else as a list of one; .* goes through a struct, too.
void Evaluator::walk_all(const Query& query, std::size_t at, Value current, Scope& scope,
                         int spelling, Results& out) {
  const auto& part = query.parts[at];
  const bool through =
      current.is_list() ||
      (current.is_struct() && (part.kind == Part::Kind::AllValues || part.capture >= 0));
  if (!through) return walk(query, at + 1, current, scope, spelling, out);
  if (current.size() == 0) {
    out.push_back(unresolved(query, at, current));
    return;
  }
  if (current.is_list()) {
    for (std::size_t each = 0; each < current.size(); ++each)
      walk(query, at + 1, current.item(each), scope, spelling, out);
    return;
  }
  each_member(current, [&](std::string_view key, Value value) {
    if (part.capture >= 0) capture(part.capture, key);
    walk(query, at + 1, value, scope, spelling, out);
  });
}

/// A list's elements and, behind a key, a struct's values are chosen among; anything else behind
/// [*] or .* is itself chosen or not.
void Evaluator::walk_filter(const Query& query, std::size_t at, Value current, Scope& scope,
                            int spelling, Results& out) {
  const auto& part = query.parts[at];
  const auto before = at == 0 ? Part::Kind::This : query.parts[at - 1].kind;
  const auto choose = [&](Value value) {
    if (!holds(part.filter, scope, value)) return false;
    walk(query, at + 1, value, scope, spelling, out);
    return true;
  };
  if (current.is_list()) {
    for (std::size_t each = 0; each < current.size(); ++each)
      choose(current.item(each));
  } else if (current.is_struct() && before == Part::Kind::Key) {
    each_member(current, [&](std::string_view key, Value value) {
      if (!holds(part.filter, scope, value)) return;
      if (part.capture >= 0) capture(part.capture, key);
      walk(query, at + 1, value, scope, spelling, out);
    });
  } else if (current.is_struct() || before == Part::Kind::AllIndices ||
             before == Part::Kind::AllValues || before == Part::Kind::Variable) {
    choose(current);
  } else {
    out.push_back(unresolved(query, at, current));
  }
}

bool Evaluator::key_passes(const Part& part, Value key, const Results& with) {
  const auto& text = *key.string();
  for (const auto& each : with) {
    if (!each.resolved()) continue;
    bool found = same(key, each.value);
    if (each.value.is_list()) {
      for (std::size_t at = 0; at < each.value.size() && !found; ++at)
        found = same(key, each.value.item(at));
    } else if (part.comparison == Comparison::In && each.value.string()) {
      found = each.value.string()->find(text) != boost::json::string::npos;
    }
    if (found) return !part.negated;
  }
  return part.negated;
}

void Evaluator::walk_keys(const Query& query, std::size_t at, Value current, Scope& scope,
                          int spelling, Results& out) {
  const auto& part = query.parts[at];
  if (!current.is_struct()) {
    out.push_back(unresolved(query, at, current));
    return;
  }
  const auto with = operand(*part.with, scope, current);
  each_member(current, [&](std::string_view name, Value value) {
    const Document key(boost::json::string{name});
    if (!key_passes(part, Value::of(key), with)) return;
    if (part.capture >= 0) capture(part.capture, name);
    walk(query, at + 1, value, scope, spelling, out);
  });
}

/// struct.%names: the members that the values of the variable name.
void Evaluator::walk_interpolated(const Query& query, std::size_t at, Value current, Scope& scope,
                                  int spelling, Results& out) {
  const auto& parts = query.parts;
  Results keys(variable(parts[at].variable, scope));
  auto next = at + 1;
  if (next < parts.size() && parts[next].kind == Part::Kind::Index) {
    const auto index = static_cast<std::size_t>(std::abs(parts[next].index));
    if (index >= keys.size()) {
      out.push_back(unresolved(query, at, current));
      return;
    }
    keys = {keys[index]};
    ++next;
  } else if (next < parts.size() && parts[next].kind == Part::Kind::AllIndices) {
    ++next;
  }
  for (const auto& each : keys) {
    if (!each.resolved()) {
      out.push_back(unresolved(query, at, current));
    } else if (each.value.is_list()) {
      for (std::size_t item = 0; item < each.value.size(); ++item)
        interpolate(query, at, next, current, each.value.item(item), scope, spelling, out);
    } else {
      interpolate(query, at, next, current, each.value, scope, spelling, out);
    }
  }
}

void Evaluator::interpolate(const Query& query, std::size_t at, std::size_t next, Value current,
                            Value key, Scope& scope, int spelling, Results& out) {
  const auto* name = key.string();
  if (!name)
    throw Problem{"Variable projections inside Query " + query.text +
                  ", is returning a non-string value for key " + std::string(key.type()) + ", " +
                  key.text()};
  const auto value = current.is_struct() ? current.member(*name) : std::nullopt;
  if (value)
    walk(query, next, *value, scope, spelling, out);
  else
    out.push_back(unresolved(query, at, current));
}

void Evaluator::capture(int variable, std::string_view key) {
  captured_[static_cast<std::size_t>(variable)]->push_back(
      keep(Document(boost::json::string(key)), {}));
}

}  // namespace tocsin::guard
