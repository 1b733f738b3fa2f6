// SPDX-License-Identifier: Apache-2.0
// What parameters name, and how CloudWatch says that they are wrong.
#pragma once

#include "services/monitoring/state.hpp"

namespace tocsin::monitoring {

Failure invalid_value(std::string message);        // InvalidParameterValue
Failure invalid_combination(std::string message);  // InvalidParameterCombination
Failure validation(std::string message);           // ValidationError
Failure not_in(std::string_view value, std::string_view member, const Array& allowed);
/// Error not_in().
Result<void> check_enum(std::string_view value, std::string_view member, const Array& allowed);

/// Numbers as parts of keys, in their order. Negative ones count as 0.
std::string hex(std::int64_t value);
/// {"a":"b"} in a form that is the same for equal dimensions.
std::string text_of(const Dimensions& dimensions);
std::string metric_id(const Scope& scope, const MetricName& name);
Key metric_key(const Scope& scope, const MetricName& name);

/// [{Name, Value}]. Error: InvalidParameterValue, with `path` as what is wrong.
Result<Dimensions> dimensions_in(const Array& list, const std::string& path);
Array dimension_list(const Dimensions& dimensions);
/// {Namespace, MetricName, Dimensions}
Object metric_document(const MetricName& name);
bool is_unit(std::string_view unit);
/// 1, 5, 10, 30 or a multiple of 60 seconds.
bool is_period(std::int64_t seconds);

std::string alarm_arn(const Scope& scope, std::string_view name);
/// The name in an alarm's ARN of this account and region, or the text itself.
std::string alarm_named(const Scope& scope, std::string_view name_or_arn);

/// A token that only lists of this service understand. Error InvalidNextToken.
std::string page_token(std::string_view position);
Result<std::string> position_in(std::string_view token);

/// Values of an array of strings.
std::vector<std::string> strings_of(const Array& array);
/// A parameter that is a timestamp.
std::optional<Time> time_in(const Call& call, std::string_view member);

}  // namespace tocsin::monitoring
