// SPDX-License-Identifier: Apache-2.0
#include "sim/delivery_service.hpp"

namespace tocsin::sim {
namespace {

using core::Access;
using core::Call;
using core::Context;
using core::Effect;
using core::Key;
using core::Outcome;

class Root : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&, std::string_view) const override { return {}; }
  Result<core::Principal> identify(const store::View&, const core::Credential&, Time) const override {
    return core::Principal{.kind = core::Principal::Kind::Root, .account = AccountId("123456789012")};
  }
  Result<void> authorize(const store::View&, const core::Principal&, const core::Request&, const Access&, Time) const override {
    return {};
  }
};

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
  registry.set_authorizer(std::make_unique<Root>());
  registry.add(core::Service{"sim", "sim", {{"Note", Effect::Write, note}, {"Deliver", Effect::Write, deliver}, {"Remind", Effect::Write, remind}}});
  registry.on_resume("sim.delivered", [](Context& context, const core::Resumption& end) {
    count(context, end.outcome ? kDelivered : kDeadLetters, text(end.context, "id"));
  });
  registry.on_resume("sim.fired", [](Context& context, const core::Resumption& end) {
    count(context, kFired, text(end.context, "id"));
  });
  return registry;
}

}  // namespace tocsin::sim
