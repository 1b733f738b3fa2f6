// SPDX-License-Identifier: Apache-2.0
// Only for tests and fuzzing: a matcher that is slow and obviously right. It takes a valid pattern
// as a plain Document, flattens the event into (path, value, array memberships) and tries every
// assignment of values to fields. It shares no code with the engine but the comparison of
// characters without case and the reading of IP addresses.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "engines/pattern/address.hpp"
#include "engines/pattern/caseless.hpp"

namespace tocsin::pattern::oracle {

using Membership = std::map<int, int>;  // array -> index

struct FlatValue {
  Document value;
  Membership membership;
};

using FlatEvent = std::map<std::string, std::vector<FlatValue>>;
using FlatBranch = std::map<std::string, Array>;

class Flattener {
 public:
  FlatEvent run(const Document& event) {
    if (const auto* object = event.if_object()) members("", true, *object);
    return std::move(out_);
  }

 private:
  void members(const std::string& path, bool top, const Object& object) {
    for (const auto& member : object) {
      const std::string name(member.key());
      visit(top ? name : path + "." + name, member.value());
    }
  }

  void visit(const std::string& path, const Document& value) {
    if (const auto* object = value.if_object()) {
      members(path, false, *object);
    } else if (const auto* array = value.if_array()) {
      const int id = arrays_++;
      for (std::size_t i = 0; i < array->size(); ++i) {
        const bool structured = (*array)[i].is_structured();
        if (structured) membership_[id] = static_cast<int>(i);
        visit(path, (*array)[i]);
        if (structured) membership_.erase(id);
      }
    } else {
      out_[path].push_back({value, membership_});
    }
  }

  FlatEvent out_;
  Membership membership_;
  int arrays_ = 0;
};

class Expander {
 public:
  std::vector<FlatBranch> run(const Document& pattern) {
    object("", true, pattern.as_object());
    return std::move(branches_);
  }

 private:
  void object(const std::string& path, bool top, const Object& object_value) {
    for (const auto& member : object_value) {
      const std::string name(member.key());
      const std::string below = top ? name : path + "." + name;
      if (name == "$or") {
        alternatives(path, top, member.value().as_array());
      } else if (member.value().is_object()) {
        object(below, false, member.value().as_object());
      } else {
        if (branches_.empty()) branches_.emplace_back();
        for (auto& branch : branches_)
          branch[below] = member.value().as_array();
      }
    }
  }

  void alternatives(const std::string& path, bool top, const Array& list) {
    auto before = branches_;
    if (before.empty()) before.emplace_back();
    std::vector<FlatBranch> all;
    for (const auto& alternative : list) {
      branches_ = before;
      object(path, top, alternative.as_object());
      all.insert(all.end(), branches_.begin(), branches_.end());
    }
    branches_ = std::move(all);
  }

  std::vector<FlatBranch> branches_;
};

inline bool glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (glob(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  if (pattern[0] == '\\') pattern.remove_prefix(1);
  return !text.empty() && pattern[0] == text[0] && glob(pattern.substr(1), text.substr(1));
}

inline bool is_member(const Document& operand, const std::function<bool(const Document&)>& test) {
  if (const auto* list = operand.if_array()) {
    for (const auto& item : *list) {
      if (test(item)) return true;
    }
    return false;
  }
  return test(operand);
}

inline std::string plain(const Document& value) {
  return std::string(value.as_string());
}

inline bool text_matches(std::string_view op, const Document& operand, const std::string& text) {
  if (operand.is_object()) {  // {"prefix": {"equals-ignore-case": …}}
    const CaselessText caseless(plain(operand.as_object().begin()->value()));
    return op == "prefix" ? caseless.starts(text) : caseless.ends(text);
  }
  const std::string wanted = plain(operand);
  if (op == "exactly") return text == wanted;
  if (op == "prefix") return text.starts_with(wanted);
  if (op == "suffix") return text.ends_with(wanted);
  if (op == "equals-ignore-case") return CaselessText(wanted).equals(text);
  if (op == "wildcard") return glob(wanted, text);
  const auto address = parse_address(text);
  return address && parse_cidr(wanted)->contains(*address);
}

inline bool numeric_matches(const Array& expression, double number) {
  if (number < -5e11 || number > 5e11) return false;
  for (std::size_t i = 0; i + 1 < expression.size(); i += 2) {
    const std::string op = plain(expression[i]);
    const double bound = expression[i + 1].to_number<double>();
    if (op == "="    ? number != bound
        : op == "<"  ? number >= bound
        : op == "<=" ? number > bound
        : op == ">"  ? number <= bound
                     : number < bound) {
      return false;
    }
  }
  return true;
}

inline bool equal_values(const Document& wanted, const Document& value) {
  if (wanted.is_number() && value.is_number()) {
    return wanted.to_number<double>() == value.to_number<double>();
  }
  if (wanted.is_string() && value.is_string()) {
    const auto left = parse_address(plain(wanted));
    const auto right = parse_address(plain(value));
    if (left && right) return left->v6 == right->v6 && left->bits == right->bits;
  }
  return wanted == value;
}

inline bool excluded(const Document& operand, const Document& value) {
  if (const auto* object = operand.if_object()) {
    const std::string op(object->begin()->key());
    return is_member(object->begin()->value(), [&](const Document& item) {
      return value.is_string() && text_matches(op, item, plain(value));
    });
  }
  return is_member(operand, [&](const Document& item) {
    if (item.is_number() && value.is_number()) return equal_values(item, value);
    return item.is_string() && item == value;
  });
}

inline bool alternative_matches(const Document& alternative, const Document& value) {
  const auto* object = alternative.if_object();
  if (object == nullptr) return equal_values(alternative, value);
  const std::string op(object->begin()->key());
  const Document& operand = object->begin()->value();
  if (op == "exists") return operand.as_bool();
  if (op == "anything-but") return !excluded(operand, value);
  if (op == "numeric") {
    return value.is_number() && numeric_matches(operand.as_array(), value.to_number<double>());
  }
  return value.is_string() && text_matches(op, operand, plain(value));
}

inline bool merge(Membership& into, const Membership& from) {
  for (const auto& [array, index] : from) {
    const auto [at, added] = into.try_emplace(array, index);
    if (!added && at->second != index) return false;
  }
  return true;
}

inline bool may_be_absent(const Array& alternatives) {
  for (const auto& alternative : alternatives) {
    const auto* exists = find(alternative, "exists");
    if (exists != nullptr && !exists->as_bool()) return true;
  }
  return false;
}

inline bool assign(const FlatEvent& event, FlatBranch::const_iterator field,
                   FlatBranch::const_iterator end, const Membership& membership) {
  if (field == end) return true;
  static const std::vector<FlatValue> kNothing;
  const auto at = event.find(field->first);
  const auto& values = at == event.end() ? kNothing : at->second;
  bool present = false;
  for (const auto& candidate : values) {
    Membership merged = membership;
    if (!merge(merged, candidate.membership)) continue;
    present = true;
    bool matches = false;
    for (const auto& alternative : field->second) {
      matches = matches || alternative_matches(alternative, candidate.value);
    }
    if (matches && assign(event, std::next(field), end, merged)) return true;
  }
  return !present && may_be_absent(field->second) &&
         assign(event, std::next(field), end, membership);
}

enum class Arrays { Consistent, Ignored };

/// `Ignored` takes values from any elements: to tell the cases in which arrays decide.
inline bool matches(const Document& pattern, const Document& event,
                    Arrays arrays = Arrays::Consistent) {
  FlatEvent flat = Flattener().run(event);
  if (arrays == Arrays::Ignored) {
    for (auto& [path, values] : flat) {
      for (auto& value : values)
        value.membership.clear();
    }
  }
  for (const auto& branch : Expander().run(pattern)) {
    if (assign(flat, branch.begin(), branch.end(), {})) return true;
  }
  return false;
}

}  // namespace tocsin::pattern::oracle
