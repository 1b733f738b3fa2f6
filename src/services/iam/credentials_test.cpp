// SPDX-License-Identifier: Apache-2.0
// Keys and their use, passwords, MFA devices, reports.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/mfa.hpp"
#include "services/iam/testing.hpp"
#include "services/iam/totp.hpp"

namespace tocsin::iam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Credentials : public IamTest {
 protected:
  /// A device of `user` that is enabled; gives its serial number.
  std::string device(std::string_view user) {
    const auto made = ok(iam("CreateVirtualMFADevice", {{"VirtualMFADeviceName", user}}));
    const auto serial = text_at(made, "VirtualMFADevice.SerialNumber");
    seed_ = *unbase64(text_at(made, "VirtualMFADevice.Base32StringSeed"));
    ok(iam("EnableMFADevice", {{"UserName", user},
                               {"SerialNumber", serial},
                               {"AuthenticationCode1", code_at(-1)},
                               {"AuthenticationCode2", code_at(0)}}));
    return serial;
  }
  std::string code_at(int steps) {
    return totp_code(unbase32(seed_), totp_step(cloud_.now()) + steps);
  }
  static std::string unbase32(std::string_view text) {
    std::string out;
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : text) {
      pending = (pending << 5) | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      if ((bits += 5) < 8) continue;
      bits -= 8;
      out += static_cast<char>(pending >> bits);
    }
    return out;
  }
  std::string seed_;
};

TEST(Totp, AgreesWithTheRfc) {
  const std::string seed = "12345678901234567890";
  EXPECT_EQ(totp_code(seed, 59 / 30), "287082");
  EXPECT_EQ(totp_code(seed, 1111111109 / 30), "081804");
  EXPECT_EQ(totp_code(seed, 20000000000 / 30), "353130");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

TEST_F(Credentials, TheLastUseOfAKeyIsTold) {
  const auto key = user("ann");
  const auto unused = ok(iam("GetAccessKeyLastUsed", {{"AccessKeyId", key}}));
  EXPECT_EQ(text_at(unused, "AccessKeyLastUsed.ServiceName"), "N/A");
  ok(as(key, "iam", "ListUsers"));
  const auto first = cloud_.now();
  const auto used = ok(iam("GetAccessKeyLastUsed", {{"AccessKeyId", key}}));
  EXPECT_EQ(text_at(used, "UserName"), "ann");
  EXPECT_EQ(text_at(used, "AccessKeyLastUsed.ServiceName"), "iam");
  EXPECT_EQ(text_at(used, "AccessKeyLastUsed.Region"), "us-east-1");
  cloud_.advance(std::chrono::minutes(2));
  ok(as(key, "iam", "ListUsers"));
  const auto at = [&] {
    const auto reply = ok(iam("GetAccessKeyLastUsed", {{"AccessKeyId", key}}));
    return find_path(reply, "AccessKeyLastUsed.LastUsedDate")->to_number<double>();
  };
  EXPECT_EQ(at(), to_seconds(first)) << "written again within minutes";
  cloud_.advance(std::chrono::minutes(10));
  ok(as(key, "sts", "GetCallerIdentity"));
  EXPECT_EQ(at(), to_seconds(cloud_.now()));
  EXPECT_EQ(code(iam("GetAccessKeyLastUsed", {{"AccessKeyId", "AKIANONE0000000000"}})),
            "NoSuchEntity");
}

TEST_F(Credentials, TheLastUseOfARoleIsTold) {
  role("r");
  const auto key = user("ann");
  const auto session = key_in(ok(as(key, "sts", "AssumeRole", assume("r"))));
  ok(as(session, "iam", "ListUsers"));
  EXPECT_EQ(text_at(ok(iam("GetRole", {{"RoleName", "r"}})), "Role.RoleLastUsed.Region"),
            "us-east-1");
}

TEST_F(Credentials, PasswordsObeyThePolicy) {
  ok(iam("CreateUser", {{"UserName", "ann"}}));
  EXPECT_EQ(error(iam("GetAccountPasswordPolicy")),
            "NoSuchEntity: The Password Policy with domain name 123456789012 cannot be found.");
  EXPECT_EQ(code(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "secret"}})),
            "PasswordPolicyViolation");
  ok(iam("UpdateAccountPasswordPolicy", {{"MinimumPasswordLength", 14},
                                         {"RequireSymbols", true},
                                         {"PasswordReusePrevention", 2},
                                         {"MaxPasswordAge", 90}}));
  EXPECT_EQ(error(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret-0001"}})),
            "PasswordPolicyViolation: Password should have a minimum length of 14");
  EXPECT_EQ(error(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret00000001"}})),
            "PasswordPolicyViolation: Password should have at least one symbol");
  ok(iam("CreateLoginProfile",
         {{"UserName", "ann"}, {"Password", "Secret-00000001"}, {"PasswordResetRequired", true}}));
  EXPECT_EQ(
      error(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret-00000002"}})),
      "EntityAlreadyExists: Login Profile for user ann already exists.");
  EXPECT_EQ(code(iam("UpdateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret-00000001"}})),
            "PasswordPolicyViolation");
  const auto shown = ok(iam("GetLoginProfile", {{"UserName", "ann"}}));
  EXPECT_TRUE(find_path(shown, "LoginProfile.PasswordResetRequired")->as_bool());
  EXPECT_TRUE(
      find_path(ok(iam("GetAccountPasswordPolicy")), "PasswordPolicy.ExpirePasswords")->as_bool());
  ok(iam("DeleteLoginProfile", {{"UserName", "ann"}}));
  EXPECT_EQ(error(iam("GetLoginProfile", {{"UserName", "ann"}})),
            "NoSuchEntity: Login Profile for User ann cannot be found.");
  ok(iam("DeleteAccountPasswordPolicy"));
  EXPECT_EQ(code(iam("DeleteAccountPasswordPolicy")), "NoSuchEntity");
  cloud_.stores().state->scan("", "", store::Direction::Forward, [&](auto, std::string_view value) {
    EXPECT_EQ(value.find("Secret-0000"), std::string_view::npos);
    return true;
  });
}

TEST_F(Credentials, AUserChangesItsOwnPasswordWhereThePolicyLetsIt) {
  const auto key = user("ann", "");
  ok(iam("CreateLoginProfile", {{"UserName", "ann"}, {"Password", "Secret-00000001"}}));
  const Object change{{"OldPassword", "Secret-00000001"}, {"NewPassword", "Secret-00000002"}};
  EXPECT_EQ(code(as(key, "iam", "ChangePassword", change)), "AccessDenied");
  ok(iam("UpdateAccountPasswordPolicy", {{"AllowUsersToChangePassword", true}}));
  ok(as(key, "iam", "ChangePassword", change));
  EXPECT_EQ(error(as(key, "iam", "ChangePassword", change)),
            "AccessDenied: The old password was incorrect.");
  EXPECT_EQ(code(iam("ChangePassword", change)), "InvalidUserType");
}

TEST_F(Credentials, ADeviceIsEnabledByTwoCodesInARow) {
  user("ann");
  const auto made = ok(iam("CreateVirtualMFADevice", {{"VirtualMFADeviceName", "phone"}}));
  EXPECT_TRUE(unbase64(text_at(made, "VirtualMFADevice.QRCodePNG"))->starts_with("\x89PNG\r\n"));
  const auto serial = text_at(made, "VirtualMFADevice.SerialNumber");
  EXPECT_EQ(serial, arn("mfa/phone"));
  seed_ = *unbase64(text_at(made, "VirtualMFADevice.Base32StringSeed"));
  EXPECT_EQ(seed_.size(), 64u);
  const auto enable = [&](const std::string& first, const std::string& second) {
    return iam("EnableMFADevice", {{"UserName", "ann"},
                                   {"SerialNumber", serial},
                                   {"AuthenticationCode1", first},
                                   {"AuthenticationCode2", second}});
  };
  EXPECT_EQ(error(enable(code_at(0), code_at(0))),
            "InvalidAuthenticationCode: Authentication code for device is not valid.");
  ok(enable(code_at(-1), code_at(0)));
  EXPECT_EQ(code(enable(code_at(-1), code_at(0))), "EntityAlreadyExists");
  EXPECT_THAT(names(ok(iam("ListMFADevices", {{"UserName", "ann"}})), "MFADevices", "SerialNumber"),
              ElementsAre(serial));
  EXPECT_EQ(array_of(ok(iam("ListVirtualMFADevices", {{"AssignmentStatus", "Unassigned"}})),
                     "VirtualMFADevices")
                .size(),
            0u);
  EXPECT_EQ(error(iam("DeleteVirtualMFADevice", {{"SerialNumber", serial}})),
            "DeleteConflict: MFA VirtualDevice in use. Must deactivate first.");
  ok(iam("DeactivateMFADevice", {{"UserName", "ann"}, {"SerialNumber", serial}}));
  ok(iam("DeleteVirtualMFADevice", {{"SerialNumber", serial}}));
}

TEST_F(Credentials, MfaOpensWhatPoliciesKeepForIt) {
  const auto key = user(
      "ann",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}}]})");
  const auto serial = device("ann");
  EXPECT_EQ(code(as(key, "iam", "ListUsers")), "AccessDenied");
  cloud_.advance(std::chrono::seconds(30));
  const auto with = [&](const std::string& code) {
    return as(key, "sts", "GetSessionToken", {{"SerialNumber", serial}, {"TokenCode", code}});
  };
  EXPECT_THAT(error(with("000000")),
              StartsWith("AccessDenied: MultiFactorAuthentication failed with invalid MFA one time "
                         "pass code."));
  const auto code_now = code_at(0);
  const auto session = key_in(ok(with(code_now)));
  EXPECT_EQ(code(with(code_now)), "AccessDenied") << "a code is taken once";
  EXPECT_TRUE(as(session, "iam", "ListUsers"));
  cloud_.advance(std::chrono::hours(2));
  EXPECT_EQ(code(as(session, "iam", "ListUsers")), "AccessDenied");
  const auto plain = key_in(ok(as(key, "sts", "GetSessionToken")));
  EXPECT_EQ(code(as(plain, "iam", "ListUsers")), "InvalidClientTokenId")
      << "IAM takes no session tokens without MFA";
  EXPECT_EQ(error(as(plain, "sts", "GetSessionToken")),
            "AccessDenied: Cannot call GetSessionToken with session credentials");
}

TEST_F(Credentials, TheReportHasAwssColumns) {
  EXPECT_EQ(code(iam("GetCredentialReport")), "ReportNotPresent");
  const auto key = user("ann");
  ok(as(key, "iam", "ListUsers"));
  device("ann");
  EXPECT_EQ(text(ok(iam("GenerateCredentialReport")), "State"), "STARTED");
  EXPECT_EQ(text(ok(iam("GenerateCredentialReport")), "State"), "COMPLETE");
  const auto reply = ok(iam("GetCredentialReport"));
  const auto report = *unbase64(text(reply, "Content"));
  EXPECT_THAT(report, StartsWith("user,arn,user_creation_time,password_enabled,"));
  EXPECT_THAT(report, HasSubstr("\n<root_account>,arn:aws:iam::123456789012:root,"));
  const auto line = report.substr(report.find("\nann,") + 1);
  EXPECT_THAT(line, StartsWith("ann,arn:aws:iam::123456789012:user/ann,"));
  EXPECT_THAT(line, HasSubstr(",false,N/A,N/A,N/A,true,true,"));
  EXPECT_THAT(line, HasSubstr(",us-east-1,iam,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A\n"));
  cloud_.advance(std::chrono::hours(5));
  EXPECT_EQ(code(iam("GetCredentialReport")), "ReportExpired");
}

TEST_F(Credentials, TheAccountIsSummedUp) {
  user("ann");
  role("r");
  device("ann");
  const auto summary = ok(iam("GetAccountSummary"));
  const auto at = [&](const char* key) {
    return find(*find(summary, "SummaryMap"), key)->to_number<int>();
  };
  EXPECT_EQ(at("Users"), 1);
  EXPECT_EQ(at("Roles"), 1);
  EXPECT_EQ(at("MFADevicesInUse"), 1);
  EXPECT_EQ(at("AccountAccessKeysPresent"), 1);
  ok(iam("CreateAccountAlias", {{"AccountAlias", "blue-team"}}));
  EXPECT_THAT(names(ok(iam("ListAccountAliases")), "AccountAliases", ""), ElementsAre("blue-team"));
  EXPECT_EQ(code(iam("CreateAccountAlias", {{"AccountAlias", "Bad"}})), "ValidationError");
  ok(iam("DeleteAccountAlias", {{"AccountAlias", "blue-team"}}));
  EXPECT_EQ(code(iam("DeleteAccountAlias", {{"AccountAlias", "blue-team"}})), "NoSuchEntity");
}

TEST_F(Credentials, AuthorizationDetailsComeInPagesAndByFilter) {
  user("ann");
  user("bob");
  role("r");
  ok(iam("CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", kAllowAll}}));
  ok(iam("AttachRolePolicy",
         {{"RoleName", "r"}, {"PolicyArn", "arn:aws:iam::aws:policy/SecurityAudit"}}));
  const auto all = ok(iam("GetAccountAuthorizationDetails"));
  EXPECT_THAT(names(all, "UserDetailList", "UserName"), ElementsAre("ann", "bob"));
  EXPECT_THAT(names(all, "RoleDetailList", "RoleName"), ElementsAre("r"));
  EXPECT_THAT(names(all, "Policies", "PolicyName"), ElementsAre("p", "SecurityAudit"));
  EXPECT_EQ(array_of(array_of(all, "UserDetailList")[0], "UserPolicyList").size(), 1u);
  const auto roles = ok(iam("GetAccountAuthorizationDetails", {{"Filter", Array{"Role"}}}));
  EXPECT_EQ(array_of(roles, "UserDetailList").size(), 0u);
  EXPECT_EQ(array_of(roles, "RoleDetailList").size(), 1u);
  std::vector<std::string> found;
  std::string marker;
  do {
    Object params{{"MaxItems", 2}};
    if (!marker.empty()) params["Marker"] = marker;
    const auto page = ok(iam("GetAccountAuthorizationDetails", params));
    for (const auto& [list, member] :
         std::map<std::string, std::string>{{"UserDetailList", "UserName"},
                                            {"RoleDetailList", "RoleName"},
                                            {"Policies", "PolicyName"}}) {
      for (const auto& name : names(page, list, member))
        found.push_back(name);
    }
    marker = string_of(page, "Marker");
  } while (!marker.empty());
  EXPECT_THAT(found, ElementsAre("ann", "bob", "p", "r", "SecurityAudit"));
}

}  // namespace
}  // namespace tocsin::iam
