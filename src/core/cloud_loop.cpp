// SPDX-License-Identifier: Apache-2.0
// The machine's thread: collect a group, append it with one sync, apply each input, answer. And
// recovery, which does the same without answers.
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/cloud.hpp"

namespace tocsin::core {

Result<std::unique_ptr<Cloud>> Cloud::open(CloudOptions options, Registry registry,
                                           store::Stores stores, Secrets secrets) {
  std::unique_ptr<Cloud> cloud(
      new Cloud(std::move(options), std::move(registry), std::move(stores)));
  cloud->machine_ = TRY(Machine::open(cloud->registry_, *cloud->stores_.state,
                                      *cloud->stores_.blobs, std::move(secrets)));
  TRY(cloud->recover());
  return cloud;
}

Result<void> Cloud::recover() {
  TRY(replay());
  last_time_ms_ = to_ms(std::max(machine_->last_time(), from_ms(0)));
  if (machine_->applied() == 0) {
    last_time_ms_ = to_ms(wall_now());
    TRY(append_and_apply(
        {.kind = Input::Kind::Bootstrap, .body = Object{{"account", options_.account.str()}}}));
  }
  if (machine_->state_version() < Machine::kVersion) {
    TRY(append_and_apply(
        {.kind = Input::Kind::Upgrade,
         .body = Object{{"from", machine_->state_version()}, {"to", Machine::kVersion}}}));
  }
  last_checkpoint_ = machine_->applied();
  timers_ = machine_->timers();
  jobs_ = machine_->outstanding_jobs();
  return {};
}

Result<void> Cloud::replay() {
  const auto next = machine_->applied() + 1;
  auto& log = *stores_.log;
  if (log.next() < next || log.first() > next) {
    return fail(
        internal_error(fmt::format("the log holds inputs {} to {}, the state goes on at {}: log "
                                   "and state do not belong together",
                                   log.first(), log.next(), next)));
  }
  return log.read(next, [&](std::uint64_t sequence, std::string_view entry) -> Result<void> {
    const auto input = TRY(input_from(entry));
    if (input.version != Machine::kVersion) {
      return fail(internal_error(
          fmt::format("input {} was written by machine version {} and is not yet applied; this "
                      "binary is of version {}: stop the older server cleanly first",
                      sequence, input.version, Machine::kVersion)));
    }
    TRY(machine_->apply(sequence, input));
    return {};
  });
}

Result<Machine::Applied> Cloud::append_and_apply(Input input) {
  input.version = Machine::kVersion;
  input.time = present();
  const std::string entry = to_bytes(input);
  TRY(stores_.log->append(std::span(&entry, 1)));
  return machine_->apply(machine_->applied() + 1, input);
}

void Cloud::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    auto group = collect(lock);
    if (group.empty() && stopping_) return;
    lock.unlock();
    add_due_timers(group);
    if (!group.empty()) process(std::move(group));
    lock.lock();
    if (wanted_checkpoint_ > had_checkpoint_) answer_wanted_checkpoint(lock);
  }
}

/// Waits until there is something to do; `lock` is held on return.
std::vector<Cloud::Waiting> Cloud::collect(std::unique_lock<std::mutex>& lock) {
  const auto ready = [&] {
    return stopping_ || !queue_.empty() || wanted_checkpoint_ > had_checkpoint_;
  };
  if (const auto wait = until_next_timer())
    wake_.wait_for(lock, *wait, ready);
  else
    wake_.wait(lock, ready);
  std::vector<Waiting> group;
  while (!queue_.empty() && group.size() < options_.group) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

std::optional<std::chrono::milliseconds> Cloud::until_next_timer() const {
  const auto next = machine_->next_timer();
  if (!next) return std::nullopt;
  if (options_.clock == ClockKind::Virtual) {
    if (*next <= present() || may_jump()) return std::chrono::milliseconds(0);
    return std::nullopt;
  }
  return std::clamp(*next - present(), Duration(0), Duration(60'000));
}

bool Cloud::may_jump() const {
  return options_.clock == ClockKind::Virtual && machine_->outstanding_jobs() == 0 &&
         machine_->awaits_timer();
}

void Cloud::add_due_timers(std::vector<Waiting>& group) {
  if (group.empty() && may_jump()) {
    if (const auto next = machine_->next_timer(); next && *next > present())
      last_time_ms_ = to_ms(*next);
  }
  for (const auto& id : machine_->due_timers(present(), options_.group))
    group.push_back({.input = timer_input(id)});
}

void Cloud::refuse(std::vector<Waiting>& group, const Error& error) {
  log_error("the log could not be written", {{"cause", error.message}});
  refused_ += group.size();
  for (auto& waiting : group) {
    if (waiting.input.kind == Input::Kind::JobResult) {
      const std::lock_guard lock(mutex_);
      queue_.push_front(std::move(waiting));
    } else if (waiting.done) {
      waiting.done(std::unexpected(error));
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

void Cloud::process(std::vector<Waiting> group) {
  const auto time = present();
  last_time_ms_ = to_ms(time);
  std::vector<std::string> entries;
  entries.reserve(group.size());
  for (auto& waiting : group) {
    waiting.input.version = Machine::kVersion;
    waiting.input.time = time;
    entries.push_back(to_bytes(waiting.input));
  }
  if (auto appended = stores_.log->append(entries); !appended)
    return refuse(group, appended.error());
  ++appends_;
  std::vector<Machine::PendingJob> jobs;
  for (auto& waiting : group)
    apply_one(machine_->applied() + 1, waiting, jobs);
  timers_ = machine_->timers();
  jobs_ = machine_->outstanding_jobs();
  for (auto& job : jobs)
    dispatch(std::move(job));
  checkpoint_if_due();
}

void Cloud::apply_one(std::uint64_t sequence, Waiting& waiting,
                      std::vector<Machine::PendingJob>& jobs) {
  const auto kind = waiting.input.kind;
  if (kind == Input::Kind::Call && waiting.done) {
    clients_[string_of(waiting.input.body, "id")] = std::move(waiting.done);
  }
  auto applied = machine_->apply(sequence, waiting.input);
  if (!applied) {
    // The log has the input, the state has not: only a restart, which replays it, is safe.
    log_error("the state could not be written; stopping so that a restart can replay",
              {{"cause", applied.error().message}});
    std::abort();
  }
  ++inputs_;
  for (auto& reply : applied->replies) {
    if (auto client = clients_.extract(reply.request_id)) client.mapped()(std::move(reply.result));
  }
  for (auto& job : applied->jobs)
    jobs.push_back(std::move(job));
  if (waiting.answer)
    waiting.done(*std::move(waiting.answer));
  else if (kind != Input::Kind::Call && waiting.done)
    waiting.done(Document(Object{}));
}

void Cloud::checkpoint_if_due() {
  if (machine_->applied() - last_checkpoint_ < options_.checkpoint) return;
  (void)checkpoint();
}

bool Cloud::checkpoint() {
  last_checkpoint_ = machine_->applied();
  auto kept = stores_.state->checkpoint();
  if (kept) kept = stores_.log->truncate_below(machine_->applied() + 1);
  if (!kept) log_error("checkpoint failed", {{"cause", kept.error().message}});
  return kept.has_value();
}

}  // namespace tocsin::core
