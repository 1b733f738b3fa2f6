// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/arn.hpp"
#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin::core {

/// Something that happened, in EventBridge's terms. Whoever registered with Registry::on_event sees it in the same
/// input; the events service matches it against the rules of its bus.
/// https://docs.aws.amazon.com/eventbridge/latest/userguide/aws-events.html
struct Event {
  std::string id;           // UUID; filled by Context::emit where empty
  std::string source;       // "aws.cloudtrail"
  std::string detail_type;  // "AWS API Call via CloudTrail"
  Scope scope;              // account and region that the event says
  Time time{};              // filled by Context::emit where zero; an ingested event keeps its own
  std::vector<std::string> resources;
  Object detail;
  std::string bus = "default";  // name of the bus in the account of `scope`
  std::string cause;        // trace node; filled by Context::emit
};

/// {"version":"0","id":…,"detail-type":…,"source":…,"account":…,"time":…,"region":…,"resources":…,"detail":…}
Object envelope(const Event& event);

}  // namespace tocsin::core
