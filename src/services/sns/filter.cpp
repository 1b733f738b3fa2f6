// SPDX-License-Identifier: Apache-2.0
#include "services/sns/filter.hpp"

#include <deque>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/pattern/pattern.hpp"

namespace tocsin::sns {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr std::size_t kMostKeys = 5;
constexpr std::size_t kMostCombinations = 150;
constexpr std::size_t kKept = 256;  // sets of filters

Failure refused(const std::string& place, std::string_view why) {
  return fail("InvalidParameter", fmt::format("Invalid parameter: {}{}", place, why));
}

/// The values of all keys multiplied, those of nested keys times their depth; alternatives add up.
std::size_t combinations(const Object& policy, std::size_t depth) {
  std::size_t product = 1;
  for (const auto& entry : policy) {
    std::size_t factor = 1;
    if (const auto* nested = entry.value().if_object()) {
      factor = combinations(*nested, depth + 1);
    } else if (const auto* values = entry.value().if_array()) {
      factor = entry.key() == "$or" ? 0 : values->size() * depth;
      for (const auto& each : *values) {
        if (entry.key() == "$or" && each.is_object())
          factor += combinations(each.as_object(), depth);
      }
    }
    product = std::min(product * std::max<std::size_t>(factor, 1), kMostCombinations + 1);
  }
  return product;
}

bool nested(const Object& policy) {
  for (const auto& entry : policy) {
    if (entry.value().is_object()) return true;
    if (entry.key() != "$or" || !entry.value().is_array()) continue;
    for (const auto& each : entry.value().as_array()) {
      if (each.is_object() && nested(each.as_object())) return true;
    }
  }
  return false;
}

bool is_json_number(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed && parsed->is_number();
}

bool is_json_array(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed && parsed->is_array();
}

/// An attribute as the value that a policy is compared with; none for binary ones. Numbers and
/// arrays keep their text.
std::string comparable(const Document& attribute) {
  const auto type = text(attribute, "DataType");
  const auto value = text(attribute, "StringValue");
  if (type.starts_with("Binary")) return {};
  if (type == "String.Array") return is_json_array(value) ? std::string(value) : std::string();
  if (type.starts_with("Number") && is_json_number(value)) return std::string(value);
  return to_json(Document(boost::json::string(value)));
}

std::string attributes_event(const Object& attributes) {
  std::string out = "{";
  for (const auto& entry : attributes) {
    const auto value = comparable(entry.value());
    if (value.empty()) continue;
    if (out.size() > 1) out += ',';
    out += to_json(Document(boost::json::string(entry.key()))) + ':' + value;
  }
  return out + '}';
}

/// The filters of some subscriptions, compiled together; numbered as the subscriptions.
struct Filters {
  std::optional<pattern::Matcher> attributes, body;
  std::vector<bool> filtered;
};

struct Given {
  std::string policy;
  bool body = false;
};

std::vector<Given> policies_of(const std::vector<Subscription>& subscriptions) {
  std::vector<Given> out;
  for (const auto& each : subscriptions)
    out.push_back({attribute_of(each.attributes, "FilterPolicy"),
                   attribute_of(each.attributes, "FilterPolicyScope") == "MessageBody"});
  return out;
}

std::unique_ptr<Filters> compile(const std::vector<Given>& policies) {
  auto out = std::make_unique<Filters>();
  pattern::RuleSet attributes, body;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    out->filtered.push_back(!policies[i].policy.empty());
    if (policies[i].policy.empty()) continue;
    if (const auto parsed = pattern::parse_pattern(policies[i].policy))
      (policies[i].body ? body : attributes).add(i, *parsed);
  }
  if (attributes.size()) out->attributes.emplace(attributes.snapshot());
  if (body.size()) out->body.emplace(body.snapshot());
  return out;
}

/// Compiling is a pure function of the policies' texts: what was compiled is kept by them.
Filters& filters_of(const std::vector<Given>& policies) {
  thread_local std::map<std::string, std::unique_ptr<Filters>> kept;
  thread_local std::deque<std::string> order;
  Hasher hasher(Hasher::Kind::Sha256);
  for (const auto& each : policies) {
    hasher.update(each.policy);
    hasher.update(each.body ? std::string_view("\1", 1) : std::string_view("\0", 1));
  }
  const auto key = hasher.finish();
  auto& found = kept[key];
  if (found) return *found;
  found = compile(policies);
  order.push_back(key);
  if (order.size() > kKept) {
    kept.erase(order.front());
    order.pop_front();
  }
  return *found;
}

void mark(std::optional<pattern::Matcher>& matcher, std::string_view event,
          std::vector<bool>& wanted) {
  if (!matcher) return;
  const auto matched = matcher->match_json(event);
  if (!matched) return;  // no JSON object: nothing in it can match
  for (const auto id : *matched)
    wanted[id] = true;
}

}  // namespace

Result<void> check_filter(const std::string& policy, const std::string& scope,
                          const std::string& place) {
  if (policy.size() > kMostBytes) return refused(place, "FilterPolicy: Filter policy is too long");
  const auto parsed = parse_json(policy);
  if (!parsed || !parsed->is_object()) return refused(place, "FilterPolicy: failed to parse JSON.");
  const auto& object = parsed->as_object();
  if (object.empty()) return {};
  TRY(pattern::parse_pattern(
      policy, {.error_code = "InvalidParameter",
               .error_prefix = fmt::format("Invalid parameter: {}FilterPolicy: ", place),
               .max_branches = kMostCombinations}));
  if (object.size() > kMostKeys)
    return refused(place, "FilterPolicy: Filter policy can not have more than 5 keys");
  if (combinations(object, 1) > kMostCombinations)
    return refused(place, "FilterPolicy: Filter policy is too complex");
  if (scope != "MessageBody" && nested(object))
    return refused(place,
                   "Filter policy scope MessageAttributes does not support nested filter policy");
  return {};
}

std::vector<bool> wanted_by(const std::vector<Subscription>& subscriptions,
                            const Publication& publication) {
  auto& filters = filters_of(policies_of(subscriptions));
  std::vector<bool> wanted = filters.filtered;
  wanted.flip();
  if (filters.attributes)
    mark(filters.attributes, attributes_event(publication.attributes), wanted);
  mark(filters.body, publication.message, wanted);
  return wanted;
}

}  // namespace tocsin::sns
