// SPDX-License-Identifier: Apache-2.0
#include "workers/sandbox.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sys/eventfd.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "workers/bubblewrap.hpp"
#include "workers/seccomp.hpp"
#include "workers/utf8.hpp"

namespace tocsin::workers {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDrainBytes = 1 << 20;
constexpr auto kReturnLimit = 10s;  // from an answer to the next GET next
constexpr std::size_t kMegabyte = 1 << 20;
/// What a process may map beyond its memory size where only rlimits hold: stacks of threads,
/// arenas of malloc.
constexpr std::size_t kDataSlack = 256 * kMegabyte;

double ms_between(Sandbox::Clock::time_point from, Sandbox::Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

Sandbox::Sandbox(const SandboxGround& ground, unsigned slot, RunPtr first, Events events)
    : ground_(ground),
      slot_(slot),
      key_(first->job.sandbox_key()),
      events_(std::move(events)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      run_(std::move(first)),
      log_stream_(run_->job.log_stream_prefix + hex(random_bytes(16))),
      started_(Clock::now()),
      expires_(run_->job.credentials_expire),
      lines_(ground.options.log_line_bytes) {}

Sandbox::~Sandbox() {
  join();
}

void Sandbox::start() {
  thread_ = std::thread([this] { main(); });
}

void Sandbox::join() {
  if (thread_.joinable()) thread_.join();
}

void Sandbox::give(RunPtr run) {
  {
    const std::scoped_lock lock(inbox_mutex_);
    inbox_ = std::move(run);
  }
  ::eventfd_write(wake_.get(), 1);
}

RunPtr Sandbox::take_back() {
  const std::scoped_lock lock(inbox_mutex_);
  return inbox_ ? std::move(inbox_) : std::move(run_);
}

void Sandbox::end() {
  ending_ = true;
  ::eventfd_write(wake_.get(), 1);
}

bool Sandbox::fresh_for(std::chrono::milliseconds timeout) const {
  if (Clock::now() - started_ > ground_.options.age_limit) return false;
  return !expires_ || wall_now() + timeout + 1min < *expires_;
}

void Sandbox::main() {
  if (const auto booted = boot(); booted) {
    loop();
  } else {
    fail_run(booted.error());
  }
  if (process_) process_->kill();
  relay_.reset();
  runtime_.reset();
  process_.reset();
  code_.reset();
  layers_.reset();
  events_.gone(*this);
}

Result<void> Sandbox::boot() {
  code_ = TRY(ground_.code.folder_of(run_->job.code));
  if (!run_->job.layers.empty()) layers_ = TRY(ground_.code.merged_folder_of(run_->job.layers));
  process_ = TRY(SandboxProcess::start(plan()));
  deadline_ = Clock::now() + ground_.options.init_limit + run_->job.timeout;
  return {};
}

/// Shared libraries that the code or its layers bring. The loader reads the variable at start,
/// which costs Python a second one: it is set only where there is a use for it.
void Sandbox::add_libraries(std::map<std::string, std::string>& environment) const {
  std::string path;
  std::error_code missing;
  if (std::filesystem::is_directory(code_->path / "lib", missing)) path = "/var/task/lib";
  if (layers_ && std::filesystem::is_directory(layers_->path / "lib", missing))
    path += path.empty() ? "/opt/lib" : ":/opt/lib";
  if (!path.empty()) environment.emplace("LD_LIBRARY_PATH", path);
}

ProcessPlan Sandbox::plan() const {
  const auto& options = ground_.options;
  const auto memory = static_cast<std::uint64_t>(run_->job.memory_mb) * kMegabyte;
  ProcessPlan plan;
  plan.environment = sandbox_environment(run_->job, log_stream_);
  add_libraries(plan.environment);
  plan.cgroup =
      ground_.cgroups.make(fmt::format("sandbox-{}", slot_), {memory, options.max_processes});
  plan.seccomp = seccomp_program();
  SandboxView view;
  view.task_dir = code_->path;
  if (layers_) view.layers_dir = layers_->path;
  view.kind = run_->job.kind;
  view.tmp_bytes = static_cast<std::size_t>(run_->job.storage_mb) * kMegabyte;
  view.uid = ground_.root ? options.first_uid + slot_ : 0;
  view.seccomp = !plan.seccomp.empty();
  view.processes = options.max_processes;
  // Node.js maps far more than it uses; there its own limit of the heap holds.
  if (!plan.cgroup && view.kind != RuntimeKind::Node) view.data_bytes = memory + kDataSlack;
  plan.command = sandbox_command(options, view);
  plan.root_folder = ground_.root_folder.string();
  return plan;
}

void Sandbox::loop() {
  while (phase_ != Phase::Ended && !ending_) {
    wait();
    drain_output();
    if (polls_.ready(wake_.get())) take_wake();
    if (phase_ == Phase::Starting && polls_.ready(process_->control())) take_hello();
    if (runtime_)
      runtime_->serve(polls_, [this](RuntimeCall call) { return on_call(std::move(call)); });
    if (relay_) relay_->serve(polls_);
    if (phase_ == Phase::Ended) break;
    if (polls_.ready(process_->exit_event())) {
      if (const auto how = process_->ended()) on_exit(*how);
    } else if (deadline_ && Clock::now() >= *deadline_) {
      on_deadline();
    }
  }
}

void Sandbox::wait() {
  polls_.clear();
  polls_.add(wake_.get(), POLLIN);
  polls_.add(process_->exit_event(), POLLIN);
  polls_.add(process_->output(), POLLIN);
  if (phase_ == Phase::Starting) polls_.add(process_->control(), POLLIN);
  if (runtime_) runtime_->add_to(polls_);
  if (relay_) relay_->add_to(polls_);
  int timeout = -1;
  if (deadline_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
    timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
  }
  polls_.wait(timeout);
}

void Sandbox::take_wake() {
  eventfd_t count = 0;
  ::eventfd_read(wake_.get(), &count);
  // A process that has ended takes nothing more: what lies in the inbox goes back.
  const bool takes = phase_ == Phase::Idle || phase_ == Phase::Answered;
  if (!takes || polls_.ready(process_->exit_event())) return;
  {
    const std::scoped_lock lock(inbox_mutex_);
    run_ = std::move(inbox_);
  }
  if (!run_) return;
  if (phase_ == Phase::Idle && runtime_->waiting())
    begin_run();
  else
    deadline_ = Clock::now() + kReturnLimit;
}

void Sandbox::take_hello() {
  auto hello = process_->hello();
  if (!hello) return;
  runtime_.emplace(std::move(hello->runtime));
  relay_.emplace(std::move(hello->endpoint), ground_.endpoint);
  phase_ = Phase::Initialising;
}

bool Sandbox::on_call(RuntimeCall call) {
  drain_output();
  switch (call.kind) {
    case RuntimeCall::Kind::Next:
      on_next();
      return true;
    case RuntimeCall::Kind::InitError:
      if (phase_ != Phase::Initialising) return false;
      log_start();
      run_started_ = Clock::now();
      init_ms_ = ms_between(started_, run_started_);
      finish_run(answered(run_->job, std::move(call)));
      phase_ = Phase::Ended;
      return true;
    case RuntimeCall::Kind::Response:
    case RuntimeCall::Kind::Error:
      if (phase_ != Phase::Busy || call.request_id != run_->job.request_id) return false;
      phase_ = Phase::Answered;
      deadline_ = Clock::now() + kReturnLimit;
      finish_run(answered(run_->job, std::move(call)));
      return true;
  }
  return false;
}

void Sandbox::on_next() {
  if (phase_ == Phase::Initialising) {
    init_ms_ = ms_between(started_, Clock::now());
    begin_run();
  } else if (phase_ == Phase::Idle || phase_ == Phase::Answered) {
    phase_ = Phase::Idle;
    deadline_.reset();
    if (run_) begin_run();
  }
}

void Sandbox::on_exit(const std::string& how) {
  drain_output();
  const auto before = std::exchange(phase_, Phase::Ended);
  if (before == Phase::Starting) {
    fail_run(internal_error("The sandbox did not come up: " + last_output_));
  } else if (before == Phase::Initialising || before == Phase::Busy) {
    if (before == Phase::Initialising) {
      log_start();
      run_started_ = Clock::now();
    }
    const bool out_of_memory = process_->out_of_memory();
    if (out_of_memory) peak_memory_mb_ = run_->job.memory_mb;
    finish_run(runtime_exited(run_->job, how, out_of_memory));
  }
}

void Sandbox::on_deadline() {
  const auto before = std::exchange(phase_, Phase::Ended);
  peak_memory_mb_ = std::max(peak_memory_mb_, process_->peak_memory_mb());
  process_->kill();
  drain_output();
  if (before == Phase::Starting) {
    fail_run(internal_error("The sandbox did not come up in time: " + last_output_));
  } else if (before == Phase::Initialising || before == Phase::Busy) {
    if (before == Phase::Initialising) log_start();
    finish_run(timed_out(run_->job));
  }
}

void Sandbox::begin_run() {
  const auto& job = run_->job;
  phase_ = Phase::Busy;
  log_start();
  run_started_ = Clock::now();
  deadline_ = run_started_ + job.timeout;
  runtime_->deliver({job.request_id, to_ms(wall_now() + job.timeout), job.arn, job.trace_id,
                     job.client_context, job.payload});
}

void Sandbox::log_start() {
  log().add_platform(
      fmt::format("START RequestId: {} Version: {}", run_->job.request_id, run_->job.version));
}

void Sandbox::finish_run(InvocationEnd end) {
  lines_.flush([this](std::string_view line) { log().add(line); });
  const auto report = report_of(end);
  if (!end.log_line.empty()) log().add_platform(end.log_line);
  log().add_platform(fmt::format("END RequestId: {}", report.request_id));
  log().add_platform(report.line());
  const auto kept = log().finish();
  if (!kept) {
    log_error("the log of an invocation is lost", {{"function", run_->job.arn},
                                                   {"request_id", report.request_id},
                                                   {"cause", kept.error().message}});
  }
  auto result = invocation_result(end, report, log_stream_, log().tail(),
                                  kept ? std::optional(*kept) : std::nullopt);
  log_.reset();
  cold_ = false;
  const auto run = std::move(run_);
  // Whoever asked may ask again at once: this sandbox, warm, is to be found then.
  if (phase_ == Phase::Answered) events_.idle(*this);
  run->done(std::move(result));
}

Report Sandbox::report_of(const InvocationEnd& end) {
  const auto& job = run_->job;
  if (process_) peak_memory_mb_ = std::max(peak_memory_mb_, process_->peak_memory_mb());
  Report report;
  report.request_id = job.request_id;
  report.duration_ms = ms_between(run_started_, Clock::now());
  if (end.status == "timeout") report.duration_ms = static_cast<double>(job.timeout.count());
  report.init_ms = cold_ ? init_ms_ : 0;
  report.memory_size_mb = job.memory_mb;
  report.memory_used_mb =
      ground_.cgroups.guaranteed() ? std::min(peak_memory_mb_, job.memory_mb) : peak_memory_mb_;
  report.status = end.status;
  report.error_type = end.error_type;
  return report;
}

void Sandbox::fail_run(const Error& error) {
  log_error("a sandbox has failed",
            {{"function", run_->job.arn}, {"cause", valid_utf8(error.message)}});
  const auto run = std::move(run_);
  run->done(fail(error));
}

void Sandbox::drain_output() {
  std::string bytes;
  read_available(process_->output(), bytes, kDrainBytes);
  if (bytes.empty()) return;
  if (phase_ == Phase::Starting && last_output_.size() < 4096)
    last_output_ += bytes.substr(0, 4096);
  lines_.feed(bytes, [this](std::string_view line) { log().add(line); });
}

InvocationLog& Sandbox::log() {
  if (!log_) log_.emplace(ground_.blobs, ground_.options.log_bytes);
  return *log_;
}

}  // namespace tocsin::workers
