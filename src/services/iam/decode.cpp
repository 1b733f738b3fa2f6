// SPDX-License-Identifier: Apache-2.0
#include "services/iam/decode.hpp"

#include "base/crypto.hpp"
#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

Object items(Array list) {
  return {{"items", std::move(list)}};
}

Object values_of(const std::vector<std::string>& values) {
  Array list;
  for (const auto& value : values)
    list.push_back(Object{{"value", value}});
  return items(std::move(list));
}

/// Base64 in an alphabet that stands in XML and in a command line as it is.
std::string url_safe(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string standard(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  return out;
}

}  // namespace

Object denial_details(const policy::Decision& decision, const policy::Request& asked,
                      const core::Principal& principal) {
  Array matched;
  for (const auto& statement : decision.matched) {
    matched.push_back(Object{
        {"statementId", statement.sid},
        {"effect", statement.effect == policy::Effect::Deny ? "DENY" : "ALLOW"},
        {"sourcePolicyId", statement.policy_id},
        {"sourcePolicyType",
         statement.type == policy::PolicyType::Resource ? "Resource Policy" : "IAM Policy"}});
  }
  Array conditions;
  for (const auto& [key, values] : asked.context)
    conditions.push_back(Object{{"key", key}, {"values", values_of(values)}});
  Object who{{"id", principal.id}, {"arn", principal.arn}};
  if (principal.kind == core::Principal::Kind::User) who["name"] = principal.name;
  return {{"allowed", false},
          {"explicitDeny", decision.outcome == policy::Outcome::ExplicitDeny},
          {"matchedStatements", items(std::move(matched))},
          {"failures", items({})},
          {"context", Object{{"principal", std::move(who)},
                             {"action", asked.action},
                             {"resource", asked.resource},
                             {"conditions", items(std::move(conditions))}}}};
}

/// The nonce follows from the message: the same message gives the same text, on replay too.
std::string encode_authorization_message(const core::Secrets& secrets, std::string_view message) {
  const auto sealed = secrets.seal(message, "authorization message " + hex(sha256(message)));
  return url_safe(string_of(sealed, "$sealed"));
}

std::optional<std::string> decode_authorization_message(const core::Secrets& secrets,
                                                        std::string_view encoded) {
  const auto sealed = standard(encoded);
  if (!unbase64(sealed)) return std::nullopt;
  auto opened = secrets.open(Object{{"$sealed", sealed}});
  // Whatever else is sealed with the same key is none of the caller's business.
  if (!opened || !opened->starts_with("{\"allowed\":")) return std::nullopt;
  return opened;
}

core::Outcome decode_message(core::Call& call) {
  auto message =
      decode_authorization_message(call.secrets(), text(call.params(), "EncodedMessage"));
  if (!message) {
    return fail("InvalidAuthorizationMessageException",
                "The provided encoded authorization message is invalid");
  }
  return Object{{"DecodedMessage", *message}};
}

}  // namespace tocsin::iam
