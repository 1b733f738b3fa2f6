// SPDX-License-Identifier: Apache-2.0
// Every rule of content/config-rules judges its own examples; and what is asked of parameters and
// calls.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "services/config/managed_rules.hpp"

namespace tocsin::config {
namespace {

const std::string kFolder = std::string(TOCSIN_SOURCE_DIR) + "/content/config-rules/";
constexpr std::string_view kMark = "\n--- examples\n";
constexpr std::int64_t kNow = 1'795'564'800;  // 2026-11-25T00:00:00Z

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The item that an example describes in short: what it does not name is filled in.
Object item_of(const ManagedRule& rule, const Document& example) {
  Object item{{"awsAccountId", "111122223333"},
              {"awsRegion", "us-east-1"},
              {"resourceId", "evidence"},
              {"resourceName", "evidence"},
              {"tags", object_of(example, "tags")},
              {"relationships", array_of(example, "relationships")},
              {"configuration", object_of(example, "configuration")},
              {"supplementaryConfiguration", object_of(example, "supplementaryConfiguration")}};
  const bool account = rule.subject == Subject::Account;
  item["resourceType"] = account                       ? "AWS::::Account"
                         : rule.resource_types.empty() ? "AWS::S3::Bucket"
                                                       : rule.resource_types[0];
  for (const auto& [name, value] : object_of(example, "item"))
    item[name] = value;
  return item;
}

/// An example need not name what AWS requires, if there is a default that its console offers.
Object parameters_of(const ManagedRule& rule, const Document& example) {
  auto given = object_of(example, "parameters");
  for (const auto& parameter : rule.parameters) {
    if (!parameter.optional && !parameter.fallback.empty() && !given.contains(parameter.name))
      given[parameter.name] = parameter.fallback;
  }
  return given;
}

void check_example(const ManagedRule& rule, const Document& example, std::set<std::string>& seen) {
  const auto about = rule.identifier + " " + to_json(example);
  const auto parameters = typed_parameters(rule, parameters_of(rule, example));
  ASSERT_TRUE(parameters) << about << parameters.error().message;
  Document known(Object{{"parameters", *parameters}, {"calls", object_of(example, "calls")}});
  known.as_object()["item"] = item_of(rule, example);
  known.as_object()["now"] = integer(example, "now").value_or(kNow);
  for (const auto& call : rule.calls)
    EXPECT_TRUE(known.at("calls").as_object().contains(call.as)) << about << call.as;
  const auto verdict = judge(rule, known);
  seen.insert(std::string(verdict.compliance));
  EXPECT_EQ(verdict.compliance, text(example, "expect")) << about << " " << verdict.annotation;
  if (const auto* annotation = find(example, "annotation")) {
    EXPECT_EQ(verdict.annotation, annotation->as_string()) << about;
  }
  EXPECT_EQ(verdict.annotation.empty(), verdict.compliance != "NON_COMPLIANT") << about;
}

TEST(ManagedRules, JudgeTheirOwnExamples) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".rule") continue;
    ++files;
    const auto whole = read(entry.path());
    const auto file = entry.path().filename().string();
    const auto rule = read_managed_rule(whole);
    ASSERT_TRUE(rule) << file << ": " << rule.error().message;
    EXPECT_EQ(file, rule->rule.name + ".rule");
    const auto* shipped = managed_rule(rule->rule.identifier);
    ASSERT_NE(shipped, nullptr) << file << " is not in the binary: configure again";
    const auto mark = whole.find(kMark);
    ASSERT_NE(mark, std::string::npos) << file << " has no examples";
    const auto examples = parse_json(std::string_view(whole).substr(mark + kMark.size()));
    ASSERT_TRUE(examples) << file << ": " << examples.error().message;
    std::set<std::string> seen;
    for (const auto& example : examples->as_array())
      check_example(*shipped, example, seen);
    EXPECT_TRUE(seen.contains("COMPLIANT")) << file;
    EXPECT_TRUE(seen.contains("NON_COMPLIANT")) << file;
  }
  EXPECT_EQ(static_cast<std::size_t>(files), managed_rules().size());
  EXPECT_GE(files, 60);
}

TEST(ManagedRules, AreFoundByTheirIdentifiers) {
  const auto* rule = managed_rule("ENCRYPTED_VOLUMES");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->name, "encrypted-volumes");
  EXPECT_EQ(rule->resource_types, std::vector<std::string>{"AWS::EC2::Volume"});
  EXPECT_EQ(rule->trigger, Trigger::ConfigurationItemChange);
  EXPECT_EQ(rule->subject, Subject::Resource);
  EXPECT_EQ(managed_rule("CLOUD_TRAIL_ENABLED")->subject, Subject::Account);
  EXPECT_EQ(managed_rule("CLOUD_TRAIL_ENABLED")->trigger, Trigger::Periodic);
  EXPECT_EQ(managed_rule("INCOMING_SSH_DISABLED")->name, "restricted-ssh");
  EXPECT_EQ(managed_rule("encrypted_volumes"), nullptr);
  EXPECT_EQ(managed_rule("RDS_STORAGE_ENCRYPTED"), nullptr);
}

TEST(ManagedRules, ParametersHaveTheirTypesAndDefaults) {
  const auto& rule = *managed_rule("IAM_PASSWORD_POLICY");
  const auto values = typed_parameters(rule, {{"MinimumPasswordLength", "20"}}).value();
  EXPECT_EQ(values.at("MinimumPasswordLength"), 20);
  EXPECT_EQ(values.at("RequireSymbols"), true);
  EXPECT_EQ(values.at("MaxPasswordAge"), 90);
  const auto& tags = *managed_rule("REQUIRED_TAGS");
  const auto lists = typed_parameters(tags, {{"tag1Key", "team"}, {"tag1Value", "a, b"}}).value();
  EXPECT_EQ(to_json(lists.at("tag1Value")), R"(["a","b"])");
  EXPECT_TRUE(lists.at("tag2Key").is_null());
}

TEST(ManagedRules, RefuseParametersInAwssWords) {
  const auto& rule = *managed_rule("IAM_PASSWORD_POLICY");
  const auto unknown = typed_parameters(rule, {{"Nonsense", "1"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "InvalidParameterValueException");
  EXPECT_EQ(unknown.error().message,
            R"(Unknown parameters provided in the inputParameters: {"Nonsense":"1"})");
  const auto wrong = typed_parameters(rule, {{"MinimumPasswordLength", "many"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "InvalidParameterValueException");
  const auto missing = typed_parameters(*managed_rule("DESIRED_INSTANCE_TYPE"), {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "The required parameter [instanceType] is not present in the inputParameters");
  EXPECT_FALSE(typed_parameters(*managed_rule("ACCESS_KEYS_ROTATED"), {}));
}

TEST(ManagedRules, CallsAreFilledFromWhatIsKnown) {
  const RuleCall one{.params = {{"UserName", "$.item.resourceName"}, {"MaxItems", 5}},
                     .as = "keys"};
  Document known(Object{{"item", Object{{"resourceName", "ann"}}}});
  const auto requests = requests_of(one, known);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(to_json(requests[0]), R"({"UserName":"ann","MaxItems":5})");
  keep_replies(one, known,
               {parse_json(R"({"AccessKeyMetadata":[{"Id":"A"},{"Id":"B"}]})").value()});
  const RuleCall each{.params = {{"AccessKeyId", "$.each.Id"}},
                      .as = "used",
                      .for_each = "$.calls.keys.AccessKeyMetadata"};
  const auto more = requests_of(each, known);
  ASSERT_EQ(more.size(), 2U);
  EXPECT_EQ(to_json(more[1]), R"({"AccessKeyId":"B"})");
  keep_replies(each, known, {Document(1), Document(nullptr)});
  EXPECT_EQ(to_json(known.at("calls").at("used")),
            R"([{"each":{"Id":"A"},"reply":1},{"each":{"Id":"B"},"reply":null}])");
}

TEST(ManagedRules, JsonTextInItemsIsRead) {
  const auto item = parse_json(
      R"({"configuration":"{\"a\":1}","supplementaryConfiguration":{"b":"{\"c\":2}","d":"text"}})");
  EXPECT_EQ(to_json(readable_item(*item)),
            R"({"configuration":{"a":1},"supplementaryConfiguration":{"b":{"c":2},"d":"text"}})");
}

}  // namespace
}  // namespace tocsin::config
