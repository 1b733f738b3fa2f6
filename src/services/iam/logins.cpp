// SPDX-License-Identifier: Apache-2.0
// Passwords: login profiles, the account's password policy, and users who change their own.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kMostEarlier = 24;

/// As where the account has no policy of its own.
PasswordPolicy default_policy() {
  return {.minimum_length = 8};
}

std::string hash_of(Call& call, const Identity& user, std::string_view password) {
  return hex(call.secrets().derive(fmt::format("iam password {} {}", user.id, password), 32));
}

Failure violation(std::string message) {
  return fail("PasswordPolicyViolation", std::move(message));
}

struct Makeup {
  bool upper = false, lower = false, digit = false, symbol = false;
  int kinds() const { return upper + lower + digit + symbol; }
};

Makeup makeup_of(std::string_view password) {
  Makeup found;
  for (const char c : password) {
    if (c >= 'A' && c <= 'Z')
      found.upper = true;
    else if (c >= 'a' && c <= 'z')
      found.lower = true;
    else if (c >= '0' && c <= '9')
      found.digit = true;
    else
      found.symbol = true;
  }
  return found;
}

Result<void> check_password(Call& call, std::string_view password) {
  const auto own = kPasswordPolicies.get(call, Key{call.account().str()});
  const auto policy = own.value_or(default_policy());
  const auto makeup = makeup_of(password);
  if (static_cast<std::int64_t>(password.size()) < policy.minimum_length) {
    return violation(
        fmt::format("Password should have a minimum length of {}", policy.minimum_length));
  }
  if (policy.uppercase && !makeup.upper)
    return violation("Password should have at least one uppercase letter");
  if (policy.lowercase && !makeup.lower)
    return violation("Password should have at least one lowercase letter");
  if (policy.symbols && !makeup.symbol)
    return violation("Password should have at least one symbol");
  if (policy.numbers && !makeup.digit) return violation("Password should have at least one number");
  if (!own && makeup.kinds() < 3)
    return violation("Password does not conform to the account password policy.");
  return {};
}

Result<void> set_password(Call& call, const Identity& user, Login& login,
                          std::string_view password) {
  TRY(check_password(call, password));
  const auto policy = kPasswordPolicies.get(call, Key{call.account().str()});
  auto hash = hash_of(call, user, password);
  const auto barred = policy ? static_cast<std::size_t>(policy->reuse_prevention) : 0;
  if (!login.hash.empty()) login.earlier.insert(login.earlier.begin(), login.hash);
  for (std::size_t i = 0; i < std::min(barred, login.earlier.size()); ++i) {
    if (login.earlier[i] == hash)
      return violation("Password should not be the same as previous passwords");
  }
  login.earlier.resize(std::min(login.earlier.size(), kMostEarlier));
  login.hash = std::move(hash);
  login.changed = call.now();
  return {};
}

Failure no_profile(std::string_view user) {
  return no_such_entity(fmt::format("Login Profile for User {} cannot be found.", user));
}

Result<Identity> user_of(Call& call) {
  auto user = TRY(user_or_caller(call));
  if (!user) return fail("ValidationError", "Must specify userName when calling as the root user");
  return *std::move(user);
}

Result<Login> login_of(Call& call, const Identity& user) {
  auto login = kLogins.get(call, identity_key(call.account(), user.name));
  if (!login) return no_profile(user.name);
  return *std::move(login);
}

Object described(const Login& login) {
  return {{"LoginProfile", Object{{"UserName", login.user},
                                  {"CreateDate", to_seconds(login.created)},
                                  {"PasswordResetRequired", login.reset_required}}}};
}

std::string password_in(Call& call, std::string_view member) {
  const auto* given = find(call.params(), member);
  return given ? call.open(*given).value_or("") : std::string();
}

Result<std::int64_t> bounded(Call& call, std::string_view member, std::int64_t least,
                             std::int64_t most, std::int64_t fallback) {
  const auto value = integer(call.params(), member);
  if (!value) return fallback;
  if (*value >= least && *value <= most) return *value;
  auto name = std::string(member);
  name[0] += 'a' - 'A';
  return fail("ValidationError",
              fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                          "constraint: Member must have value {} than or equal to {}",
                          *value, name, *value < least ? "greater" : "less",
                          *value < least ? least : most));
}

}  // namespace

Outcome create_login_profile(Call& call) {
  const auto user = TRY(user_of(call));
  const auto key = identity_key(call.account(), user.name);
  if (kLogins.contains(call, key))
    return exists_already(fmt::format("Login Profile for user {} already exists.", user.name));
  Login login{.user = user.name,
              .created = call.now(),
              .reset_required = flag(call.params(), "PasswordResetRequired")};
  TRY(set_password(call, user, login, password_in(call, "Password")));
  kLogins.put(call, key, login);
  return described(login);
}

Outcome get_login_profile(Call& call) {
  return described(TRY(login_of(call, TRY(user_of(call)))));
}

Outcome update_login_profile(Call& call) {
  const auto user = TRY(user_of(call));
  auto login = TRY(login_of(call, user));
  if (find(call.params(), "Password"))
    TRY(set_password(call, user, login, password_in(call, "Password")));
  login.reset_required = flag(call.params(), "PasswordResetRequired", login.reset_required);
  kLogins.put(call, identity_key(call.account(), user.name), login);
  return Object{};
}

Outcome delete_login_profile(Call& call) {
  const auto user = TRY(user_of(call));
  TRY(login_of(call, user));
  kLogins.erase(call, identity_key(call.account(), user.name));
  return Object{};
}

Outcome change_password(Call& call) {
  if (call.principal().kind != core::Principal::Kind::User)
    return fail("InvalidUserType", "Only IAM Users can change their own password.");
  const auto user = find_identity(call, kUser, call.account(), call.principal().name);
  if (!user) return no_such(kUser, call.principal().name);
  auto login = TRY(login_of(call, *user));
  if (login.hash != hash_of(call, *user, password_in(call, "OldPassword")))
    return fail("AccessDenied", "The old password was incorrect.", 403);
  TRY(set_password(call, *user, login, password_in(call, "NewPassword")));
  login.reset_required = false;
  kLogins.put(call, identity_key(call.account(), user->name), login);
  return Object{};
}

/// The account's password policy may let every user change their own.
std::vector<core::Access> on_own_password(Call& call) {
  const auto policy = kPasswordPolicies.get(call, Key{call.account().str()});
  if (policy && policy->users_may_change) return {};
  return on_user_or_caller(call);
}

Outcome update_password_policy(Call& call) {
  const auto& params = call.params();
  const PasswordPolicy policy {
    .minimum_length = TRY(bounded(call, "MinimumPasswordLength", 6, 128, 6))
    , .symbols = flag(params, "RequireSymbols"), .numbers = flag(params, "RequireNumbers"),
      .uppercase = flag(params, "RequireUppercaseCharacters"),
      .lowercase = flag(params, "RequireLowercaseCharacters"),
      .users_may_change = flag(params, "AllowUsersToChangePassword"),
      .max_age_days = TRY(bounded(call, "MaxPasswordAge", 1, 1095, 0))
    , .reuse_prevention = TRY(bounded(call, "PasswordReusePrevention", 1, 24, 0))
    , .hard_expiry = flag(params, "HardExpiry")
  };
  kPasswordPolicies.put(call, Key{call.account().str()}, policy);
  return Object{};
}

namespace {
Failure no_password_policy(Call& call) {
  return no_such_entity(fmt::format("The Password Policy with domain name {} cannot be found.",
                                    call.account().str()));
}
}  // namespace

Outcome get_password_policy(Call& call) {
  const auto policy = kPasswordPolicies.get(call, Key{call.account().str()});
  if (!policy) return no_password_policy(call);
  Object out{{"MinimumPasswordLength", policy->minimum_length},
             {"RequireSymbols", policy->symbols},
             {"RequireNumbers", policy->numbers},
             {"RequireUppercaseCharacters", policy->uppercase},
             {"RequireLowercaseCharacters", policy->lowercase},
             {"AllowUsersToChangePassword", policy->users_may_change},
             {"ExpirePasswords", policy->max_age_days > 0}};
  if (policy->max_age_days > 0) out["MaxPasswordAge"] = policy->max_age_days;
  if (policy->reuse_prevention > 0) out["PasswordReusePrevention"] = policy->reuse_prevention;
  if (policy->hard_expiry) out["HardExpiry"] = true;
  return Object{{"PasswordPolicy", std::move(out)}};
}

Outcome delete_password_policy(Call& call) {
  const Key key{call.account().str()};
  if (!kPasswordPolicies.contains(call, key)) return no_password_policy(call);
  kPasswordPolicies.erase(call, key);
  return Object{};
}

}  // namespace tocsin::iam
