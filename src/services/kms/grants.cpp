// SPDX-License-Identifier: Apache-2.0
#include "services/kms/grants.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/kms/access.hpp"
#include "services/kms/grant_statements.hpp"
#include "services/kms/page.hpp"
#include "services/kms/resolve.hpp"
#include "services/kms/specs.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

const std::vector<std::string_view> kOperations{"Decrypt",
                                                "Encrypt",
                                                "GenerateDataKey",
                                                "GenerateDataKeyWithoutPlaintext",
                                                "ReEncryptFrom",
                                                "ReEncryptTo",
                                                "Sign",
                                                "Verify",
                                                "GetPublicKey",
                                                "CreateGrant",
                                                "RetireGrant",
                                                "DescribeKey",
                                                "GenerateDataKeyPair",
                                                "GenerateDataKeyPairWithoutPlaintext",
                                                "GenerateMac",
                                                "VerifyMac",
                                                "DeriveSharedSecret"};

constexpr std::string_view kTokenHead = "tocsin-grant";

std::string mac_of_token(const Context& context, std::string_view body) {
  return hmac_sha256(context.secrets().derive("kms grant tokens", 32), body).substr(0, 16);
}

/// "tocsin-grant", account, key, grant, a number that makes each token another, and a MAC.
std::string new_token(Context& context, const Grant& grant) {
  const auto body = fmt::format("{} {} {} {} {}", kTokenHead, grant.scope.account.str(), grant.key,
                                grant.id, hex(context.new_bytes(8)));
  return base64(body + " " + hex(mac_of_token(context, body)));
}

/// The parts of a token of ours.
std::optional<std::vector<std::string>> read_token(const Context& context, std::string_view token) {
  const auto plain = unbase64(token);
  const auto end = plain ? plain->rfind(' ') : std::string::npos;
  if (end == std::string::npos) return std::nullopt;
  const auto mac = unhex(std::string_view(*plain).substr(end + 1));
  const auto body = plain->substr(0, end);
  if (!mac || !equal_in_constant_time(*mac, mac_of_token(context, body))) return std::nullopt;
  std::vector<std::string> parts;
  for (std::size_t at = 0; at != std::string::npos;) {
    const auto next = body.find(' ', at);
    parts.push_back(body.substr(at, next == body.npos ? next : next - at));
    at = next == body.npos ? next : next + 1;
  }
  return parts.size() == 5 && parts[0] == kTokenHead ? std::optional(parts) : std::nullopt;
}

Failure bad_principal() {
  return fail("InvalidArnException", "ARN does not refer to a valid principal");
}

/// A user, a role, a session, an account or a service.
Result<void> check_principal(std::string_view principal) {
  if (principal.ends_with(".amazonaws.com")) return {};
  const auto arn = Arn::parse(principal);
  if (!arn || (arn->service != "iam" && arn->service != "sts") || arn->account.size() != 12)
    return bad_principal();
  return {};
}

Result<std::vector<std::string>> operations_from(const Document& params) {
  std::vector<std::string> operations;
  decode(Document(array_of(params, "Operations")), operations);
  if (operations.empty()) return missing("operations");
  for (const auto& operation : operations) {
    if (std::ranges::find(kOperations, operation) == kOperations.end())
      return not_in_enum(operation, "operations", kOperations);
  }
  return operations;
}

bool goes_with(const KmsKey& key, std::string_view operation) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, operation) != names.end();
  };
  if (is_one_of({"CreateGrant", "RetireGrant", "DescribeKey"})) return true;
  if (operation == "GetPublicKey") return is_asymmetric(key);
  if (key.usage == "SIGN_VERIFY") return is_one_of({"Sign", "Verify"});
  if (key.usage == "GENERATE_VERIFY_MAC") return is_one_of({"GenerateMac", "VerifyMac"});
  if (key.usage == "KEY_AGREEMENT") return operation == "DeriveSharedSecret";
  if (is_one_of({"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"})) return true;
  return is_symmetric_encryption(key) && operation.starts_with("GenerateData");
}

/// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations
Result<void> check_operations(const KmsKey& key, const std::vector<std::string>& operations) {
  if (operations == std::vector<std::string>{"CreateGrant"})
    return validation("Grants must not contain only the CreateGrant operation.");
  for (const auto& operation : operations) {
    if (!goes_with(key, operation)) {
      return validation(fmt::format(
          "Grant operation {} is not valid for a KMS key of key spec {} and key usage {}.",
          operation, key.spec, key.usage));
    }
  }
  return {};
}

Result<std::string> name_from(const Document& params) {
  auto name = string_of(params, "Name");
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view(":/_-").contains(c);
  };
  if (name.size() > 256) return constraint(name, "name", "have length less than or equal to 256");
  if (!std::ranges::all_of(name, allowed)) {
    return constraint(name, "name", "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$");
  }
  return name;
}

Result<Grant> grant_from(Call& call, const KmsKey& key) {
  const auto& params = call.params();
  Grant grant{.scope = key.scope,
              .key = key.id,
              .grantee = string_of(params, "GranteePrincipal"),
              .retiring = string_of(params, "RetiringPrincipal"),
              .issuing_account = "arn:aws:iam::" + call.account().str() + ":root",
              .constraints = object_of(params, "Constraints"),
              .created = call.now()};
  grant.name = TRY(name_from(params));
  grant.operations = TRY(operations_from(params));
  TRY(check_operations(key, grant.operations));
  TRY(check_principal(grant.grantee));
  if (!grant.retiring.empty()) TRY(check_principal(grant.retiring));
  return grant;
}

/// The grant of the same name that says the same: asked for again, it is given again.
std::optional<Grant> same_grant(Call& call, const Grant& wanted) {
  std::optional<Grant> found;
  if (wanted.name.empty()) return found;
  kGrants.scan(call, Key::of(wanted.scope, wanted.key), [&](const auto&, const Grant& grant) {
    const bool same = grant.name == wanted.name && grant.grantee == wanted.grantee &&
                      grant.retiring == wanted.retiring && grant.operations == wanted.operations &&
                      grant.constraints == wanted.constraints;
    if (same) found = grant;
    return !same;
  });
  return found;
}

void put_grant(Context& context, const Grant& grant) {
  const GrantLink link{grant.key, grant.id};
  kGrants.put(context, Key::of(grant.scope, grant.key, grant.id), grant);
  kGrantees.put(context, Key::of(grant.scope, grant.key, grant.grantee, grant.id), link);
  if (!grant.retiring.empty())
    kRetirers.put(context, Key::of(grant.scope, grant.retiring, grant.id), link);
}

void erase_grant(Context& context, const Grant& grant) {
  kGrants.erase(context, Key::of(grant.scope, grant.key, grant.id));
  kGrantees.erase(context, Key::of(grant.scope, grant.key, grant.grantee, grant.id));
  kRetirers.erase(context, Key::of(grant.scope, grant.retiring, grant.id));
}

Result<Grant> grant_of(const Context& context, const KmsKey& key, std::string_view id) {
  auto grant = kGrants.get(context, Key::of(key.scope, key.id, id));
  if (!grant) return not_found(fmt::format("Grant ID {} not found", id));
  return *std::move(grant);
}

Object described(const Grant& grant) {
  Array operations;
  for (const auto& operation : grant.operations)
    operations.emplace_back(operation);
  Object out{{"KeyId", arn("kms", grant.scope, "key/" + grant.key)},
             {"GrantId", grant.id},
             {"Name", grant.name},
             {"CreationDate", to_seconds(grant.created)},
             {"GranteePrincipal", grant.grantee},
             {"IssuingAccount", grant.issuing_account},
             {"Operations", std::move(operations)}};
  if (!grant.retiring.empty()) out["RetiringPrincipal"] = grant.retiring;
  if (!grant.constraints.empty()) out["Constraints"] = grant.constraints;
  return out;
}

/// The grant that RetireGrant names, by token or by key and id.
Result<Grant> grant_to_retire(Call& call) {
  const auto& params = call.params();
  if (const auto token = text(params, "GrantToken"); !token.empty()) {
    const auto parts = read_token(call, token);
    if (!parts) return fail("InvalidGrantTokenException", "Invalid grant token");
    const Scope scope{AccountId((*parts)[1]), call.region()};
    auto grant = kGrants.get(call, Key::of(scope, (*parts)[2], (*parts)[3]));
    if (!grant) return not_found(fmt::format("Grant ID {} not found", (*parts)[3]));
    return *std::move(grant);
  }
  if (text(params, "KeyId").empty() || text(params, "GrantId").empty())
    return validation("You must specify either a grant token or a key ID and a grant ID.");
  return grant_of(call, TRY(key_of(call)), text(params, "GrantId"));
}

}  // namespace

Result<void> check_grant_tokens(const Call& call) {
  for (const auto& token : array_of(call.params(), "GrantTokens")) {
    const auto* plain = token.if_string();
    if (!plain || !read_token(call, *plain))
      return fail("InvalidGrantTokenException", "Invalid grant token");
  }
  return {};
}

void drop_grants(Context& context, const KmsKey& key) {
  for (const auto& grant : kGrants.all(context, row_of(key)))
    erase_grant(context, grant);
}

Outcome create_grant(Call& call) {
  const auto key = TRY(key_of(call));
  TRY(check_usable(key));
  TRY(check_grant_tokens(call));
  auto grant = TRY(grant_from(call, key));
  TRY(check_dry_run(call));
  if (auto known = same_grant(call, grant)) {
    grant = *std::move(known);
  } else {
    grant.id = hex(call.new_bytes(32));
    put_grant(call, grant);
  }
  return Object{{"GrantToken", new_token(call, grant)}, {"GrantId", grant.id}};
}

Outcome list_grants(Call& call) {
  const auto key = TRY(key_of(call));
  const PageRule rule{"Grants", 50, 100};
  if (const auto id = text(call.params(), "GrantId"); !id.empty()) {
    const auto grant = TRY(grant_of(call, key, id));
    return page_reply(rule, Array{described(grant)}, {});
  }
  const auto grantee = text(call.params(), "GranteePrincipal");
  if (grantee.empty()) return page_of(call, kGrants, row_of(key), rule, described);
  return page_of(call, kGrantees, Key::of(key.scope, key.id, grantee), rule,
                 [&](const GrantLink& link) {
                   return described(*kGrants.get(call, Key::of(key.scope, link.key, link.id)));
                 });
}

Outcome list_retirable_grants(Call& call) {
  const auto retiring = text(call.params(), "RetiringPrincipal");
  if (retiring.empty()) return missing("retiringPrincipal");
  TRY(check_principal(retiring));
  return page_of(call, kRetirers, Key::of(call.scope(), retiring), {"Grants", 50, 100},
                 [&](const GrantLink& link) {
                   return described(*kGrants.get(call, Key::of(call.scope(), link.key, link.id)));
                 });
}

Outcome retire_grant(Call& call) {
  const auto grant = TRY(grant_to_retire(call));
  TRY(check_dry_run(call));
  erase_grant(call, grant);
  return Object{};
}

Outcome revoke_grant(Call& call) {
  const auto key = TRY(key_of(call));
  const auto grant = TRY(grant_of(call, key, text(call.params(), "GrantId")));
  TRY(check_dry_run(call));
  erase_grant(call, grant);
  return Object{};
}

/// The grant itself says who may retire it: its retiring principal, its grantee where the
/// operation is among its own, and the account (whose IAM policies then decide).
std::vector<core::Access> retire_grant_needs(Call& call) {
  const auto grant = grant_to_retire(call);
  const auto key = grant ? kKeys.get(call, Key::of(grant->scope, grant->key)) : std::nullopt;
  if (!key) return {};
  std::vector<std::string> who{"arn:aws:iam::" + key->scope.account.str() + ":root"};
  if (!grant->retiring.empty()) who.push_back(grant->retiring);
  if (std::ranges::find(grant->operations, "RetireGrant") != grant->operations.end())
    who.push_back(grant->grantee);
  const Object policy{{"Version", "2012-10-17"},
                      {"Statement", Array{Object{{"Effect", "Allow"},
                                                 {"Principal", principal_element(who)},
                                                 {"Action", "kms:RetireGrant"},
                                                 {"Resource", "*"}}}}};
  return {access_under(call, *key, "kms:RetireGrant", to_json(policy))};
}

}  // namespace tocsin::kms
