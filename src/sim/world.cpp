// SPDX-License-Identifier: Apache-2.0
#include "sim/world.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "store/faulty.hpp"

namespace tocsin::sim {

using core::Input;
using core::Machine;

namespace {

constexpr auto kLongest = std::chrono::hours(30);  // less than a queue keeps its messages

}  // namespace

World::World(std::uint64_t seed, core::Registry registry)
    : random_(seed), registry_(std::move(registry)) {
  report_.seed = seed;
  recover();
  put({.kind = Input::Kind::Bootstrap, .body = Object{{"account", "123456789012"}}});
}

Report World::run(int steps) {
  set_up();
  failing_ = true;
  for (int i = 0; i < steps; ++i)
    step();
  failing_ = false;
  rest();
  check();
  report_.digest = store::digest(*stores_.state);
  if (replayed() != report_.digest) violation("the log replays to another state");
  return std::move(report_);
}

void World::step() {
  now_ += std::chrono::milliseconds(random_() % 2'000);
  const auto dice = random_() % 100;
  if (dice < 40)
    client_call();
  else if (dice < 60)
    fire_timers();
  else if (dice < 85)
    worker_result();
  else if (dice < 92)
    TOCSIN_ASSERT(stores_.state->checkpoint());
  else if (dice < 97)
    crash();
}

/// No more faults: everything that was begun must end, the longest retries (a day) included.
void World::rest() {
  crash();
  const auto until = now_ + kLongest;
  const auto next_timer = [&] { return machine_->next_timer().value_or(Time::max()); };
  while (machine_->outstanding_jobs() || next_timer() < until) {
    for (const auto& pending : machine_->outbox())
      put(core::job_result_input(pending.job.id, receive(pending.job)));
    if (next_timer() < until) now_ = std::max(now_, next_timer());
    fire_timers();
  }
}

World::Fate World::put(Input input) {
  input.version = Machine::kVersion;
  input.time = now_;
  const std::string entry = to_bytes(input);
  if (!stores_.log->append(std::span(&entry, 1))) return Fate::Refused;
  if (failing_ && chance(3))
    crash();
  else
    apply(machine_->applied() + 1, entry);
  return Fate::Logged;
}

World::Fate World::call(std::string_view service, std::string_view operation, Document params,
                        Document* reply) {
  const auto id = fmt::format("call-{}", ++calls_);
  const core::Request request{
      .id = id,
      .service = std::string(service),
      .operation = std::string(operation),
      .params = std::move(params),
      .scope = {AccountId("123456789012"), "us-east-1"},
      .credential = {.kind = core::Credential::Kind::Root, .account = AccountId("123456789012")}};
  const auto fate = put(core::call_input(request));
  const auto answered = replies_.extract(id);
  if (reply && answered && answered.mapped()) *reply = *std::move(answered.mapped());
  return fate;
}

Document World::must(std::string_view service, std::string_view operation, Document params) {
  Document reply;
  call(service, operation, std::move(params), &reply);
  if (reply.is_null()) violation(fmt::format("{}:{} failed", service, operation));
  return reply;
}

void World::apply(std::uint64_t sequence, std::string_view entry) {
  auto applied = machine_->apply(sequence, *core::input_from(entry));
  TOCSIN_ASSERT(applied);
  for (auto& job : applied->jobs)
    running_.push_back(std::move(job.job));
  for (auto& reply : applied->replies)
    replies_.insert_or_assign(reply.request_id, std::move(reply.result));
}

void World::fire_timers() {
  for (const auto& id : machine_->due_timers(now_, 3)) {
    if (put(core::timer_input(id)) == Fate::Refused) return;
    if (failing_ && chance(5)) put(core::timer_input(id));  // twice: the second has no effect
  }
}

/// The oldest or any running job ends: well, badly, twice, or its result is lost.
void World::worker_result() {
  if (running_.empty()) return;
  const auto at = running_.begin() + static_cast<std::ptrdiff_t>(random_() % running_.size());
  const auto job = *at;
  if (chance(10)) {
    if (chance(50)) (void)receive(job);
    running_.erase(at);  // lost: it comes again after the next crash
    return;
  }
  Result<Document> outcome = Document(nullptr);
  if (chance(40)) {
    outcome = fail("ServiceUnavailable", "the receiver is down", 503);
    ++report_.retried;
  } else if (chance(5)) {
    outcome = fail("NotFound", "no such receiver", 404);
  } else {
    outcome = receive(job);
  }
  if (put(core::job_result_input(job.id, outcome)) == Fate::Refused) return;
  if (chance(15)) put(core::job_result_input(job.id, receive(job)));
  std::erase_if(running_, [&](const auto& each) { return each.id == job.id; });
}

/// What was not checkpointed is gone; the log is not.
void World::crash() {
  ++report_.crashes;
  recover();
}

void World::recover() {
  machine_.reset();
  stores_ = {};
  stores_ = store::faulty(folder_.open(), [this](store::Operation operation) {
    return operation == store::Operation::Append && failing_ && chance(10);
  });
  machine_ = open_on(*stores_.state);
  TOCSIN_ASSERT(apply_log(*machine_));
  running_.clear();
  for (auto& pending : machine_->outbox())
    running_.push_back(std::move(pending.job));
}

std::unique_ptr<Machine> World::open_on(store::State& state) {
  return *Machine::open(registry_, state, *stores_.blobs, core::Secrets(std::string(32, 's')));
}

/// Applies what the log has and the machine has not.
Result<void> World::apply_log(Machine& machine) {
  return stores_.log->read(machine.applied() + 1,
                           [&](std::uint64_t sequence, std::string_view entry) -> Result<void> {
                             TRY(machine.apply(sequence, TRY(core::input_from(entry))));
                             return {};
                           });
}

std::string World::replayed() {
  const auto empty = store::in_memory();
  const auto machine = open_on(*empty.state);
  TOCSIN_ASSERT(apply_log(*machine));
  return store::digest(*empty.state);
}

}  // namespace tocsin::sim
