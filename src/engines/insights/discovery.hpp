// SPDX-License-Identifier: Apache-2.0
// Fields that a message has by itself.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
#pragma once

#include <simdjson.h>

#include "engines/insights/plan.hpp"

namespace tocsin::insights {

/// Reads what the plan wants into a record's slots. Its texts stay until the next event.
class Discovery {
 public:
  void fill(Record& record);

 private:
  void walk(simdjson::ondemand::object object, const Wanted& wanted);
  void walk(simdjson::ondemand::array array, const Wanted& wanted);
  void take(simdjson::ondemand::value value, const Wanted& wanted);

  simdjson::ondemand::parser parser_;
  Record* record_ = nullptr;
  int missing_ = 0;  // slots that have not been filled
};

/// Where the JSON object of a message begins: Lambda's messages may have one behind other text.
std::size_t json_begin(const Event& event);

/// The fields of messages that are no JSON: Lambda's own lines, VPC flow logs. Numbers as they are
/// written, but sizes in bytes.
using Visit = std::function<void(std::string_view name, std::string_view value)>;
void lambda_fields(const Event& event, const Visit& visit);
void flow_fields(std::string_view message, const Visit& visit);
bool is_lambda(const Event& event);

}  // namespace tocsin::insights
