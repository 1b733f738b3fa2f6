// SPDX-License-Identifier: Apache-2.0
// Managed rules among the others: parameters, calls, periods.
#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::HasSubstr;

class ManagedRulesTest : public RulesTest {};

TEST_F(ManagedRulesTest, RequiredTagsLooksAtEveryType) {
  put(managed_rule_of("REQUIRED_TAGS", {{"InputParameters", R"({"tag1Key":"team"})"}}));
  queue("q1", {}, {{"team", "blue"}});
  queue("q2");
  EXPECT_EQ(found_by_rule("managed"), (Found{{"q1", "COMPLIANT"}, {"q2", "NON_COMPLIANT"}}));
}

TEST_F(ManagedRulesTest, ParametersAreChecked) {
  EXPECT_THAT(put_refused(managed_rule_of("REQUIRED_TAGS",
                                          {{"InputParameters", R"({"tag1Key":"a","x":"y"})"}})),
              HasSubstr("InvalidParameterValueException"));
}

TEST_F(ManagedRulesTest, APeriodicRuleOnTheAccountAsksIam) {
  put(managed_rule_of("IAM_PASSWORD_POLICY", {{"MaximumExecutionFrequency", "One_Hour"}}));
  EXPECT_EQ(found_by_rule("managed"), (Found{{"123456789012", "NON_COMPLIANT"}}));
  world.password_policy = Object{{"MinimumPasswordLength", 14},
                                 {"RequireSymbols", true},
                                 {"RequireNumbers", true},
                                 {"RequireUppercaseCharacters", true},
                                 {"RequireLowercaseCharacters", true},
                                 {"AllowUsersToChangePassword", true},
                                 {"ExpirePasswords", true},
                                 {"MaxPasswordAge", 90},
                                 {"PasswordReusePrevention", 24}};
  cloud.advance(std::chrono::minutes(59));
  EXPECT_EQ(compliance("managed"), "NON_COMPLIANT");
  cloud.advance(std::chrono::minutes(1));
  EXPECT_EQ(compliance("managed"), "COMPLIANT");
}

}  // namespace
}  // namespace tocsin::config
