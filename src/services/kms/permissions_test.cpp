// SPDX-License-Identifier: Apache-2.0
// Who may do what with a key: its policy, IAM policies, grants and conditions, weighed by the
// policy engine.
#include "engines/policy/policy.hpp"
#include "services/kms/testing.hpp"

namespace tocsin::kms {
namespace {

using core::Credential;

const std::string kAccount = "123456789012";
const std::string kRoot = "arn:aws:iam::123456789012:root";

std::string user_arn(std::string_view name, std::string_view account = kAccount) {
  return "arn:aws:iam::" + std::string(account) + ":user/" + std::string(name);
}

/// "111122223333/ann" as a key id is the user ann of that account; identity policies by user.
class Weigher : public core::Authorizer {
 public:
  using Policies = std::map<std::string, std::string>;
  explicit Weigher(std::shared_ptr<Policies> identity) : identity_(std::move(identity)) {}

  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const Credential& credential,
                                   Time now) const override {
    if (credential.kind != Credential::Kind::Key)
      return core::allow_all()->identify(view, credential, now);
    const auto slash = credential.access_key_id.find('/');
    const auto account = credential.access_key_id.substr(0, slash);
    const auto name = credential.access_key_id.substr(slash + 1);
    return core::Principal{.kind = core::Principal::Kind::User,
                           .account = AccountId(account),
                           .arn = user_arn(name, account),
                           .id = "AIDA" + name,
                           .name = name};
  }
  Result<void> authorize(const store::View&, const core::Principal& who, const core::Request&,
                         const core::Access& access, Time) const override {
    using Kind = policy::Principal::Kind;
    const bool service = who.kind == core::Principal::Kind::Service;
    const auto kind = service                                   ? Kind::Service
                      : who.kind == core::Principal::Kind::Root ? Kind::Root
                                                                : Kind::User;
    policy::PolicySet set;
    if (const auto own = identity_->find(who.arn); own != identity_->end())
      set.identity = {{"own", *policy::parse_policy(own->second, policy::PolicyKind::Identity)}};
    if (!access.resource_policy.empty()) {
      auto parsed = policy::parse_policy(access.resource_policy, policy::PolicyKind::Resource);
      EXPECT_TRUE(parsed) << access.resource_policy;
      if (parsed) set.resource = {"key", *parsed};
    }
    set.resource_policy_required = access.policy_required;
    policy::Request asked{
        .principal = {.kind = kind,
                      .arn = who.arn,
                      .account = service ? std::string() : who.account.str(),
                      .id = who.id},
        .action = access.action,
        .resource = access.resource,
        .resource_account = access.owner.empty() ? who.account.str() : access.owner.str()};
    for (const auto& [key, values] : access.context)
      asked.context[key] = values;
    policy::add_principal_keys(asked);
    const auto decision = policy::evaluate(set, asked);
    if (decision.allowed()) return {};
    return fail("AccessDenied", policy::denial_message(decision, asked, who.arn), 403);
  }

 private:
  std::shared_ptr<Policies> identity_;
};

class Permissions : public KmsTest {
 protected:
  Permissions() : Permissions(std::make_shared<Weigher::Policies>()) {}
  explicit Permissions(std::shared_ptr<Weigher::Policies> given)
      : KmsTest([given](core::Registry& registry) {
          registry.set_authorizer(std::make_unique<Weigher>(given));
          register_kms(registry);
        }),
        identity(std::move(given)) {}

  Result<Document> as(std::string_view who, std::string_view operation, Object params,
                      std::string via = {}) {
    auto request = cloud.request("kms", operation, std::move(params));
    const bool named = who.find('/') != std::string_view::npos;
    request.credential = {
        .kind = Credential::Kind::Key,
        .access_key_id = named ? std::string(who) : kAccount + "/" + std::string(who),
        .service = std::move(via)};
    return cloud.call(std::move(request));
  }
  std::string code_as(std::string_view who, std::string_view operation, Object params,
                      std::string via = {}) {
    const auto reply = as(who, operation, std::move(params), std::move(via));
    return reply ? "allowed" : reply.error().code;
  }
  std::string encrypting_as(std::string_view who, std::string_view key, Object context = {},
                            std::string via = {}) {
    return code_as(who, "Encrypt",
                   {{"KeyId", key}, {"Plaintext", base64("x")}, {"EncryptionContext", context}},
                   std::move(via));
  }
  void allow(std::string_view who, std::string_view action, std::string_view resource = "*") {
    (*identity)[user_arn(who)] = to_json(
        Object{{"Version", "2012-10-17"},
               {"Statement",
                Array{Object{{"Effect", "Allow"}, {"Action", action}, {"Resource", resource}}}}});
  }
  /// A key whose policy is the root's statement and these.
  std::string key_with(Array statements) {
    statements.push_back(Object{{"Effect", "Allow"},
                                {"Principal", Object{{"AWS", kRoot}}},
                                {"Action", "kms:*"},
                                {"Resource", "*"}});
    return make_key({{"Policy", to_json(Object{{"Version", "2012-10-17"},
                                               {"Statement", std::move(statements)}})}});
  }
  static Object statement(std::string_view effect, std::string_view who, Document action,
                          Object condition = {}) {
    return {{"Effect", effect},
            {"Principal", Object{{"AWS", who}}},
            {"Action", std::move(action)},
            {"Resource", "*"},
            {"Condition", std::move(condition)}};
  }
  std::shared_ptr<Weigher::Policies> identity;
};

TEST_F(Permissions, OfTheDefaultPolicyComeFromIam) {
  const auto key = make_key();
  EXPECT_EQ(encrypting_as("ann", key), "AccessDenied");
  allow("ann", "kms:Encrypt", arn_of(key));
  EXPECT_EQ(encrypting_as("ann", key), "allowed");
  EXPECT_EQ(code_as("ann", "DescribeKey", {{"KeyId", key}}), "AccessDenied");
  const auto refused = as("ann", "DescribeKey", {{"KeyId", key}});
  EXPECT_EQ(refused.error().message, "User: " + user_arn("ann") +
                                         " is not authorized to perform: kms:DescribeKey on "
                                         "resource: " +
                                         arn_of(key) +
                                         " because no identity-based policy allows the "
                                         "kms:DescribeKey action");
}

TEST_F(Permissions, WeighWhatACallLeavesOut) {
  const auto key =
      key_with({statement("Allow", user_arn("ann"), "kms:PutKeyPolicy",
                          {{"Bool", Object{{"kms:BypassPolicyLockoutSafetyCheck", "false"}}}})});
  const auto asked = [&](Object more) {
    more["KeyId"] = key;
    more["PolicyName"] = "default";
    more["Policy"] = text(must("GetKeyPolicy", {{"KeyId", key}}), "Policy");
    return code_as("ann", "PutKeyPolicy", std::move(more));
  };
  EXPECT_EQ(asked({{"BypassPolicyLockoutSafetyCheck", true}}), "AccessDenied");
  EXPECT_EQ(asked({}), "allowed");
}

TEST_F(Permissions, OfIamAloneDoNotSuffice) {
  const auto only_bob =
      to_json(Object{{"Version", "2012-10-17"},
                     {"Statement", Array{statement("Allow", user_arn("bob"), "kms:*")}}});
  const auto key = make_key({{"Policy", only_bob}, {"BypassPolicyLockoutSafetyCheck", true}});
  allow("ann", "kms:*");
  EXPECT_EQ(encrypting_as("ann", key), "AccessDenied");
  EXPECT_EQ(encrypting_as("bob", key), "allowed");
  EXPECT_EQ(code("DescribeKey", {{"KeyId", key}}), "AccessDenied");  // not even the root
}

TEST_F(Permissions, AreNotLockedOut) {
  const auto only_bob =
      to_json(Object{{"Version", "2012-10-17"},
                     {"Statement", Array{statement("Allow", user_arn("bob"), "kms:*")}}});
  EXPECT_EQ(refusal("CreateKey", {{"Policy", only_bob}}),
            "MalformedPolicyDocumentException: The new key policy will not allow you to update the "
            "key policy in the future.");
  const auto key = make_key();
  EXPECT_EQ(code("PutKeyPolicy", {{"KeyId", key}, {"Policy", only_bob}}),
            "MalformedPolicyDocumentException");
  must("PutKeyPolicy",
       {{"KeyId", key}, {"Policy", only_bob}, {"BypassPolicyLockoutSafetyCheck", true}});
}

TEST_F(Permissions, KnowTheEncryptionContextAndTheServiceBetween) {
  const auto key = key_with(
      {statement("Allow", user_arn("ann"), "kms:Encrypt",
                 {{"StringEquals", Object{{"kms:EncryptionContext:tenant", "a"}}}}),
       statement("Allow", user_arn("bob"), "kms:Encrypt",
                 {{"StringEquals", Object{{"kms:ViaService", "s3.us-east-1.amazonaws.com"},
                                          {"kms:CallerAccount", kAccount}}}}),
       statement("Deny", "*", "kms:*",
                 {{"ForAnyValue:StringEquals", Object{{"kms:EncryptionContextKeys", "bad"}}}})});
  EXPECT_EQ(encrypting_as("ann", key, {{"tenant", "a"}}), "allowed");
  EXPECT_EQ(encrypting_as("ann", key, {{"tenant", "b"}}), "AccessDenied");
  EXPECT_EQ(encrypting_as("ann", key, {{"tenant", "a"}, {"bad", "1"}}), "AccessDenied");
  EXPECT_EQ(encrypting_as("bob", key), "AccessDenied");
  EXPECT_EQ(encrypting_as("bob", key, {}, "s3.amazonaws.com"), "allowed");
  EXPECT_EQ(encrypting_as("bob", key, {}, "sns.amazonaws.com"), "AccessDenied");
}

TEST_F(Permissions, OfManagedKeysAreForTheirServiceAlone) {
  Object asked{{"KeyId", "alias/aws/s3"}, {"KeySpec", "AES_256"}};
  const auto made = as("ann", "GenerateDataKey", asked, "s3.amazonaws.com");
  ASSERT_TRUE(made) << words(made);
  EXPECT_EQ(code_as("ann", "GenerateDataKey", asked), "AccessDenied");
  EXPECT_EQ(code_as("ann", "GenerateDataKey", asked, "sqs.amazonaws.com"), "AccessDenied");
  EXPECT_EQ(code("ScheduleKeyDeletion", {{"KeyId", text(*made, "KeyId")}}), "AccessDenied");
  must("DescribeKey", {{"KeyId", text(*made, "KeyId")}});
  auto request =
      cloud.request("kms", "Decrypt", Object{{"CiphertextBlob", text(*made, "CiphertextBlob")}});
  request.credential = {.kind = Credential::Kind::Service,
                        .account = AccountId(kAccount),
                        .service = "s3.amazonaws.com"};
  EXPECT_TRUE(cloud.call(request));
  request.credential.service = "sns.amazonaws.com";
  EXPECT_FALSE(cloud.call(request));
}

TEST_F(Permissions, ReachOtherAccountsOnlyWhereTheOperationDoes) {
  const std::string stranger = "999988887777/eve";
  const auto key = key_with({statement("Allow", user_arn("eve", "999988887777"), "kms:*")});
  (*identity)[user_arn("eve", "999988887777")] =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]})";
  EXPECT_EQ(encrypting_as(stranger, arn_of(key)), "allowed");
  EXPECT_EQ(code_as(stranger, "DisableKey", {{"KeyId", arn_of(key)}}), "AccessDenied");
  const auto ciphertext = encrypt(key, "for eve");
  EXPECT_EQ(code_as(stranger, "Decrypt", {{"CiphertextBlob", ciphertext}}), "allowed");
  EXPECT_EQ(code_as(stranger, "DescribeKey", {{"KeyId", key}}), "NotFoundException");
}

TEST_F(Permissions, ForAliasesAreOnAliasAndKey) {
  const auto key = make_key();
  const auto create = [&](std::string_view name) {
    return code_as("ann", "CreateAlias", {{"AliasName", name}, {"TargetKeyId", key}});
  };
  allow("ann", "kms:CreateAlias", arn_of(key));
  EXPECT_EQ(create("alias/a"), "AccessDenied");
  allow("ann", "kms:CreateAlias");
  EXPECT_EQ(create("alias/a"), "allowed");
  allow("ann", "kms:DeleteAlias", "arn:aws:kms:us-east-1:123456789012:alias/*");
  EXPECT_EQ(code_as("ann", "DeleteAlias", {{"AliasName", "alias/a"}}), "AccessDenied");
}

TEST_F(Permissions, ToReEncryptAreTwo) {
  const auto one = make_key(), two = make_key();
  const Object asked{{"CiphertextBlob", encrypt(one, "x")}, {"DestinationKeyId", two}};
  allow("ann", "kms:ReEncryptFrom");
  EXPECT_EQ(code_as("ann", "ReEncrypt", asked), "AccessDenied");
  allow("ann", "kms:ReEncrypt*");
  EXPECT_EQ(code_as("ann", "ReEncrypt", asked), "allowed");
}

class Grants : public Permissions {
 protected:
  Document grant(std::string_view key, std::string_view who, Array operations,
                 Object constraints = {}) {
    Object params{{"KeyId", key},
                  {"GranteePrincipal", user_arn(who)},
                  {"RetiringPrincipal", user_arn("rita")},
                  {"Operations", std::move(operations)}};
    if (!constraints.empty()) params["Constraints"] = std::move(constraints);
    return must("CreateGrant", std::move(params));
  }
};

TEST_F(Grants, AllowUntilTheyAreRevoked) {
  const auto key = make_key();
  const auto made = grant(key, "ann", {"Encrypt", "DescribeKey"});
  EXPECT_EQ(encrypting_as("ann", key), "allowed");
  EXPECT_EQ(code_as("ann", "DescribeKey", {{"KeyId", key}}), "allowed");
  EXPECT_EQ(encrypting_as("bob", key), "AccessDenied");
  const auto listed = must("ListGrants", {{"KeyId", key}});
  const auto& first = array_of(listed, "Grants").at(0);
  EXPECT_EQ(text(first, "GrantId"), text(made, "GrantId"));
  EXPECT_EQ(text(first, "KeyId"), arn_of(key));
  EXPECT_EQ(text(first, "IssuingAccount"), kRoot);
  must("RevokeGrant", {{"KeyId", key}, {"GrantId", text(made, "GrantId")}});
  EXPECT_EQ(encrypting_as("ann", key), "AccessDenied");
  EXPECT_EQ(code("RevokeGrant", {{"KeyId", key}, {"GrantId", text(made, "GrantId")}}),
            "NotFoundException");
}

TEST_F(Grants, AreBoundToAnEncryptionContext) {
  const auto key = make_key();
  grant(key, "ann", {"Encrypt", "DescribeKey"},
        {{"EncryptionContextSubset", Object{{"tenant", "$a"}}}});
  EXPECT_EQ(encrypting_as("ann", key, {{"tenant", "$a"}, {"more", "1"}}), "allowed");
  EXPECT_EQ(encrypting_as("ann", key, {{"tenant", "b"}}), "AccessDenied");
  EXPECT_EQ(encrypting_as("ann", key), "AccessDenied");
  EXPECT_EQ(code_as("ann", "DescribeKey", {{"KeyId", key}}), "allowed");
  grant(key, "bob", {"Encrypt"}, {{"EncryptionContextEquals", Object{{"tenant", "b"}}}});
  EXPECT_EQ(encrypting_as("bob", key, {{"tenant", "b"}}), "allowed");
  EXPECT_EQ(encrypting_as("bob", key, {{"tenant", "b"}, {"more", "1"}}), "AccessDenied");
}

TEST_F(Grants, GoWithTheKindOfTheKey) {
  const auto key = make_key();
  const auto tried = [&](Array operations) {
    return code("CreateGrant", {{"KeyId", key},
                                {"GranteePrincipal", user_arn("ann")},
                                {"Operations", std::move(operations)}});
  };
  EXPECT_EQ(tried({"Decrypt", "Sign"}), "ValidationException");
  EXPECT_EQ(tried({"GenerateMac"}), "ValidationException");
  EXPECT_EQ(tried({"GetPublicKey"}), "ValidationException");
  EXPECT_EQ(tried({"CreateGrant"}), "ValidationException");
  grant(key, "ann", {"CreateGrant", "Decrypt", "GenerateDataKeyPair"});
}

TEST_F(Grants, DoNotOutweighADenial) {
  const auto key = key_with({statement("Deny", user_arn("ann"), "kms:Encrypt")});
  grant(key, "ann", {"Encrypt"});
  EXPECT_EQ(encrypting_as("ann", key), "AccessDenied");
}

TEST_F(Grants, OfGrantsGiveNothingMore) {
  const auto key = make_key();
  grant(key, "ann", {"Encrypt", "CreateGrant"});
  const auto hand_on = [&](Array operations) {
    return code_as("ann", "CreateGrant",
                   {{"KeyId", key},
                    {"GranteePrincipal", user_arn("bob")},
                    {"Operations", std::move(operations)}});
  };
  EXPECT_EQ(hand_on({"Encrypt", "Decrypt"}), "AccessDenied");
  EXPECT_EQ(hand_on({"Encrypt"}), "allowed");
  EXPECT_EQ(encrypting_as("bob", key), "allowed");
}

TEST_F(Grants, AreRetiredByWhomTheyName) {
  const auto key = make_key();
  const auto one = grant(key, "ann", {"Encrypt"});
  EXPECT_EQ(code_as("ann", "RetireGrant", {{"GrantToken", text(one, "GrantToken")}}),
            "AccessDenied");
  EXPECT_EQ(code_as("rita", "RetireGrant", {{"GrantToken", text(one, "GrantToken")}}), "allowed");
  EXPECT_EQ(code("RetireGrant", {{"GrantToken", text(one, "GrantToken")}}), "NotFoundException");
  const auto two = grant(key, "ann", {"Encrypt", "RetireGrant"});
  EXPECT_EQ(
      code_as("ann", "RetireGrant", {{"KeyId", arn_of(key)}, {"GrantId", text(two, "GrantId")}}),
      "allowed");
  EXPECT_EQ(code("RetireGrant", {}), "ValidationException");
  EXPECT_EQ(code("RetireGrant", {{"GrantToken", base64("forged")}}), "InvalidGrantTokenException");
}

TEST_F(Grants, AreListedByRetirerAndGrantee) {
  const auto key = make_key(), other = make_key();
  grant(key, "ann", {"Encrypt"});
  grant(key, "bob", {"Encrypt"});
  grant(other, "ann", {"Encrypt"});
  const auto count = [&](std::string_view operation, Object params) {
    const auto page = must(operation, std::move(params));
    return array_of(page, "Grants").size();
  };
  EXPECT_EQ(count("ListRetirableGrants", {{"RetiringPrincipal", user_arn("rita")}}), 3u);
  EXPECT_EQ(count("ListGrants", {{"KeyId", key}}), 2u);
  EXPECT_EQ(count("ListGrants", {{"KeyId", key}, {"GranteePrincipal", user_arn("ann")}}), 1u);
  EXPECT_EQ(count("ListGrants", {{"KeyId", key}, {"Limit", 1}}), 1u);
  must("ScheduleKeyDeletion", {{"KeyId", key}, {"PendingWindowInDays", 7}});
  cloud.advance(std::chrono::days(8));
  EXPECT_EQ(count("ListRetirableGrants", {{"RetiringPrincipal", user_arn("rita")}}), 1u);
}

TEST_F(Grants, WithANameAreMadeOnce) {
  const auto key = make_key();
  const Object asked{{"KeyId", key},
                     {"GranteePrincipal", user_arn("ann")},
                     {"Operations", Array{"Encrypt"}},
                     {"Name", "mine"}};
  const auto one = must("CreateGrant", asked), two = must("CreateGrant", asked);
  EXPECT_EQ(text(one, "GrantId"), text(two, "GrantId"));
  EXPECT_NE(text(one, "GrantToken"), text(two, "GrantToken"));
  must("Encrypt", {{"KeyId", key},
                   {"Plaintext", base64("x")},
                   {"GrantTokens", Array{text(one, "GrantToken")}}});
}

TEST_F(Grants, OfWrongParametersAreRefused) {
  const auto key = make_key();
  const auto refused = [&](std::string_view who, Array operations, std::string_view name) {
    return code("CreateGrant", {{"KeyId", key},
                                {"GranteePrincipal", who},
                                {"Operations", std::move(operations)},
                                {"Name", name}});
  };
  EXPECT_EQ(refused("ann", {"Encrypt"}, ""), "InvalidArnException");
  EXPECT_EQ(refused(user_arn("ann"), {"Cook"}, ""), "ValidationException");
  EXPECT_EQ(refused(user_arn("ann"), {}, ""), "ValidationException");
  EXPECT_EQ(refused(user_arn("ann"), {"Encrypt"}, "a b"), "ValidationException");
  must("DisableKey", {{"KeyId", key}});
  EXPECT_EQ(refused(user_arn("ann"), {"Encrypt"}, ""), "DisabledException");
}

}  // namespace
}  // namespace tocsin::kms
