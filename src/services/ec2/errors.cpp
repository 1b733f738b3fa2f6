// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/errors.hpp"

#include <fmt/format.h>

#include "base/spelling.hpp"

namespace tocsin::ec2 {

Failure missing_parameter(std::string_view param) {
  return fail("MissingParameter",
              fmt::format("The request must contain the parameter {}", lower_first(param)));
}

Failure invalid_value(std::string message) {
  return fail("InvalidParameterValue", std::move(message));
}

Failure invalid_value(std::string_view value, std::string_view param, std::string_view why) {
  return invalid_value(fmt::format("Value ({}) for parameter {} is invalid.{}{}", value,
                                   lower_first(param), why.empty() ? "" : " ", why));
}

Failure invalid_combination(std::string message) {
  return fail("InvalidParameterCombination", std::move(message));
}

Failure dependency_violation(std::string message) {
  return fail("DependencyViolation", std::move(message));
}

Failure has_dependencies(std::string_view what, std::string_view id) {
  return dependency_violation(
      fmt::format("The {} '{}' has dependencies and cannot be deleted.", what, id));
}

Failure no_association(std::string_view id) {
  return fail("InvalidAssociationID.NotFound",
              fmt::format("The association ID '{}' does not exist", id));
}

Failure dry_run() {
  return fail("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}

Result<void> check_one_attribute(std::size_t given) {
  if (given == 0) return fail("MissingParameter", "You must specify an attribute to modify");
  if (given > 1) {
    return invalid_combination(
        "Fields for multiple attribute types specified; only one attribute can be modified per "
        "request");
  }
  return {};
}

Object unsuccessful(const std::string& resource, const Error& error) {
  return {{"ResourceId", resource},
          {"Error", Object{{"Code", error.code}, {"Message", error.message}}}};
}

}  // namespace tocsin::ec2
