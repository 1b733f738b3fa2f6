// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arn.hpp"
#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin::core {

/// Something that happened, in EventBridge's terms. Whoever registered with Registry::on_event sees
/// it in the same input; the events service matches it against the rules of its bus.
/// https://docs.aws.amazon.com/eventbridge/latest/userguide/aws-events.html
struct Event {
  std::string id;           // UUID; filled by Context::emit where empty
  std::string source;       // "aws.cloudtrail"
  std::string detail_type;  // "AWS API Call via CloudTrail"
  Scope scope;              // account and region that the event says
  Time time{};              // filled by Context::emit where zero; an ingested event keeps its own
  std::vector<std::string> resources;
  Object detail;
  std::string bus = "default";  // name of the bus, in `bus_scope`
  std::optional<Scope> bus_scope =
      {};             // of an ingested event, which says another account or region than its bus has
  std::string cause;  // trace node; filled by Context::emit
};

/// Where the event's bus is.
inline const Scope& home(const Event& event) {
  return event.bus_scope ? *event.bus_scope : event.scope;
}

/// A CloudTrail record's eventSource ("ec2.amazonaws.com") as the `source` of its event
/// ("aws.ec2").
std::string source_of_record(std::string_view event_source);
/// A record's eventType as the `detail-type` of its event.
/// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
std::string_view detail_type_of_record(std::string_view event_type);
/// Whether EventBridge takes a management event of that eventName for read-only, which reaches only
/// rules that ask for all. It goes by the name, but for two of STS: an AssumeRole, which CloudTrail
/// calls read-only, reaches every rule.
/// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
bool is_management_read(std::string_view event_name);

/// {"version":"0","id":…,"detail-type":…,"source":…,"account":…,"time":…,"region":…,"resources":…,"detail":…}
Object envelope(const Event& event);

}  // namespace tocsin::core
