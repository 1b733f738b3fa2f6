// SPDX-License-Identifier: Apache-2.0
// EC2's errors that belong to no kind of resource, in AWS's words.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
#pragma once

#include <string>
#include <string_view>

#include "base/document.hpp"

namespace tocsin::ec2 {

/// "The request must contain the parameter groupName"
Failure missing_parameter(std::string_view param);
Failure invalid_value(std::string message);
/// "Value (x) for parameter cidrBlock is invalid. <why>"
Failure invalid_value(std::string_view value, std::string_view param, std::string_view why = {});
Failure invalid_combination(std::string message);
Failure dependency_violation(std::string message);
/// "The vpc 'vpc-…' has dependencies and cannot be deleted."
Failure has_dependencies(std::string_view what, std::string_view id);
/// Error InvalidAssociationID.NotFound.
Failure no_association(std::string_view id);
Failure dry_run();
/// Of an operation that modifies one attribute of those that it knows: `given` is how many the
/// request has. Errors MissingParameter, InvalidParameterCombination.
Result<void> check_one_attribute(std::size_t given);
/// An element of a reply's Unsuccessful.
Object unsuccessful(const std::string& resource, const Error& error);

}  // namespace tocsin::ec2
