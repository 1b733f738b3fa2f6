// SPDX-License-Identifier: Apache-2.0
#include "sim/delivery_service.hpp"

#include "core/testing.hpp"

namespace tocsin::sim {
namespace {

using core::Call;
using core::Context;
using core::Effect;
using core::Key;
using core::Outcome;

void count(Context& context, const core::Table<Count>& table, std::string_view id) {
  auto row = table.get(context, Key{id}).value_or(Count{});
  ++row.times;
  table.put(context, Key{id}, row);
}

Outcome note(Call& call) {
  count(call, kNotes, text(call.params(), "Id"));
  return Object{};
}

Outcome deliver(Call& call) {
  count(call, kNotes, text(call.params(), "Id"));
  call.start({.work = core::JobSpec{.kind = "sim.deliver", .payload = call.params()},
              .retry = {.attempts = 4, .jitter = 0.3},
              .then = {"sim.delivered", Object{{"id", text(call.params(), "Id")}}}});
  return Object{};
}

Outcome remind(Call& call) {
  count(call, kNotes, text(call.params(), "Id"));
  call.at(call.now() + std::chrono::seconds(*integer(call.params(), "Seconds")),
          {"sim.fired", Object{{"id", text(call.params(), "Id")}}});
  return Object{};
}

}  // namespace

core::Registry delivery_service() {
  core::Registry registry;
  registry.set_authorizer(core::allow_all());
  registry.add(core::Service{"sim",
                             "sim",
                             {{"Note", Effect::Write, note},
                              {"Deliver", Effect::Write, deliver},
                              {"Remind", Effect::Write, remind}}});
  registry.on_resume("sim.delivered", [](Context& context, const core::Resumption& end) {
    count(context, end.outcome ? kDelivered : kDeadLetters, text(end.context, "id"));
  });
  registry.on_resume("sim.fired", [](Context& context, const core::Resumption& end) {
    count(context, kFired, text(end.context, "id"));
  });
  return registry;
}

}  // namespace tocsin::sim
