// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/statement.hpp"

#include <algorithm>
#include <map>

#include "base/glob.hpp"

namespace tocsin::policy {

Question::Question(const Request& asked, bool has_boundary)
    : request(asked), keys(asked), bounded(has_boundary) {
  lower_.resize(asked.action.size(), boost::container::default_init);
  std::transform(asked.action.begin(), asked.action.end(), lower_.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  service_ = std::min(action().find(':'), lower_.size());
}

ActionPattern::ActionPattern(std::string_view text) : pattern_(to_lower(text)) {
  std::replace(pattern_.begin(), pattern_.end(), '*', kAnyRun);
  std::replace(pattern_.begin(), pattern_.end(), '?', kAnyOne);
  head_ = std::min(pattern_.find_first_of(kWildcards), pattern_.size());
  const auto colon = pattern_.find(':');
  if (colon < head_) service_ = colon;
}

bool ActionPattern::matches(std::string_view lower_case_action) const {
  const std::string_view pattern(pattern_);
  if (!lower_case_action.starts_with(pattern.substr(0, head_))) return false;
  if (head_ == pattern.size()) return lower_case_action.size() == head_;
  if (head_ + 1 == pattern.size() && pattern.back() == kAnyRun) return true;
  return wildcard_match(pattern.substr(head_), lower_case_action.substr(head_));
}

bool ActionPattern::may_name(std::string_view lower_case_service) const {
  const auto colon = pattern_.find(':');
  return wildcard_match(std::string_view(pattern_).substr(0, colon), lower_case_service);
}

StatementIndex::StatementIndex(const std::vector<Statement>& statements) {
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> services;
  const auto speaks_to_any = [](const Statement& statement) {
    return statement.not_action ||
           std::any_of(statement.actions.begin(), statement.actions.end(),
                       [](const ActionPattern& action) { return action.service().empty(); });
  };
  for (const auto& statement : statements) {
    for (const auto& action : statement.actions)
      services.try_emplace(std::string(action.service()));
  }
  for (std::uint32_t i = 0; i < statements.size(); ++i) {
    const auto& actions = statements[i].actions;
    const bool any = speaks_to_any(statements[i]);
    if (any) others_.push_back(i);
    for (auto& [service, numbers] : services) {
      const bool names = std::any_of(actions.begin(), actions.end(), [&](const auto& action) {
        return action.service() == service;
      });
      if (any || names) numbers.push_back(i);
    }
  }
  for (auto& [service, numbers] : services)
    entries_.push_back({service, std::move(numbers)});
}

std::span<const std::uint32_t> StatementIndex::of_service(std::string_view service) const {
  constexpr std::size_t kFew = 16;
  if (entries_.size() <= kFew) {
    for (const auto& entry : entries_) {
      if (entry.service.size() == service.size() && entry.service == service)
        return entry.statements;
    }
    return others_;
  }
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), service,
                       [](const Entry& entry, auto wanted) { return entry.service < wanted; });
  return found != entries_.end() && found->service == service ? found->statements : others_;
}

Grant Statement::applies(const Question& question) const {
  if (!matches_action(question)) return Grant::None;
  const auto grant = match_principal(question);
  if (grant == Grant::None || !matches_resource(question)) return Grant::None;
  const bool holds =
      std::all_of(conditions.begin(), conditions.end(),
                  [&](const Condition& condition) { return condition.holds(question.keys); });
  return holds ? grant : Grant::None;
}

bool Statement::matches_action(const Question& question) const {
  const bool any = std::any_of(actions.begin(), actions.end(), [&](const ActionPattern& pattern) {
    return pattern.matches(question.action());
  });
  return any != not_action;
}

bool Statement::matches_resource(const Question& question) const {
  if (resources.empty()) return true;
  const auto& keys = question.keys;
  // A NotResource whose variable has no value excludes nothing known: it does not apply.
  const auto known = [&](const TextPattern& pattern) { return pattern.resolvable(keys); };
  if (not_resource && !std::all_of(resources.begin(), resources.end(), known)) return false;
  const bool any = std::any_of(resources.begin(), resources.end(), [&](const TextPattern& pattern) {
    return pattern.matches_resource(question.request.resource, keys);
  });
  return any != not_resource;
}

Grant Statement::match_principal(const Question& question) const {
  if (!principals) return Grant::Direct;
  const auto& caller = question.request.principal;
  if (!not_principal) return principals->match(caller);
  // "always denies any IAM principal that has a permissions boundary policy attached"
  const bool spared = !question.bounded && principals->spare(caller);
  return spared ? Grant::None : Grant::Direct;
}

}  // namespace tocsin::policy
