// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "services/config/compliance.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMostContributors = 25;  // that are counted
constexpr std::size_t kMostResources = 100;

Object capped(std::size_t count, std::size_t cap) {
  return {{"CappedCount", static_cast<std::int64_t>(std::min(count, cap))},
          {"CapExceeded", count > cap}};
}

Object compliance(std::string_view type, std::size_t contributors) {
  Object out{{"ComplianceType", type}};
  if (type == kNonCompliant)
    out["ComplianceContributorCount"] = capped(contributors, kMostContributors);
  return out;
}

Result<std::vector<std::string>> wanted_types(const Call& call) {
  auto types = strings_of(call.params(), "ComplianceTypes");
  for (const auto& type : types) {
    TRY(check_enum(type, "complianceTypes",
                   {kCompliant, kNonCompliant, kNotApplicable, kInsufficientData}));
    if (type == kNotApplicable)
      return invalid_value("NOT_APPLICABLE is not a valid compliance type to filter by.");
  }
  return types;
}

bool is_wanted(const std::vector<std::string>& types, std::string_view compliance) {
  return types.empty() || std::ranges::find(types, compliance) != types.end();
}

/// How many of the row's rules find so.
std::size_t count_of(const Evaluations& row, std::string_view compliance) {
  return static_cast<std::size_t>(std::ranges::count_if(
      row.rules, [&](const auto& entry) { return entry.second.compliance == compliance; }));
}

std::string_view compliance_of(const Evaluations& row) {
  if (count_of(row, kNonCompliant)) return kNonCompliant;
  return count_of(row, kCompliant) ? kCompliant : kNotApplicable;
}

/// Rows of resources that are judged: of the type and id, where given.
struct Judged {
  ResourceKey resource;
  Evaluations row;
};
void judged(const store::View& view, const Scope& scope, const ResourceKey& wanted,
            const std::function<bool(const Judged&)>& visit,
            const std::optional<core::Key>& after = std::nullopt) {
  auto prefix = core::Key::of(scope);
  if (!wanted.type.empty()) prefix.add(wanted.type);
  if (!wanted.id.empty()) prefix.add(wanted.id);
  kEvaluations.scan(
      view, prefix,
      [&](const std::vector<std::string>& key, const Evaluations& row) {
        return visit({{key[2], key[3]}, row});
      },
      store::Direction::Forward, after);
}

Object summary(std::size_t compliant, std::size_t not_compliant, std::size_t cap, Time now) {
  Object out;
  out["CompliantResourceCount"] = capped(compliant, cap);
  out["NonCompliantResourceCount"] = capped(not_compliant, cap);
  out["ComplianceSummaryTimestamp"] = to_seconds(now);
  return out;
}

}  // namespace

Outcome describe_compliance_by_config_rule(Call& call) {
  auto rules = TRY(rules_of(call));
  const auto types = TRY(wanted_types(call));
  std::ranges::sort(rules, {}, &Rule::name);
  if (!types.empty()) {
    std::erase_if(rules,
                  [&](const Rule& rule) { return !is_wanted(types, compliance_of(call, rule)); });
  }
  return page_of_rows<Rule>(
      rules, TRY(page_of(call, 25, 25)), "ComplianceByConfigRules",
      [](const Rule& rule) { return rule.name; },
      [&](const Rule& rule) -> Document {
        const auto found = compliance_of(call, rule);
        Object out{{"ConfigRuleName", rule.name}};
        out["Compliance"] =
            compliance(found, count_found(call, rule, kNonCompliant, kMostContributors));
        return out;
      });
}

Outcome describe_compliance_by_resource(Call& call) {
  const auto& params = call.params();
  const ResourceKey wanted{string_of(params, "ResourceType"), string_of(params, "ResourceId")};
  if (wanted.type.empty() && !wanted.id.empty())
    return invalid_value("ResourceType must be provided when ResourceId is provided.");
  const auto types = TRY(wanted_types(call));
  const auto page = TRY(page_of(call, 10, 100));
  std::optional<core::Key> after;
  if (!page.after.empty()) {
    const auto parsed = parse_json(page.after);
    const auto parts =
        parsed ? decoded<std::vector<std::string>>(*parsed) : std::vector<std::string>{};
    if (parts.size() != 2)
      return fail("InvalidNextTokenException", "The nextToken provided is invalid");
    after = core::Key::of(call.scope(), parts[0], parts[1]);
  }
  Array shown;
  std::string last, token;
  judged(
      call, call.scope(), wanted,
      [&](const Judged& one) {
        const auto found = compliance_of(one.row);
        if (found == kNotApplicable || !is_wanted(types, found)) return true;
        if (shown.size() == page.limit) {
          token = token_after(last);
          return false;
        }
        Object out{{"ResourceType", one.resource.type}, {"ResourceId", one.resource.id}};
        out["Compliance"] = compliance(found, count_of(one.row, kNonCompliant));
        shown.push_back(std::move(out));
        last = to_json(Array{one.resource.type, one.resource.id});
        return true;
      },
      after);
  Object reply{{"ComplianceByResources", std::move(shown)}};
  if (!token.empty()) reply["NextToken"] = std::move(token);
  return reply;
}

Outcome get_compliance_summary_by_config_rule(Call& call) {
  std::size_t compliant = 0, not_compliant = 0;
  for (const auto& rule : kRules.all(call, core::Key::of(call.scope()))) {
    const auto found = compliance_of(call, rule);
    compliant += found == kCompliant;
    not_compliant += found == kNonCompliant;
  }
  Object reply;
  reply["ComplianceSummary"] = summary(compliant, not_compliant, kMostContributors, call.now());
  return reply;
}

Outcome get_compliance_summary_by_resource_type(Call& call) {
  auto types = strings_of(call.params(), "ResourceTypes");
  const bool by_type = !types.empty();
  if (!by_type) types.emplace_back();
  Array shown;
  for (const auto& type : types) {
    std::size_t compliant = 0, not_compliant = 0;
    judged(call, call.scope(), {type, ""}, [&](const Judged& one) {
      const auto found = compliance_of(one.row);
      compliant += found == kCompliant;
      not_compliant += found == kNonCompliant;
      return compliant <= kMostResources || not_compliant <= kMostResources;
    });
    Object out;
    if (by_type) out["ResourceType"] = type;
    out["ComplianceSummary"] = summary(compliant, not_compliant, kMostResources, call.now());
    shown.push_back(std::move(out));
  }
  Object reply;
  reply["ComplianceSummariesByResourceType"] = std::move(shown);
  return reply;
}

}  // namespace tocsin::config
