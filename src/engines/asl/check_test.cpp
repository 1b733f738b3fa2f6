// SPDX-License-Identifier: Apache-2.0
// Definitions that AWS refuses, in AWS's words: those recorded in ../shared/data/states, and more.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engines/asl/recorded.hpp"

namespace tocsin::asl {
namespace {

constexpr std::string_view kActivity = "arn:aws:states:us-east-1:111111111111:activity:a";

/// {code, message} of what was recorded; empty where the SDK or the API refused it, not AWS's
/// reading of the definition.
std::pair<std::string, std::string> refusal_of(const Document& recorded) {
  const auto& error = *find(recorded, "expected_error");
  auto code = string_of(object_of(error, "Error"), "Code");
  auto message = string_of(error, "message");
  if (code.empty()) {
    code = text(error, "exception_typename");
    message = text(error, "exception_value");
    if (const auto at = message.find("operation: "); at != std::string::npos)
      message = message.substr(at + 11);
  }
  if (code != "InvalidDefinition") return {};
  return {code, message};
}

std::string definition_of(const Document& recorded) {
  auto text = string_of(recorded, "definition_text");
  if (const auto at = text.find("MOCK:x"); at != std::string::npos) text.replace(at, 6, kActivity);
  return text;
}

MachineType type_of(std::string_view name) {
  return name.starts_with("test_illegal") ? MachineType::Express : MachineType::Standard;
}

void expect_refused(const Document& recorded) {
  const auto name = recorded::name_of(recorded);
  const auto [code, message] = refusal_of(recorded);
  const auto machine = compile(definition_of(recorded), type_of(name));
  if (code.empty()) {
    EXPECT_TRUE(machine) << name << ": only its other parameters are wrong";
    return;
  }
  ASSERT_FALSE(machine) << name;
  EXPECT_EQ(machine.error().code, code) << name;
  // Where AWS's own words were not recorded, another tool's stand.
  if (message.starts_with("Error=")) {
    EXPECT_NE(machine.error().message.find(" at /States/MapState/Label'"), std::string::npos)
        << name << machine.error().message;
  } else {
    EXPECT_TRUE(recorded::same(Document(message), Document(machine.error().message)))
        << name << "\n  " << message << "\n  " << machine.error().message;
  }
}

TEST(Refused, AsRecorded) {
  const auto cases = recorded::cases("invalid.jsonl");
  EXPECT_EQ(cases.size(), 51u);
  for (const auto& recorded : cases)
    expect_refused(recorded);
}

/// "SEVERITY CODE: message at location" of each.
std::string diagnostics(std::string_view definition, MachineType type = MachineType::Standard) {
  std::string out;
  for (const auto& each : check(definition, type).diagnostics) {
    out += fmt::format("{}{}: {} at {}", out.empty() ? "" : "\n", each.code, each.message,
                       each.location.empty() ? "null" : each.location);
  }
  return out;
}

std::string in_state(std::string_view fields) {
  return fmt::format(R"({{"StartAt":"X","States":{{"X":{{{}}}}}}})", fields);
}

/// As measured on AWS with ValidateStateMachineDefinition.
TEST(Refused, WhatIsNoDefinition) {
  EXPECT_EQ(diagnostics(" "),
            "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null");
  EXPECT_EQ(diagnostics("[]"),
            "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null");
  EXPECT_EQ(diagnostics("{}"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /");
  EXPECT_EQ(diagnostics(R"({"States":{"X":{"Type":"Pass","End":true}}})").substr(0, 70),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /\nMI");
  const auto compiled = check("not a definition");
  ASSERT_EQ(compiled.diagnostics.size(), 1u);
  const auto& only = compiled.diagnostics[0];
  EXPECT_EQ(only.code, "INVALID_JSON_DESCRIPTION");
  EXPECT_EQ(only.location, "[Source: (String)\"not a definition\"; line: 1, column: 4]");
  EXPECT_EQ(only.message,
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' or 'false')\n at [Source: (String)\"not a definition\"; line: 1, "
            "column: 4]");
  EXPECT_TRUE(check("{\"a\": 1").diagnostics.size() == 1 && !check("{").machine);
}

TEST(Refused, Transitions) {
  EXPECT_EQ(diagnostics(R"({"StartAt":"a","States":{"a":{"Type":"Pass","Next":"c"},
                            "b":{"Type":"Pass","End":true}}})"),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: c at /States/a/Next\n"
            "MISSING_TRANSITION_TARGET: State \"b\" is not reachable. at /States/b");
  EXPECT_EQ(diagnostics(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},
                            "B":{"Type":"Pass","Next":"A"}}})"),
            "MISSING_END_STATE: Workflow has no terminal state at null");
  EXPECT_EQ(diagnostics(R"({"StartAt":"Nope","States":{"A":{"Type":"Pass","End":true}}})"),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nope at /StartAt\n"
            "MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","Next":"X","End":true)")),
            "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Next, "
            "End] at /States/X");
  EXPECT_EQ(diagnostics(R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
              {"Variable":"$.x","IsPresent":true,"Next":"Ghost"}],"Default":"Z"},
              "Z":{"Type":"Pass","End":true}}})"),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: Ghost at "
            "/States/C/Choices[0]/Next");
}

TEST(Refused, FieldsThatTheStateHasNot) {
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","TimeoutSeconds":5,"End":true)")),
            "SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/X");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","Output":1,"End":true)")),
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' "
            "is only supported for the 'JSONata' QueryLanguage at /States/X");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","QueryLanguage":"foo","InputPath":"$.a",
                                    "End":true)")),
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field "
            "'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X\n"
            "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] "
            "at /States/X/QueryLanguage");
  EXPECT_EQ(diagnostics(R"({"QueryLanguage":"JSONata","StartAt":"X","States":{"X":{"Type":"Pass",
                            "QueryLanguage":"JSONPath","Output":1,"End":true}}})"),
            "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' "
            "for whole state machine at /States/X");
}

/// A Map's language is not that of the states in it.
TEST(Refused, LanguageOfNestedStates) {
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Map","QueryLanguage":"JSONata","ItemProcessor":{
              "StartAt":"P","States":{"P":{"Type":"Pass","Output":1,"End":true}}},"End":true)")),
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' "
            "is only supported for the 'JSONata' QueryLanguage at "
            "/States/X/ItemProcessor/States/P");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Parallel","Branches":[{"QueryLanguage":"JSONata",
              "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}],"End":true)")),
            "SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at "
            "/States/X/Branches[0]");
}

TEST(Refused, NumbersAndPaths) {
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Wait","Seconds":-1,"End":true)")),
            "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/X/Seconds");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Wait","Seconds":100000000,"End":true)")),
            "SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/X/Seconds");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Wait","End":true)")),
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: "
            "[SecondsPath, Seconds, TimestampPath, Timestamp] at /States/X");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","InputPath":"a","End":true)")),
            "SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/X/InputPath");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","ResultPath":"$.a[*]","End":true)")),
            "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/X/ResultPath");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","Parameters":{"a.$":"b"},"End":true)")),
            "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a "
            "valid intrinsic function call at /States/X/Parameters/a.$");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Pass","Assign":{"states":1,"a-b":2},"End":true)")),
            "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at "
            "/States/X/Assign/states\n"
            "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains "
            "invalid characters. at /States/X/Assign/a-b");
}

TEST(Refused, RetryAndCatch) {
  const auto with = [](std::string_view fields) {
    return diagnostics(in_state(fmt::format(
        R"("Type":"Parallel","Branches":[{{"StartAt":"P","States":{{"P":{{"Type":"Succeed"}}}}}}],
           "End":true,{})",
        fields)));
  };
  EXPECT_EQ(with(R"("Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["E"]}])"),
            "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at "
            "/States/X/Retry[0]/ErrorEquals");
  EXPECT_EQ(with(R"("Retry":[{"ErrorEquals":[]}])"),
            "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/X/Retry[0]/ErrorEquals");
  EXPECT_EQ(with(R"("Retry":[{"ErrorEquals":["E"],"BackoffRate":0.5,"JitterStrategy":"SOME"}])"),
            "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/X/Retry[0]/BackoffRate\n"
            "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at "
            "/States/X/Retry[0]/JitterStrategy");
  EXPECT_EQ(with(R"("Catch":[{"ErrorEquals":["E"]}])"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/X/Catch[0]");
}

TEST(Refused, WhatATaskCannotCall) {
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Task","Resource":"f","End":true)")),
            "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/X/Resource");
  EXPECT_EQ(
      diagnostics(in_state(R"("Type":"Task","Resource":"arn:aws:states:::lambda:invoke.sync",
                              "End":true)")),
      "SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::lambda:invoke.sync is not "
      "recognized. The value is not a valid resource ARN, or the resource is not available in this "
      "region. at /States/X/Resource");
  EXPECT_EQ(diagnostics(in_state(
                R"("Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","End":true)")),
            "SCHEMA_VALIDATION_FAILED: Parameters field is required for resource ARN: "
            "arn:aws:states:::sqs:sendMessage at /States/X");
  EXPECT_EQ(diagnostics(in_state(R"("Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage",
              "Parameters":{"QueueUrl.$":"$.q"},"End":true)")),
            "SCHEMA_VALIDATION_FAILED: The field 'MessageBody' is required but was missing at "
            "/States/X/Parameters");
}

TEST(Refused, MapsThatAreNot) {
  const auto with = [](std::string_view config, std::string_view more = "") {
    return diagnostics(in_state(fmt::format(
        R"("Type":"Map","ItemProcessor":{{"ProcessorConfig":{},"StartAt":"P",
           "States":{{"P":{{"Type":"Succeed"}}}}}},"End":true{})",
        config, more)));
  };
  EXPECT_EQ(with(R"({"Mode":"DISTRIBUTED"})"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [ExecutionType] at "
            "/States/X/ItemProcessor/ProcessorConfig");
  EXPECT_EQ(with(R"({"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"})",
                 R"(,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
                     "ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"GIVEN"}})"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [CSVHeaders] at "
            "/States/X/ItemReader/ReaderConfig");
  EXPECT_EQ(with(R"({"Mode":"INLINE"})", R"(,"MaxConcurrency":-1)"),
            "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/X/MaxConcurrency");
}

TEST(Warned, OfPathsThatNothingEvaluates) {
  const auto definition = in_state(R"~("Type":"Pass","Parameters":{"a":"$.b",
      "c":"States.UUID()"},"Result":{"r":"$.x"},"End":true)~");
  EXPECT_TRUE(check(definition).machine);
  EXPECT_EQ(to_json(validation(check(definition), Diagnostic::Severity::Error, 0)),
            R"({"result":"OK","diagnostics":[],"truncated":false})");
  const auto warned = validation(check(definition), Diagnostic::Severity::Warning, 0);
  const auto& list = array_of(warned, "diagnostics");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(text(list[0], "code"), "NO_DOLLAR");
  EXPECT_EQ(text(list[0], "location"), "/States/X/Parameters/a");
  EXPECT_EQ(text(list[1], "location"), "/States/X/Parameters/c");
  EXPECT_EQ(text(list[2], "code"), "PASS_RESULT_IS_STATIC");
  EXPECT_EQ(text(list[2], "severity"), "WARNING");
  const auto cut = validation(check(definition), Diagnostic::Severity::Warning, 2);
  EXPECT_EQ(array_of(cut, "diagnostics").size(), 2u);
  EXPECT_TRUE(flag(cut, "truncated"));
}

}  // namespace
}  // namespace tocsin::asl
