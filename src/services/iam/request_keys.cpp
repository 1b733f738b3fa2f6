// SPDX-License-Identifier: Apache-2.0
#include "services/iam/request_keys.hpp"

#include "base/glob.hpp"

namespace tocsin::iam {
namespace {

using core::Principal;
using policy_kind = policy::Principal::Kind;

policy_kind kind_of(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::Root:
      return policy_kind::Root;
    case Principal::Kind::User:
      return policy_kind::User;
    case Principal::Kind::AssumedRole:
      return policy_kind::AssumedRole;
    case Principal::Kind::FederatedUser:
      return policy_kind::FederatedUser;
    case Principal::Kind::Service:
      return policy_kind::Service;
    case Principal::Kind::Anonymous:
      return policy_kind::Anonymous;
  }
  return policy_kind::Anonymous;
}

bool is_temporary(const Principal& principal) {
  return principal.issued != Time{};
}

}  // namespace

policy::Principal asker(const Principal& principal) {
  const bool service = principal.kind == Principal::Kind::Service;
  return {.kind = kind_of(principal.kind),
          .arn = service ? principal.service : principal.arn,
          .issuer = principal.issuer_arn,
          .account = service ? std::string() : principal.account.str(),
          .id = principal.id};
}

std::string RequestKeys::source_account() const {
  const auto arn = Arn::parse(request_.credential.source_arn);
  if (!arn) return {};
  return arn->account.empty() ? request_.scope.account.str() : arn->account;
}

std::string RequestKeys::mfa_age() const {
  if (!principal_.mfa) return {};
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now_ - principal_.issued).count());
}

std::vector<std::string> RequestKeys::values_of(std::string_view key) const {
  using Value = std::string (*)(const RequestKeys&);
  static const std::map<std::string_view, Value> kKeys{
      {"aws:currenttime", [](const RequestKeys& r) { return iso8601(r.now_); }},
      {"aws:epochtime", [](const RequestKeys& r) { return std::to_string(to_ms(r.now_) / 1000); }},
      {"aws:sourceip",
       [](const RequestKeys& r) {
         return r.request_.credential.service.empty() ? r.request_.source_ip : std::string();
       }},
      {"aws:useragent", [](const RequestKeys& r) { return r.request_.user_agent; }},
      {"aws:securetransport",
       [](const RequestKeys& r) { return std::string(r.request_.secure ? "true" : "false"); }},
      {"aws:requestedregion", [](const RequestKeys& r) { return r.request_.scope.region; }},
      {"aws:sourcearn", [](const RequestKeys& r) { return r.request_.credential.source_arn; }},
      {"aws:sourceaccount", [](const RequestKeys& r) { return r.source_account(); }},
      {"aws:sourceidentity", [](const RequestKeys& r) { return r.principal_.source_identity; }},
      {"aws:tokenissuetime",
       [](const RequestKeys& r) {
         return is_temporary(r.principal_) ? iso8601(r.principal_.issued) : std::string();
       }},
      {"aws:multifactorauthpresent",
       [](const RequestKeys& r) {
         if (!is_temporary(r.principal_)) return std::string();
         return std::string(r.principal_.mfa ? "true" : "false");
       }},
      {"aws:multifactorauthage", [](const RequestKeys& r) { return r.mfa_age(); }}};
  constexpr std::string_view kTag = "aws:principaltag/";
  if (key.starts_with(kTag)) {
    for (const auto& [name, value] : principal_.tags) {
      if (equals_ignore_case(name, key.substr(kTag.size()))) return {value};
    }
    return {};
  }
  const auto found = kKeys.find(key);
  if (found == kKeys.end()) return policy::principal_key(asked_, key);
  auto value = found->second(*this);
  if (value.empty()) return {};
  return {std::move(value)};
}

}  // namespace tocsin::iam
