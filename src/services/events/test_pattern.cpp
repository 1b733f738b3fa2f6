// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/pattern.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {

Outcome test_event_pattern(Call& call) {
  const auto parsed = TRY(pattern::parse_pattern(text(call.params(), "EventPattern")));
  const auto given = text(call.params(), "Event");
  const auto event = parse_json(given);
  if (!event || !event->is_object()) return invalid("Parameter Event is not valid.");
  for (const auto* member :
       {"id", "account", "source", "time", "region", "resources", "detail-type"}) {
    if (!find(*event, member)) {
      return invalid("Parameter Event is not valid. Reason: the member " + std::string(member) +
                     " is required.");
    }
  }
  // From its text, as numbers are exact there.
  pattern::RuleSet set;
  set.add(0, parsed);
  return Object{{"Result", !TRY(set.matches_json(given)).empty()}};
}

}  // namespace tocsin::events
