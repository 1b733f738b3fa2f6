// SPDX-License-Identifier: Apache-2.0
#include "core/cloud.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "core/hidden.hpp"
#include "core/sensitive.hpp"
#include "core/throttling.hpp"

namespace tocsin::core {
namespace {

Error stopping() {
  return {"ServiceUnavailable", "The server is shutting down.", 503, Fault::Server};
}

/// Too many inputs are waiting: whom this one's client called throttles it.
Error overloaded(const Input& input) {
  const auto* reads = find(input.body, "reads");
  const auto& request = reads ? object_of(reads->as_array().back(), "request") : input.body;
  return throttled(string_of(request, "service"));
}

/// An array as lines, one JSON element each.
std::string lines_of(const Array& array) {
  std::string lines;
  for (const auto& element : array)
    lines.append(to_json(element)).append(1, '\n');
  return lines;
}

std::optional<std::string> content_of(const Document& member) {
  if (const auto* array = member.if_array()) return lines_of(*array);
  return unbase64(member.get_string());
}

Failure not_base64() {
  return fail("SerializationException", "a blob member is not base64");
}

/// As the operation says of the caller's own account, which only the state knows.
bool hides(const Operation& operation, const Authorizer& authorizer, const store::View& view,
           Request request, Time now) {
  const auto who = authorizer.identify(view, request.credential, now);
  if (!who) return false;
  if (!who->account.empty()) request.scope.account = who->account;
  return operation.hides(view, request);
}

}  // namespace

Cloud::Cloud(CloudOptions options, Registry registry, store::Stores stores)
    : options_(std::move(options)), registry_(std::move(registry)), stores_(std::move(stores)) {}

Cloud::~Cloud() {
  stop();
}

Time Cloud::present() const {
  const auto last = from_ms(last_time_ms_);
  return options_.clock == ClockKind::Real ? std::max(wall_now(), last) : last;
}

void Cloud::add_worker(std::unique_ptr<Worker> worker) {
  for (const auto& kind : worker->kinds())
    worker_of_[kind] = worker.get();
  workers_.push_back(std::move(worker));
}

void Cloud::start() {
  for (auto& worker : workers_)
    worker->start();
  for (auto& pending : machine_->outbox()) {
    if (pending.delivery == JobSpec::Delivery::AtLeastOnce) {
      dispatch(std::move(pending));
    } else {
      const Result<Document> interrupted =
          fail("JobInterrupted", "The server stopped while this job may have been running.", 500);
      enqueue({.input = job_result_input(pending.job.id, interrupted)});
    }
  }
  thread_ = std::thread([this] { run(); });
  sweeper_ = std::thread([this] { sweep_blobs(); });
}

void Cloud::stop() {
  if (!thread_.joinable()) return;
  for (auto& worker : workers_)
    worker->stop();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  sweeper_wake_.notify_all();
  thread_.join();
  sweeper_.join();
  for (auto& [id, done] : clients_)
    done(std::unexpected(stopping()));
  clients_.clear();
  if (auto kept = stores_.state->checkpoint(); !kept)
    log_error("checkpoint failed", {{"cause", kept.error().message}});
}

void Cloud::call(Request request, Done done) {
  const auto* operation = registry_.operation(request.service, request.operation);
  const bool read = operation && operation->effect == Effect::Read;
  if (!read) {
    if (auto diverted = divert_bulk(request); !diverted)
      return done(std::unexpected(diverted.error()));
  }
  const auto& secrets = machine_->secrets();
  seal_sensitive(request.service, request.operation, request.params,
                 [&](std::string_view plain) { return secrets.seal(plain); });
  if (read) {
    ++reads_;
    auto answer = machine_->read(*stores_.state->snapshot(), std::move(request), present());
    if (!answer.audit) return done(std::move(answer.reply));
    return enqueue({*std::move(answer.audit), std::move(done), std::move(answer.reply)});
  }
  enqueue({.input = call_input(request), .done = std::move(done)});
}

/// The blob for a member that is too long for the log; none where it is not.
Result<std::optional<store::BlobRef>> Cloud::divert(const Document& member) {
  if (const auto* base64_text = member.if_string()) {
    if (base64_text->size() <= options_.bulk) return std::nullopt;
    const auto bytes = unbase64(*base64_text);
    if (!bytes) return not_base64();
    return TRY(stores_.blobs->put(*bytes));
  }
  const auto lines = lines_of(member.as_array());
  if (lines.size() + 1 <= options_.bulk) return std::nullopt;  // as JSON: [ , ]
  return TRY(stores_.blobs->put(lines));
}

Result<void> Cloud::divert_bulk(Request& request) {
  const auto* operation = registry_.operation(request.service, request.operation);
  if (!operation || operation->bulk.empty()) return {};
  auto* member = const_cast<Document*>(find_path(request.params, operation->bulk));
  if (!member || !(member->is_string() || member->is_array())) return {};
  if (operation->hides &&
      hides(*operation, registry_.authorizer(), *stores_.state->snapshot(), request, present())) {
    auto content = content_of(*member);
    if (!content) return not_base64();
    *member = TRY(hide(*std::move(content), *stores_.blobs, machine_->secrets(), options_.bulk));
    return {};
  }
  if (const auto blob = TRY(divert(*member))) *member = to_document(*blob);
  return {};
}

void Cloud::enqueue(Waiting waiting) {
  std::unique_lock lock(mutex_);
  // Results of jobs are never refused: they end what has begun.
  const bool refusable = waiting.input.kind != Input::Kind::JobResult;
  if (refusable && (stopping_ || queue_.size() >= options_.queue)) {
    const auto error = stopping_ ? stopping() : overloaded(waiting.input);
    lock.unlock();
    ++refused_;
    if (waiting.done) waiting.done(std::unexpected(error));
    return;
  }
  queue_.push_back(std::move(waiting));
  lock.unlock();
  wake_.notify_one();
}

Result<void> Cloud::reset() {
  std::mutex done_mutex;
  std::condition_variable ended;
  std::optional<Result<Document>> outcome;
  enqueue(
      {.input = {.kind = Input::Kind::Reset, .body = Object{{"account", options_.account.str()}}},
       .done = [&](Result<Document> result) {
         const std::lock_guard lock(done_mutex);
         outcome = std::move(result);
         ended.notify_all();
       }});
  std::unique_lock lock(done_mutex);
  ended.wait(lock, [&] { return outcome.has_value(); });
  if (!*outcome) return std::unexpected(outcome->error());
  return {};
}

std::optional<Authorizer::Secret> Cloud::secret_of(std::string_view access_key_id) const {
  return registry_.authorizer().secret_of(*stores_.state->snapshot(), machine_->secrets(),
                                          access_key_id);
}

Cloud::Stats Cloud::stats() const {
  const std::lock_guard lock(mutex_);
  return {inputs_, reads_, appends_, refused_, queue_.size(), timers_, jobs_};
}

void Cloud::dispatch(Machine::PendingJob pending) {
  const auto worker = worker_of_.find(pending.job.kind);
  const auto id = pending.job.id;
  auto done = [this, id, secret = std::move(pending.secret_results)](Result<Document> outcome) {
    seal_members(outcome, secret,
                 [&](std::string_view plain) { return machine_->secrets().seal(plain); });
    enqueue({.input = job_result_input(id, outcome)});
  };
  if (worker == worker_of_.end()) {
    return done(
        fail("NotImplemented", fmt::format("no worker carries out \"{}\"", pending.job.kind), 501));
  }
  worker->second->run(std::move(pending.job), std::move(done));
}

}  // namespace tocsin::core
