// SPDX-License-Identifier: Apache-2.0
#include "services/states/definitions_testing.hpp"

namespace tocsin::states::testing {
namespace {

class Validation : public Definitions {};

TEST_F(Validation, SaysWhatIsWrongAndWhatIsDoubtful) {
  EXPECT_EQ(to_json(done("ValidateStateMachineDefinition", {{"definition", kDefinition}})),
            R"({"result":"OK","diagnostics":[],"truncated":false})");
  EXPECT_EQ(to_json(done("ValidateStateMachineDefinition", {{"definition", "{}"}})),
            R"({"result":"FAIL","diagnostics":[{"severity":"ERROR",)"
            R"("code":"SCHEMA_VALIDATION_FAILED","message":"These fields are required: [States, )"
            R"(StartAt]","location":"/"}],"truncated":false})");
  const auto doubtful =
      R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":"$.a","End":true}}})";
  const auto warned =
      done("ValidateStateMachineDefinition", {{"definition", doubtful}, {"severity", "WARNING"}});
  EXPECT_EQ(text(warned, "result"), "OK");
  EXPECT_EQ(text(array_of(warned, "diagnostics").at(0), "code"), "PASS_RESULT_IS_STATIC");
}

TEST_F(Validation, ByTheTypeOfTheMachine) {
  const auto waiting = R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,)"
                       R"("Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",)"
                       R"("Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"}}}})";
  EXPECT_EQ(text(done("ValidateStateMachineDefinition", {{"definition", waiting}}), "result"),
            "OK");
  const auto express =
      done("ValidateStateMachineDefinition", {{"definition", waiting}, {"type", "EXPRESS"}});
  EXPECT_EQ(text(array_of(express, "diagnostics").at(0), "message"),
            "Express state machine does not support '.waitForTaskToken' service integration ");
  EXPECT_EQ(refusal("ValidateStateMachineDefinition", {{"definition", waiting}, {"type", "QUICK"}}),
            "ValidationException: 1 validation error detected: Value 'QUICK' at 'type' failed to "
            "satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]");
}

}  // namespace
}  // namespace tocsin::states::testing
