// SPDX-License-Identifier: Apache-2.0
#include "workers/function_worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <set>
#include <unistd.h>

#include "base/log.hpp"
#include "workers/bubblewrap.hpp"
#include "workers/chroot.hpp"
#include "workers/inspect_code.hpp"
#include "workers/job_threads.hpp"
#include "workers/sandbox.hpp"
#include "workers/user_ids.hpp"

namespace tocsin::workers {

using Clock = Sandbox::Clock;

/// Which sandbox serves which run. One mutex; a keeper thread joins what has ended and ends what
/// has been idle for too long.
class FunctionWorker::Pool {
 public:
  Pool(store::Blobs& blobs, FunctionOptions options)
      : options_(std::move(options)),
        blobs_(blobs),
        code_(blobs, options_.work_dir / "code", options_.code_cache_bytes),
        inspections_(1, 100,
                     [this](const core::Job& job) { return inspect_code(blobs_, job.payload); }) {}

  ~Pool() { stop(); }

  void start();
  void stop();
  void invoke(const core::Job& job, core::JobDone done);
  void inspect(core::Job job, core::JobDone done) {
    inspections_.add(std::move(job), std::move(done));
  }

 private:
  struct Idle {
    Sandbox* sandbox;
    Clock::time_point since;
  };

  Result<void> prepare();
  Result<std::filesystem::path> prepare_root() const;
  void tell_guarantees() const;
  RunPtr make_run(FunctionJob job);
  void finish(const std::string& id, Result<Document> result);

  // Under the mutex.
  void dispatch(RunPtr run);
  bool give_to_idle(RunPtr& run);
  void launch(RunPtr run);
  void retire(Sandbox& sandbox);
  void serve_queue();
  std::optional<unsigned> free_slot() const;

  void on_idle(Sandbox& sandbox);
  void on_gone(Sandbox& sandbox);
  void keep();
  Clock::time_point end_old_ones();

  FunctionOptions options_;
  store::Blobs& blobs_;
  CodeCache code_;
  JobThreads inspections_;
  Cgroups cgroups_;
  UserIds uids_;
  std::optional<SandboxGround> ground_;
  std::optional<Error> unusable_;  // why no sandbox can be made
  std::thread keeper_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  std::map<unsigned, std::unique_ptr<Sandbox>> sandboxes_;  // by slot
  std::deque<Idle> idle_;                                   // the longest idle first
  std::deque<RunPtr> queue_;
  std::vector<unsigned> ended_;                                // slots to join
  std::map<std::string, std::vector<core::JobDone>> waiting_;  // by job id
};

void FunctionWorker::Pool::start() {
  if (running_) return;
  const auto prepared = prepare();
  unusable_ = prepared ? std::nullopt : std::optional(prepared.error());
  if (unusable_)
    log_error("functions cannot run", {{"cause", unusable_->message}});
  else
    tell_guarantees();
  inspections_.start();
  running_ = true;
  keeper_ = std::thread([this] { keep(); });
}

Result<void> FunctionWorker::Pool::prepare() {
  options_.bubblewrap = find_program(options_.bubblewrap);
  if (options_.bubblewrap.empty()) return fail(internal_error("bubblewrap is not installed"));
  if (find_program(options_.python).empty()) {
    return fail(internal_error(options_.python + " is not installed"));
  }
  TRY(code_.prepare());
  const auto etc = options_.work_dir / "etc";
  TRY(write_etc(etc));
  TRY(copy_runtime(options_.runtimes_dir, options_.work_dir / "runtime"));
  const auto endpoint = TRY(Address::parse(options_.endpoint));
  cgroups_ = Cgroups::detect();
  if (::geteuid() == 0) uids_ = TRY(UserIds::reserve(options_.first_uid, options_.max_sandboxes));
  if (uids_.first() != 0) options_.first_uid = uids_.first();
  const auto root_folder = TRY(prepare_root());
  ground_.emplace(
      SandboxGround{options_, blobs_, code_, cgroups_, endpoint, ::geteuid() == 0, root_folder});
  return {};
}

/// The folder for mount_root, where the server lives in a chroot; empty where it does not.
Result<std::filesystem::path> FunctionWorker::Pool::prepare_root() const {
  if (!in_chroot()) return std::filesystem::path();
  if (::geteuid() != 0) {
    return fail(internal_error("in a chroot only root can make sandboxes (user_namespaces(7))"));
  }
  auto folder = options_.work_dir / "root";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(internal_error(folder.string() + ": " + error.message()));
  return folder;
}

void FunctionWorker::Pool::tell_guarantees() const {
  const bool guaranteed = cgroups_.guaranteed();
  const auto* memory = guaranteed ? "guaranteed" : "best effort";
  const auto* user = ground_->root ? "a user of its own for each sandbox" : "a user namespace";
  log_info("functions run in sandboxes",
           {{"isolation", "guaranteed"},
            {"user", user},
            {"timeout", "guaranteed"},
            {"files", "guaranteed"},
            {"memory", memory},
            {"processes", guaranteed || ground_->root ? "guaranteed" : "best effort"},
            {"by", guaranteed ? cgroups_.why() : "rlimits, since " + cgroups_.why()}});
}

void FunctionWorker::Pool::stop() {
  inspections_.stop();
  std::map<unsigned, std::unique_ptr<Sandbox>> sandboxes;
  {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(running_, false)) return;
    idle_.clear();
    queue_.clear();
    for (auto& [slot, sandbox] : sandboxes_) {
      if (sandbox) sandbox->end();  // none: the keeper joins it just now
    }
  }
  changed_.notify_all();
  keeper_.join();
  {
    const std::scoped_lock lock(mutex_);
    sandboxes.swap(sandboxes_);
  }
  sandboxes.clear();  // joins
  const std::scoped_lock lock(mutex_);
  ended_.clear();
  waiting_.clear();
  cgroups_.remove();
}

void FunctionWorker::Pool::invoke(const core::Job& job, core::JobDone done) {
  auto read = read_function_job(job);
  if (!read) return done(fail(read.error()));
  std::unique_lock lock(mutex_);
  if (!running_ || unusable_) {
    lock.unlock();
    return done(fail(unusable_.value_or(not_running())));
  }
  if (const auto found = waiting_.find(job.id); found != waiting_.end()) {
    found->second.push_back(std::move(done));
    return;
  }
  if (queue_.size() >= options_.max_queue) {
    lock.unlock();
    return done(fail(queue_full()));
  }
  waiting_[job.id].push_back(std::move(done));
  dispatch(make_run(std::move(*read)));
}

RunPtr FunctionWorker::Pool::make_run(FunctionJob job) {
  auto run = std::make_unique<FunctionRun>();
  run->done = [this, id = job.id](Result<Document> result) { finish(id, std::move(result)); };
  run->job = std::move(job);
  return run;
}

void FunctionWorker::Pool::finish(const std::string& id, Result<Document> result) {
  std::vector<core::JobDone> dones;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    dones = std::move(found->second);
    waiting_.erase(found);
  }
  for (auto& done : dones)
    done(result);
}

void FunctionWorker::Pool::dispatch(RunPtr run) {
  if (give_to_idle(run)) return;
  if (sandboxes_.size() < options_.max_sandboxes) return launch(std::move(run));
  queue_.push_back(std::move(run));
  if (!idle_.empty())
    retire(*idle_.front().sandbox);  // its place is for the queue, once it has ended
}

bool FunctionWorker::Pool::give_to_idle(RunPtr& run) {
  const auto key = run->job.sandbox_key();
  for (auto it = idle_.rbegin(); it != idle_.rend(); ++it) {  // the warmest
    auto& sandbox = *it->sandbox;
    if (sandbox.key() != key || !sandbox.fresh_for(run->job.timeout)) continue;
    idle_.erase(std::next(it).base());
    sandbox.give(std::move(run));
    return true;
  }
  return false;
}

void FunctionWorker::Pool::launch(RunPtr run) {
  const auto slot = free_slot();
  if (!slot) return queue_.push_front(std::move(run));
  Sandbox::Events events{[this](Sandbox& sandbox) { on_idle(sandbox); },
                         [this](Sandbox& sandbox) { on_gone(sandbox); }};
  auto sandbox = std::make_unique<Sandbox>(*ground_, *slot, std::move(run), std::move(events));
  sandbox->start();
  sandboxes_[*slot] = std::move(sandbox);
}

std::optional<unsigned> FunctionWorker::Pool::free_slot() const {
  for (unsigned slot = 0; slot < options_.max_sandboxes; ++slot) {
    if (!sandboxes_.contains(slot)) return slot;
  }
  return std::nullopt;
}

void FunctionWorker::Pool::retire(Sandbox& sandbox) {
  std::erase_if(idle_, [&](const Idle& entry) { return entry.sandbox == &sandbox; });
  sandbox.end();
}

void FunctionWorker::Pool::serve_queue() {
  while (!queue_.empty() && sandboxes_.size() < options_.max_sandboxes) {
    auto run = std::move(queue_.front());
    queue_.pop_front();
    if (!give_to_idle(run)) launch(std::move(run));
  }
}

void FunctionWorker::Pool::on_idle(Sandbox& sandbox) {
  const std::scoped_lock lock(mutex_);
  if (!running_) return;
  const auto next = std::ranges::find_if(queue_, [&](const RunPtr& run) {
    return run->job.sandbox_key() == sandbox.key() && sandbox.fresh_for(run->job.timeout);
  });
  if (next != queue_.end()) {
    sandbox.give(std::move(*next));
    queue_.erase(next);
  } else if (!queue_.empty() || !sandbox.fresh_for({})) {
    sandbox.end();
  } else {
    idle_.push_back({&sandbox, Clock::now()});
    changed_.notify_all();
  }
}

void FunctionWorker::Pool::on_gone(Sandbox& sandbox) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(idle_, [&](const Idle& entry) { return entry.sandbox == &sandbox; });
  auto unstarted = sandbox.take_back();  // only now: nobody can give it another
  if (running_ && unstarted) queue_.push_front(std::move(unstarted));
  ended_.push_back(sandbox.slot());
  changed_.notify_all();
}

void FunctionWorker::Pool::keep() {
  std::unique_lock lock(mutex_);
  while (running_) {
    const auto until = end_old_ones();
    changed_.wait_until(lock, until, [&] {
      return !running_ || !ended_.empty() ||
             (!idle_.empty() && idle_.front().since + options_.idle_limit < until);
    });
    if (!running_) return;
    for (const auto slot : std::exchange(ended_, {})) {
      const auto found = sandboxes_.find(slot);
      if (found == sandboxes_.end()) continue;
      auto sandbox = std::move(found->second);
      lock.unlock();
      sandbox.reset();  // joins
      lock.lock();
      sandboxes_.erase(slot);
    }
    if (running_) serve_queue();
  }
}

/// Ends what has been idle for too long; returns when to look again.
Clock::time_point FunctionWorker::Pool::end_old_ones() {
  const auto now = Clock::now();
  while (!idle_.empty() && idle_.front().since + options_.idle_limit <= now) {
    retire(*idle_.front().sandbox);
  }
  const auto latest = now + std::chrono::hours(1);
  return idle_.empty() ? latest : std::min(latest, idle_.front().since + options_.idle_limit);
}

FunctionWorker::FunctionWorker(store::Blobs& blobs, FunctionOptions options)
    : pool_(std::make_unique<Pool>(blobs, std::move(options))) {}
FunctionWorker::~FunctionWorker() = default;

std::vector<std::string> FunctionWorker::kinds() const {
  return {"function.invoke", "function.inspect_code"};
}
void FunctionWorker::start() {
  pool_->start();
}
void FunctionWorker::stop() {
  pool_->stop();
}

void FunctionWorker::run(core::Job job, core::JobDone done) {
  if (job.kind == "function.inspect_code") return pool_->inspect(std::move(job), std::move(done));
  pool_->invoke(job, std::move(done));
}

}  // namespace tocsin::workers
