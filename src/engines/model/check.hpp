// SPDX-License-Identifier: Apache-2.0
// Documents against the models: requests as AWS's front ends check them before a service sees them,
// replies in tests, and where the secrets stand.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/document.hpp"
#include "engines/model/model.hpp"

namespace tocsin::model {

/// Checks the parameters of a call: kinds of values, required members, lengths and ranges. Patterns
/// and enums are left to the services, which word them in their own ways and know newer values.
/// Error: SerializationException for a value of the wrong kind, else what the service answers with
/// ("ValidationException", in Query "ValidationError", …) and AWS's words, 400:
///   1 validation error detected: Value '' at 'roleName' failed to satisfy constraint: Member must
///   have length greater than or equal to 1
/// Members that the model does not know are ignored, as AWS does.
Result<void> check(const Service& service, const Operation& operation, const Document& params);

/// The violations alone, in the order of the model ("Value null at 'roleName' failed …").
std::vector<std::string> violations(const Shape& shape, const Document& value);

/// Why `value` is not of the shape's kind, in AWS's words ("NUMBER_VALUE can not be converted to a
/// String"); none where it is. Does not look into structures, lists and maps.
std::optional<std::string> kind_mismatch(const Shape& shape, const Document& value);

/// What in a reply does not agree with the model: members that it does not know and values of the
/// wrong kind, as paths ("Nodes[0].Colour: unknown", "Size: STRING_VALUE can not …"). For tests.
std::vector<std::string> unknown_members(const Shape& shape, const Document& value);

/// Visits every value that the models mark as sensitive, outermost first: a marked structure, list
/// or map is visited as a whole and not entered.
void for_each_sensitive(const Shape& shape, Document& value,
                        const std::function<void(Document&)>& visit);

}  // namespace tocsin::model
