// SPDX-License-Identifier: Apache-2.0
// How records write the calls of EC2, which is not as its API names them. Operations of its first
// years: lists as {"items": […]} under the names of its old XML ("instancesSet", "groupSet").
// Younger ones: {"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}}, as what
// turns XML into JSON makes it.
#pragma once

#include <string>
#include <string_view>

#include "base/document.hpp"

namespace tocsin::cloudtrail {

inline constexpr std::string_view kRemoved = "<sensitiveDataRemoved>";

Document ec2_request_parameters(std::string_view operation, const Document& params);
/// `reply` without what is sensitive.
Document ec2_response_elements(std::string_view operation, const Document& reply,
                               const std::string& request_id);

}  // namespace tocsin::cloudtrail
