// SPDX-License-Identifier: Apache-2.0
// The one way that every event takes: to the rules and archives of its bus.
#pragma once

#include "engines/pattern/pattern.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {

/// An event that has come to a bus.
struct Arrival {
  BusName bus;
  Occurrence event;
  bool replayed = false;                // archives leave it alone
  std::vector<std::string> rules = {};  // ARNs of the only ones to look at; empty: all
};

/// Keeps the rules of each bus compiled, and makes them anew when the bus's generation changes.
class Router {
 public:
  /// Goes on in an input of its own where this one's budget is used up.
  void route(Context& context, const Arrival& arrival);
  /// Such an input: the continuation "events.arrived".
  void resume(Context& context, const core::Resumption& due);

 private:
  struct Compiled {
    std::string mark;
    std::vector<RuleAndTargets> rules;
    std::vector<Archive> archives;
    pattern::RuleSet set;  // rules by their index, archives behind kFirstArchive
  };

  const Compiled& compiled_for(const store::View& view, const BusName& bus,
                               const std::string& mark);
  static void match(Context& context, const Compiled& compiled, const Arrival& arrival);

  std::map<std::string, Compiled> buses_;
};

}  // namespace tocsin::events
