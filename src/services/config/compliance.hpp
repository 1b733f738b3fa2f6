// SPDX-License-Identifier: Apache-2.0
// What the rules have found, resource by resource, and who is told when it changes.
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

inline constexpr std::string_view kCompliant = "COMPLIANT";
inline constexpr std::string_view kNonCompliant = "NON_COMPLIANT";
inline constexpr std::string_view kNotApplicable = "NOT_APPLICABLE";
inline constexpr std::string_view kInsufficientData = "INSUFFICIENT_DATA";

/// The findings of one resource while rules judge it: read once, written once.
class Findings {
 public:
  Findings(Context& context, Scope scope, ResourceKey resource);

  const std::map<std::string, Evaluation>& all() const { return row_.rules; }
  bool has(const std::string& rule) const { return row_.rules.contains(rule); }
  /// Takes what a rule found, unless it has found something of a later time. A change of compliance
  /// is told to the topic and to EventBridge. INSUFFICIENT_DATA leaves what is there.
  void note(const Rule& rule, Evaluation found);
  /// The resource is gone, or none of the rule's any more.
  void forget(const Rule& rule, Time ordering);
  /// Writes, and lets automatic remediation act on what is not compliant.
  void save();

 private:
  void index(const Rule& rule, std::string_view compliance, bool there);

  Context& context_;
  Scope scope_;
  ResourceKey resource_;
  Evaluations row_;
  bool changed_ = false;
  std::vector<Rule> to_remedy_;
};

/// compliance_change.cpp
void tell_change(Context& context, const Rule& rule, const ResourceKey& resource,
                 const Evaluation* before, const Evaluation& now);
/// {"EvaluationResultIdentifier": …, "ComplianceType": …, "ResultRecordedTime": …} of the API.
Object evaluation_result(const std::string& rule, const ResourceKey& resource,
                         const Evaluation& found);

/// Forgets up to `most` results of the rule; whether there are more.
bool forget_some(Context& context, const Rule& rule, int most);

/// Resources of which the rule has found that, in order. Return false to stop.
void found_by(const store::View& view, const Rule& rule, std::string_view compliance,
              const std::function<bool(const ResourceKey&)>& visit,
              const std::optional<ResourceKey>& after = std::nullopt);
/// How many, at most `cap` + 1.
std::size_t count_found(const store::View& view, const Rule& rule, std::string_view compliance,
                        std::size_t cap);
/// NON_COMPLIANT where one resource is, INSUFFICIENT_DATA where none is judged.
std::string_view compliance_of(const store::View& view, const Rule& rule);
std::optional<Evaluation> evaluation_of(const store::View& view, const Rule& rule,
                                        const ResourceKey& resource);

}  // namespace tocsin::config
