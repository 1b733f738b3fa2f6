// SPDX-License-Identifier: Apache-2.0
// For tests of what stands around executions: machines that hardly do anything.
#pragma once

#include <gtest/gtest.h>

#include "services/states/testing.hpp"

namespace tocsin::states::testing {

inline constexpr std::string_view kDefinition =
    R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";
inline const std::string kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:";

class Definitions : public States {
 protected:
  /// What CreateStateMachine takes.
  static Object machine(std::string_view name) {
    return {{"name", name}, {"roleArn", kRole}, {"definition", kDefinition}};
  }
  /// A definition that is another by its comment.
  static std::string commented(std::string_view comment) {
    return R"({"Comment":")" + std::string(comment) + R"(",)" + std::string(kDefinition.substr(1));
  }
};

}  // namespace tocsin::states::testing
