// SPDX-License-Identifier: Apache-2.0
#include "core/machine.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/registry_tables.hpp"
#include "core/trace.hpp"
#include "core/turn.hpp"

namespace tocsin::core {

Machine::Machine(const Registry& registry, store::State& state, store::Blobs& blobs,
                 Secrets secrets)
    : registry_(registry), state_(state), blobs_(blobs), secrets_(std::move(secrets)) {
  id_key_ = secrets_.derive("tocsin ids", 32);
}

Result<std::unique_ptr<Machine>> Machine::open(const Registry& registry, store::State& state,
                                               store::Blobs& blobs, Secrets secrets) {
  std::unique_ptr<Machine> machine(new Machine(registry, state, blobs, std::move(secrets)));
  TRY(machine->load());
  return machine;
}

Result<void> Machine::load() {
  const auto meta = kMeta.get(state_, Key{"machine"}).value_or(Meta{.version = kVersion});
  if (meta.version > kVersion) {
    return fail(internal_error(fmt::format(
        "the data folder is of machine version {}, this binary's is {}: use a newer tocsin",
        meta.version, kVersion)));
  }
  if (meta.version < kOldest) {
    return fail(internal_error(fmt::format(
        "the data folder is of machine version {}, which this binary (version {}) cannot carry "
        "over: start with a fresh folder, or use the tocsin that wrote it",
        meta.version, kVersion)));
  }
  applied_ = meta.applied;
  epoch_ = meta.epoch;
  version_ = meta.version;
  last_time_ = meta.time;
  kTimers.scan(state_, {}, [&](const auto& key, const auto&) {
    timers_.emplace(key[0], key[1]);
    return true;
  });
  kJobs.scan(state_, {}, [&](const auto& key, const auto&) {
    jobs_.insert(key[0]);
    return true;
  });
  return {};
}

Result<Machine::Applied> Machine::apply(std::uint64_t sequence, const Input& input) {
  TOCSIN_ASSERT(sequence == applied_ + 1);
  Turn turn{.sequence = sequence, .epoch = epoch_, .time = std::max(input.time, last_time_)};
  Transaction transaction(state_);
  Context context(*this, turn, transaction, {}, {});
  const auto version = input.kind == Input::Kind::Upgrade
                           ? static_cast<int>(integer(input.body, "to").value_or(kVersion))
                           : version_;
  dispatch(context, input);
  settle(context);
  write_nodes(context, std::move(turn.traced));
  forget_old_nodes(context);
  kMeta.put(transaction, Key{"machine"},
            {.applied = sequence, .epoch = turn.epoch, .version = version, .time = turn.time});
  TRY(state_.commit(transaction.changes()));
  index_changes(transaction.changes());
  applied_ = sequence;
  epoch_ = turn.epoch;
  version_ = version;
  last_time_ = turn.time;
  return std::move(turn.applied);
}

void Machine::dispatch(Context& context, const Input& input) {
  switch (input.kind) {
    case Input::Kind::Call: {
      auto request = request_from(input.body);
      const Waiter waiter{.request_id = request.id};
      auto outcome = perform(context, request, nullptr, waiter);
      if (!outcome.pending()) {
        context.turn_.applied.replies.push_back({request.id, std::move(outcome).result()});
      }
      return;
    }
    case Input::Kind::Timer:
      return fire_timer(context, string_of(input.body, "timer"));
    case Input::Kind::JobResult:
      return job_result(context, input.body);
    case Input::Kind::Audit:
      return record_reads(context, input.body);
    case Input::Kind::Bootstrap:
      return bootstrap(context, input.body);
    case Input::Kind::Reset:
      return reset(context, input.body);
    case Input::Kind::Upgrade:
      return;
  }
}

/// Lets services react to what the input did, until nothing new happens.
void Machine::settle(Context& context) {
  auto& turn = context.turn_;
  const auto deliver = [&] {
    for (; turn.delivered < turn.events.size(); ++turn.delivered) {
      const Event event = turn.events[turn.delivered];
      Context reaction(*this, turn, context.transaction_, event.scope, event.cause);
      for (const auto& react : registry_.tables_->on_event)
        react(reaction, event);
    }
  };
  do
    deliver();
  while (emit_changes(context));
}

void Machine::index_changes(const store::Batch& changes) {
  static const auto timers = row_key(kTimers.name(), {});
  static const auto jobs = row_key(kJobs.name(), {});
  for (auto at = changes.lower_bound(timers); at != changes.end() && at->first.starts_with(timers);
       ++at) {
    auto parts = Key::split(std::string_view(at->first).substr(timers.size()));
    std::pair<std::string, std::string> entry(std::move(parts[0]), std::move(parts[1]));
    if (at->second)
      timers_.insert(std::move(entry));
    else
      timers_.erase(entry);
  }
  for (auto at = changes.lower_bound(jobs); at != changes.end() && at->first.starts_with(jobs);
       ++at) {
    auto id = Key::split(std::string_view(at->first).substr(jobs.size()))[0];
    if (at->second)
      jobs_.insert(std::move(id));
    else
      jobs_.erase(id);
  }
}

void Machine::bootstrap(Context& context, const Document& body) {
  context.set_scope({AccountId(string_of(body, "account")), "us-east-1"});
  for (const auto& make : registry_.tables_->on_bootstrap)
    make(context);
}

void Machine::reset(Context& context, const Document& body) {
  std::vector<std::string> keys;
  state_.scan("", "", store::Direction::Forward, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  for (auto& key : keys)
    context.transaction_.erase(std::move(key));
  ++context.turn_.epoch;
  bootstrap(context, body);
}

std::optional<Time> Machine::next_timer() const {
  if (timers_.empty()) return std::nullopt;
  return from_ms(std::stoll(timers_.begin()->first, nullptr, 16));
}

bool Machine::awaits_timer() const {
  return std::ranges::any_of(
      timers_, [](const auto& timer) { return !timer.second.ends_with(kUpkeepMark); });
}

std::vector<std::string> Machine::due_timers(Time now, std::size_t limit) const {
  std::vector<std::string> due;
  const auto end = fmt::format("{:016x}", to_ms(now));
  for (const auto& [moment, id] : timers_) {
    if (moment > end || due.size() == limit) break;
    due.push_back(id);
  }
  return due;
}

std::vector<Machine::PendingJob> Machine::outbox() const {
  std::vector<PendingJob> pending;
  for (const auto& id : jobs_) {
    const auto job = kJobs.get(state_, Key{id});
    const auto task = kTasks.get(state_, Key{job->task});
    if (task) pending.push_back(make_job(job->task, job->attempt, *task));
  }
  return pending;
}

}  // namespace tocsin::core
