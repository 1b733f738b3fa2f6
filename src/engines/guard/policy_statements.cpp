// SPDX-License-Identifier: Apache-2.0
// policy_statements: a policy's statements in one shape, whoever wrote it. Part of the functions of
// ours (README.md).
#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <charconv>

#include "base/arn.hpp"
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

/// Condition keys that say who may: a statement for everybody that fixes one of them is not public.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
constexpr std::array<std::string_view, 17> kFixing{"aws:sourcearn",
                                                   "aws:sourceip",
                                                   "aws:sourcevpc",
                                                   "aws:sourcevpce",
                                                   "aws:sourceowner",
                                                   "aws:sourceaccount",
                                                   "aws:sourceorgid",
                                                   "aws:sourceorgpaths",
                                                   "aws:userid",
                                                   "aws:principalarn",
                                                   "aws:principalaccount",
                                                   "aws:principalorgid",
                                                   "aws:principalorgpaths",
                                                   "aws:principalservicename",
                                                   "kms:calleraccount",
                                                   "s3:dataaccesspointarn",
                                                   "s3:dataaccesspointaccount"};
constexpr std::array<std::string_view, 6> kFixingOperators{
    "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"};

Array listed(const Object& statement, std::string_view member) {
  const auto* value = statement.if_contains(member);
  if (!value) return {};
  if (const auto* list = value->if_array()) return *list;
  return {*value};
}

Array principals(const Object& statement) {
  const auto* value = statement.if_contains("Principal");
  if (!value) return {};
  if (!value->is_object()) return listed(statement, "Principal");
  Array out;
  for (const auto& [kind, names] : value->get_object()) {
    for (auto& name : listed(value->get_object(), kind))
      out.push_back(std::move(name));
  }
  return out;
}

/// Networks wider than /8 (IPv4) or /32 (IPv6) count as everybody.
bool is_narrow_network(std::string_view network) {
  const auto slash = network.find('/');
  if (slash == std::string_view::npos) return true;
  int bits = 0;
  std::from_chars(network.data() + slash + 1, network.data() + network.size(), bits);
  return bits >= (network.contains(':') ? 32 : 8);
}

bool is_fixed(std::string_view key, const Document& value) {
  const auto* text = value.if_string();
  if (!text || std::string_view(*text).contains("${")) return false;
  std::string_view fixed = *text;
  if (key == "aws:sourceip") return is_narrow_network(fixed);
  if (key == "aws:userid" && fixed.ends_with(":*")) fixed.remove_suffix(2);
  if (key == "aws:sourcearn" || key == "aws:principalarn") {
    const auto arn = Arn::parse(fixed);
    if (!arn) return false;
    fixed = arn->account;
    return !fixed.empty() && fixed.find_first_of("*?") == std::string_view::npos;
  }
  return fixed.find_first_of("*?") == std::string_view::npos;
}

bool is_fixing_operator(std::string_view name) {
  const auto lower = boost::algorithm::to_lower_copy(std::string(name));
  const auto colon = lower.find(':');
  const auto bare = std::string_view(lower).substr(colon == std::string::npos ? 0 : colon + 1);
  return std::ranges::find(kFixingOperators, bare) != kFixingOperators.end();
}

bool says_who(const Object& statement) {
  for (const auto& [operation, keys] : object_of(statement, "Condition")) {
    if (!is_fixing_operator(operation) || !keys.is_object()) continue;
    for (const auto& [name, value] : keys.get_object()) {
      const auto key = boost::algorithm::to_lower_copy(std::string(name));
      if (std::ranges::find(kFixing, std::string_view(key)) == kFixing.end()) continue;
      const auto values = listed(keys.get_object(), name);
      if (std::ranges::all_of(values, [&](const auto& each) { return is_fixed(key, each); }))
        return true;
    }
  }
  return false;
}

Object normal(const Object& statement) {
  Object out;
  for (const auto* member : {"Sid", "Effect", "Condition"}) {
    if (const auto* value = statement.if_contains(member)) out[member] = *value;
  }
  for (const auto* member : {"Action", "NotAction", "Resource", "NotResource"})
    out[member] = listed(statement, member);
  auto names = principals(statement);
  const bool everybody = std::ranges::any_of(names, [](const auto& each) { return each == "*"; }) ||
                         statement.contains("NotPrincipal");
  out["Principals"] = std::move(names);
  out["Public"] = everybody && text(statement, "Effect") == "Allow" && !says_who(statement);
  return out;
}

}  // namespace

Results Evaluator::statements(const Results& over) {
  Results out;
  const auto take = [&](const Document& policy, Value source) {
    for (const auto& statement :
         listed(policy.is_object() ? policy.get_object() : Object{}, "Statement")) {
      if (statement.is_object()) out.push_back(keep(normal(statement.get_object()), source));
    }
  };
  for (const auto& each : over) {
    if (!each.resolved() || !each.value.document) continue;
    const auto* text = each.value.string();
    if (!text) {
      take(*each.value.document, each.value);
      continue;
    }
    const auto parsed =
        parse_json(text->starts_with("%7B") ? percent_decoded(*text) : std::string(*text));
    if (parsed) take(*parsed, each.value);
  }
  return out;
}

}  // namespace tocsin::guard
