// SPDX-License-Identifier: Apache-2.0
#include "services/config/compliance.hpp"

#include "services/config/remediation.hpp"

namespace tocsin::config {
namespace {

core::Key row_key(const Scope& scope, const ResourceKey& resource) {
  return core::Key::of(scope, resource.type, resource.id);
}

core::Key found_key(const Rule& rule, std::string_view compliance, const ResourceKey& resource) {
  return core::Key::of(rule.scope, rule.name, compliance, resource.type, resource.id);
}

}  // namespace

Findings::Findings(Context& context, Scope scope, ResourceKey resource)
    : context_(context),
      scope_(std::move(scope)),
      resource_(std::move(resource)),
      row_(kEvaluations.get(context, row_key(scope_, resource_)).value_or(Evaluations{})) {}

void Findings::index(const Rule& rule, std::string_view compliance, bool there) {
  if (there)
    kFound.put(context_, found_key(rule, compliance, resource_), {});
  else
    kFound.erase(context_, found_key(rule, compliance, resource_));
}

void Findings::note(const Rule& rule, Evaluation found) {
  if (found.compliance == kInsufficientData) return;
  found.recorded = context_.now();
  const auto old = row_.rules.find(rule.name);
  const auto* before = old == row_.rules.end() ? nullptr : &old->second;
  if (before && before->ordering > found.ordering) return;
  if (!before || before->compliance != found.compliance) {
    if (before) index(rule, before->compliance, false);
    index(rule, found.compliance, true);
    if (before || found.compliance != kNotApplicable)
      tell_change(context_, rule, resource_, before, found);
  }
  if (found.compliance == kNonCompliant) to_remedy_.push_back(rule);
  row_.rules.insert_or_assign(rule.name, std::move(found));
  changed_ = true;
}

void Findings::forget(const Rule& rule, Time ordering) {
  const auto old = row_.rules.find(rule.name);
  if (old == row_.rules.end()) return;
  index(rule, old->second.compliance, false);
  const Evaluation gone{.compliance = std::string(kNotApplicable),
                        .ordering = ordering,
                        .recorded = context_.now(),
                        .invoked = context_.now()};
  if (old->second.compliance != kNotApplicable)
    tell_change(context_, rule, resource_, &old->second, gone);
  row_.rules.erase(old);
  changed_ = true;
}

void Findings::save() {
  if (!changed_) return;
  if (row_.rules.empty())
    kEvaluations.erase(context_, row_key(scope_, resource_));
  else
    kEvaluations.put(context_, row_key(scope_, resource_), row_);
  for (const auto& rule : to_remedy_)
    remedy_automatically(context_, rule, resource_);
}

bool forget_some(Context& context, const Rule& rule, int most) {
  std::vector<std::pair<std::string, ResourceKey>> found;
  bool more = false;
  kFound.scan(context, core::Key::of(rule.scope, rule.name),
              [&](const std::vector<std::string>& key, const Mark&) {
                if (static_cast<int>(found.size()) == most) return !(more = true);
                found.push_back({key[3], {key[4], key[5]}});
                return true;
              });
  for (const auto& [compliance, resource] : found) {
    kFound.erase(context, found_key(rule, compliance, resource));
    const auto key = row_key(rule.scope, resource);
    auto row = kEvaluations.get(context, key).value_or(Evaluations{});
    row.rules.erase(rule.name);
    if (row.rules.empty())
      kEvaluations.erase(context, key);
    else
      kEvaluations.put(context, key, row);
  }
  return more;
}

void found_by(const store::View& view, const Rule& rule, std::string_view compliance,
              const std::function<bool(const ResourceKey&)>& visit,
              const std::optional<ResourceKey>& after) {
  std::optional<core::Key> from;
  if (after) from = found_key(rule, compliance, *after);
  kFound.scan(
      view, core::Key::of(rule.scope, rule.name, compliance),
      [&](const std::vector<std::string>& key, const Mark&) {
        return visit({key[4], key[5]});
      },
      store::Direction::Forward, from);
}

std::size_t count_found(const store::View& view, const Rule& rule, std::string_view compliance,
                        std::size_t cap) {
  std::size_t count = 0;
  found_by(view, rule, compliance, [&](const ResourceKey&) { return ++count <= cap; });
  return count;
}

std::string_view compliance_of(const store::View& view, const Rule& rule) {
  if (count_found(view, rule, kNonCompliant, 0)) return kNonCompliant;
  return count_found(view, rule, kCompliant, 0) ? kCompliant : kInsufficientData;
}

std::optional<Evaluation> evaluation_of(const store::View& view, const Rule& rule,
                                        const ResourceKey& resource) {
  const auto row = kEvaluations.get(view, row_key(rule.scope, resource));
  if (!row) return std::nullopt;
  const auto found = row->rules.find(rule.name);
  if (found == row->rules.end()) return std::nullopt;
  return found->second;
}

}  // namespace tocsin::config
