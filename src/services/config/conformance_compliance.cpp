// SPDX-License-Identifier: Apache-2.0
// How far the account conforms.
// https://docs.aws.amazon.com/config/latest/APIReference/API_ConformancePackComplianceScore.html
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "services/config/compliance.hpp"
#include "services/config/conformance.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kLimitCode = "InvalidLimitException";

/// The pack's rules that "Filters" asks for.
Result<std::vector<Rule>> filtered_rules(const Call& call, const Pack& pack) {
  const auto names = strings_of(object_of(call.params(), "Filters"), "ConfigRuleNames");
  for (const auto& name : names) {
    if (pack.rules.contains(name)) continue;
    return fail("NoSuchConfigRuleInConformancePackException",
                fmt::format("Config rule {} that you passed in the filter does not exist in the "
                            "conformance pack {}.",
                            name, pack.name));
  }
  auto rules = rules_of_pack(call, pack);
  if (!names.empty()) {
    std::erase_if(rules, [&](const Rule& rule) {
      return std::ranges::find(names, rule.name) == names.end();
    });
  }
  return rules;
}

Result<std::string> wanted_compliance(const Call& call) {
  auto wanted = string_of(object_of(call.params(), "Filters"), "ComplianceType");
  TRY(check_enum(wanted, "filters.complianceType", {kCompliant, kNonCompliant, kInsufficientData}));
  return wanted;
}

struct Found {
  const Rule* rule;
  std::string compliance;
  ResourceKey resource;
};

std::string position_of(const Found& found) {
  return fmt::format("{}\n{}\n{}\n{}", found.rule->name, found.compliance, found.resource.type,
                     found.resource.id);
}

bool is_asked_for(const Object& filters, const ResourceKey& resource) {
  const auto type = text(filters, "ResourceType");
  const auto ids = strings_of(filters, "ResourceIds");
  return (type.empty() || type == resource.type) &&
         (ids.empty() || std::ranges::find(ids, resource.id) != ids.end());
}

std::string_view compliance_of_pack(const store::View& view, const Pack& pack) {
  std::string_view whole = kInsufficientData;
  for (const auto& rule : rules_of_pack(view, pack)) {
    const auto found = compliance_of(view, rule);
    if (found == kNonCompliant) return kNonCompliant;
    if (found == kCompliant) whole = kCompliant;
  }
  return whole;
}

struct Score {
  Pack pack;
  double percent = -1;  // less than 0: nothing is judged
};

/// Of all that the pack's rules judge, what is compliant.
Score score_of(const store::View& view, Pack pack) {
  constexpr std::size_t kAll = 10'000'000;
  std::size_t compliant = 0, all = 0;
  for (const auto& rule : rules_of_pack(view, pack)) {
    const auto good = count_found(view, rule, kCompliant, kAll);
    compliant += good;
    all += good + count_found(view, rule, kNonCompliant, kAll);
  }
  return {std::move(pack),
          all ? 100.0 * static_cast<double>(compliant) / static_cast<double>(all) : -1};
}

/// "66.67", "100", or INSUFFICIENT_DATA.
std::string shown_score(double percent) {
  if (percent < 0) return std::string(kInsufficientData);
  return fmt::format("{}", std::round(percent * 100) / 100);
}

}  // namespace

Outcome describe_conformance_pack_compliance(Call& call) {
  const auto pack = TRY(pack_of(call));
  auto rules = TRY(filtered_rules(call, pack));
  const auto wanted = TRY(wanted_compliance(call));
  if (!wanted.empty())
    std::erase_if(rules, [&](const Rule& rule) { return compliance_of(call, rule) != wanted; });
  auto reply = page_of_rows<Rule>(
      rules, TRY(page_of(call, 1000, 1000, kLimitCode)), "ConformancePackRuleComplianceList",
      [](const Rule& rule) { return rule.name; },
      [&](const Rule& rule) -> Document {
        return Object{{"ConfigRuleName", rule.name},
                      {"ComplianceType", compliance_of(call, rule)},
                      {"Controls", Array{}}};
      });
  reply["ConformancePackName"] = pack.name;
  return reply;
}

Outcome get_conformance_pack_compliance_details(Call& call) {
  const auto pack = TRY(pack_of(call));
  const auto rules = TRY(filtered_rules(call, pack));
  const auto wanted = TRY(wanted_compliance(call));
  const auto& filters = object_of(call.params(), "Filters");
  std::vector<Found> found;
  for (const auto& rule : rules) {
    for (const auto compliance : {kCompliant, kNonCompliant}) {
      if (!wanted.empty() && wanted != compliance) continue;
      found_by(call, rule, compliance, [&](const ResourceKey& resource) {
        if (is_asked_for(filters, resource))
          found.push_back({&rule, std::string(compliance), resource});
        return true;
      });
    }
  }
  std::ranges::sort(found, {}, position_of);
  auto reply = page_of_rows<Found>(
      found, TRY(page_of(call, 100, 100, kLimitCode)), "ConformancePackRuleEvaluationResults",
      position_of, [&](const Found& one) -> Document {
        return evaluation_result(
            one.rule->name, one.resource,
            evaluation_of(call, *one.rule, one.resource).value_or(Evaluation{}));
      });
  reply["ConformancePackName"] = pack.name;
  return reply;
}

Outcome get_conformance_pack_compliance_summary(Call& call) {
  for (const auto& name : strings_of(call.params(), "ConformancePackNames")) {
    if (!kPacks.contains(call, core::Key::of(call.scope(), name))) return no_such_pack(name);
  }
  return page_of_rows<Pack>(
      packs_of(call), TRY(page_of(call, 20, 20, kLimitCode)),
      "ConformancePackComplianceSummaryList", [](const Pack& pack) { return pack.name; },
      [&](const Pack& pack) -> Document {
        return Object{{"ConformancePackName", pack.name},
                      {"ConformancePackComplianceStatus", compliance_of_pack(call, pack)}};
      });
}

Outcome list_conformance_pack_compliance_scores(Call& call) {
  const auto& params = call.params();
  TRY(check_enum(text(params, "SortOrder"), "sortOrder", {"ASCENDING", "DESCENDING"}));
  TRY(check_enum(text(params, "SortBy"), "sortBy", {"SCORE"}));
  const auto names = strings_of(object_of(params, "Filters"), "ConformancePackNames");
  std::vector<Score> scores;
  for (auto& pack : kPacks.all(call, core::Key::of(call.scope()))) {
    if (names.empty() || std::ranges::find(names, pack.name) != names.end())
      scores.push_back(score_of(call, std::move(pack)));
  }
  const bool rising = text(params, "SortOrder") == "ASCENDING";
  const auto position = [&](const Score& score) {
    const auto points = std::llround(score.percent * 1000);
    return fmt::format("{:07}{}", rising ? points + 1000 : 200'000 - points, score.pack.name);
  };
  std::ranges::sort(scores, {}, position);
  return page_of_rows<Score>(scores, TRY(page_of(call, 20, 20, kLimitCode)),
                             "ConformancePackComplianceScores", position,
                             [](const Score& score) -> Document {
                               return Object{{"Score", shown_score(score.percent)},
                                             {"ConformancePackName", score.pack.name},
                                             {"LastUpdatedTime", to_seconds(score.pack.completed)}};
                             });
}

}  // namespace tocsin::config
