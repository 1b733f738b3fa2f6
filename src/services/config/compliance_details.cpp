// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "services/config/compliance.hpp"

namespace tocsin::config {
namespace {

/// What is shown without a filter: NOT_APPLICABLE is, on request only.
const std::vector<std::string> kUsual{std::string(kCompliant), std::string(kNonCompliant)};

Result<std::vector<std::string>> wanted_types(const Call& call) {
  auto types = strings_of(call.params(), "ComplianceTypes");
  for (const auto& type : types) {
    TRY(check_enum(type, "complianceTypes",
                   {kCompliant, kNonCompliant, kNotApplicable, kInsufficientData}));
    if (type == kInsufficientData) {
      return invalid_value(
          "INSUFFICIENT_DATA is not a valid compliance type to filter results by.");
    }
  }
  if (types.empty()) return kUsual;
  std::ranges::sort(types);
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

/// A place in the list: {"compliance", "type", "id"}.
std::string position(std::string_view compliance, const ResourceKey& resource) {
  return to_json(Array{compliance, resource.type, resource.id});
}

Result<std::vector<std::string>> parts_of(const std::string& after) {
  if (after.empty()) return std::vector<std::string>{};
  const auto parsed = parse_json(after);
  auto parts = parsed ? decoded<std::vector<std::string>>(*parsed) : std::vector<std::string>{};
  if (parts.size() != 3)
    return fail("InvalidNextTokenException", "The nextToken provided is invalid");
  return parts;
}

}  // namespace

Outcome get_compliance_details_by_config_rule(Call& call) {
  const auto rule = TRY(rule_of(call));
  const auto types = TRY(wanted_types(call));
  const auto page = TRY(page_of(call, 10, 100));
  const auto begin = TRY(parts_of(page.after));
  Array results;
  std::string last, token;
  for (const auto& type : types) {
    if (!token.empty() || (!begin.empty() && type < begin[0])) continue;
    std::optional<ResourceKey> after;
    if (!begin.empty() && type == begin[0]) after = ResourceKey{begin[1], begin[2]};
    found_by(
        call, rule, type,
        [&](const ResourceKey& resource) {
          if (results.size() == page.limit) {
            token = token_after(last);
            return false;
          }
          if (const auto found = evaluation_of(call, rule, resource))
            results.push_back(evaluation_result(rule.name, resource, *found));
          last = position(type, resource);
          return true;
        },
        after);
  }
  Object reply{{"EvaluationResults", std::move(results)}};
  if (!token.empty()) reply["NextToken"] = std::move(token);
  return reply;
}

Outcome get_compliance_details_by_resource(Call& call) {
  const auto& params = call.params();
  if (const auto id = text(params, "ResourceEvaluationId"); !id.empty())
    return details_of_resource_evaluation(call, id);
  const ResourceKey resource{string_of(params, "ResourceType"), string_of(params, "ResourceId")};
  if (resource.type.empty() || resource.id.empty())
    return invalid_value("ResourceType and ResourceId, or ResourceEvaluationId, must be provided.");
  const auto types = TRY(wanted_types(call));
  const auto page = TRY(page_of(call, 100, 100));
  const auto row = kEvaluations.get(call, core::Key::of(call.scope(), resource.type, resource.id));
  std::vector<std::pair<std::string, Evaluation>> rows;
  for (const auto& [rule, found] : row.value_or(Evaluations{}).rules) {
    if (std::ranges::find(types, found.compliance) != types.end()) rows.emplace_back(rule, found);
  }
  return page_of_rows<std::pair<std::string, Evaluation>>(
      rows, page, "EvaluationResults", [](const auto& row) { return row.first; },
      [&](const auto& row) -> Document {
        return evaluation_result(row.first, resource, row.second);
      });
}

}  // namespace tocsin::config
