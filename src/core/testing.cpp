// SPDX-License-Identifier: Apache-2.0
#include "core/testing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/assert.hpp"
#include "core/registry_tables.hpp"
#include "engines/model/check.hpp"

namespace tocsin::core {
namespace {

const AccountId kAccount("123456789012");

class AllowAll : public Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<Principal> identify(const store::View&, const Credential& credential,
                             Time) const override {
    const auto& account = credential.account.empty() ? kAccount : credential.account;
    if (credential.kind == Credential::Kind::Service) {
      return Principal{.kind = Principal::Kind::Service,
                       .account = account,
                       .arn = credential.service,
                       .service = credential.service};
    }
    return Principal{.kind = Principal::Kind::Root,
                     .account = account,
                     .arn = "arn:aws:iam::" + account.str() + ":root",
                     .id = account.str()};
  }
  Result<void> authorize(const store::View&, const Principal&, const Request&, const Access&,
                         Time) const override {
    return {};
  }
};

/// Counts are unsigned where a handler gave a size: on the wire they are the same.
void make_signed(Document& value) {
  if (value.is_uint64() && value.get_uint64() <= static_cast<std::uint64_t>(INT64_MAX)) {
    value = static_cast<std::int64_t>(value.get_uint64());
  } else if (auto* items = value.if_array()) {
    for (auto& item : *items)
      make_signed(item);
  } else if (auto* members = value.if_object()) {
    for (auto& member : *members)
      make_signed(member.value());
  }
}

/// A successful reply, or the error ReplyNotInModel where AWS's model does not know what it says.
/// Services without a model are tests' own.
Result<Document> checked(const Request& request, Result<Document> reply) {
  const auto* service = model::service(request.service);
  const auto* operation = service ? service->operation(request.operation) : nullptr;
  if (!operation || !reply) return reply;
  static const model::Shape nothing{.type = model::Type::Structure};
  const auto& shape = operation->output ? *operation->output->shape : nothing;
  Document said = *reply;
  make_signed(said);
  const auto found = model::unknown_members(shape, said);
  if (found.empty()) return reply;
  auto message = fmt::format("{}:{} answered what the model does not know: {}", request.service,
                             request.operation, fmt::join(found, "; "));
  fmt::print(stderr, "{}\n", message);
  return fail("ReplyNotInModel", std::move(message), 500);
}

Secrets test_secrets() {
  return Secrets(std::string(32, 't'));
}

}  // namespace

std::unique_ptr<Authorizer> allow_all() {
  return std::make_unique<AllowAll>();
}

TestCloud::TestCloud(const Register& register_services)
    : TestCloud(register_services, store::in_memory()) {}

TestCloud::TestCloud(const Register& register_services, store::Stores stores)
    : events_(std::make_shared<std::vector<Event>>()), stores_(std::move(stores)) {
  registry_.set_authorizer(allow_all());
  register_services(registry_);
  registry_.on_event(
      [events = events_](Context&, const Event& event) { events->push_back(event); });
  auto machine = Machine::open(registry_, *stores_.state, *stores_.blobs, test_secrets());
  TOCSIN_ASSERT(machine);
  machine_ = *std::move(machine);
  if (machine_->applied() == 0) {
    apply({.kind = Input::Kind::Bootstrap, .body = Object{{"account", kAccount.str()}}});
  }
}

Request TestCloud::request(std::string_view service, std::string_view operation,
                           Document params) const {
  return {.id = fmt::format("request-{}", requests_ + 1),
          .service = std::string(service),
          .operation = std::string(operation),
          .params = std::move(params),
          .scope = {kAccount, "us-east-1"},
          .credential = {.kind = Credential::Kind::Root, .account = kAccount},
          .source_ip = "203.0.113.7",
          .user_agent = "test"};
}

Result<Document> TestCloud::call(std::string_view service, std::string_view operation,
                                 Document params) {
  return call(request(service, operation, std::move(params)));
}

Result<Document> TestCloud::call(Request request) {
  ++requests_;
  const auto id = request.id;
  const Request asked{.service = request.service, .operation = request.operation};
  seal_sensitive(request.service, request.operation, request.params, sealing("request " + id));
  const auto* operation = registry_.operation(request.service, request.operation);
  if (operation && operation->effect == Effect::Read) {
    auto answer = machine_->read(*stores_.state->snapshot(), std::move(request), now_);
    if (answer.audit) apply(*std::move(answer.audit));
    return checked(asked, std::move(answer.reply));
  }
  apply(call_input(request));
  settle();
  const auto reply = late_replies.find(id);
  if (reply == late_replies.end()) return fail("StillPending", "the call waits for its reply", 500);
  auto result = std::move(reply->second);
  late_replies.erase(reply);
  return checked(asked, std::move(result));
}

void TestCloud::on_job(std::string kind, std::function<Result<Document>(const Job&)> work) {
  workers_[std::move(kind)] = std::move(work);
}

void TestCloud::finish(const std::string& job_id, const Result<Document>& outcome) {
  apply(job_result_input(job_id, outcome));
  settle();
}

/// As Cloud seals, but the same in each run.
Seal TestCloud::sealing(std::string label) const {
  return [this, label, count = 0](std::string_view plain) mutable {
    return machine_->secrets().seal(plain, fmt::format("{} {}", label, ++count));
  };
}

void TestCloud::apply(Input input) {
  input.version = Machine::kVersion;
  input.time = now_;
  const std::string entry = to_bytes(input);
  TOCSIN_ASSERT(stores_.log->append(std::span(&entry, 1)));
  auto applied = machine_->apply(machine_->applied() + 1, *input_from(entry));
  TOCSIN_ASSERT(applied);
  for (auto& reply : applied->replies)
    late_replies.insert_or_assign(reply.request_id, std::move(reply.result));
  for (auto& job : applied->jobs)
    jobs_.push_back(std::move(job));
}

void TestCloud::run_jobs() {
  for (auto pending = std::exchange(jobs_, {}); !pending.empty(); pending.pop_front()) {
    const auto& [job, delivery, secret_results] = pending.front();
    const auto worker = workers_.find(job.kind);
    if (worker == workers_.end()) continue;
    auto outcome = worker->second(job);
    seal_members(outcome, secret_results, sealing("result " + job.id));
    apply(job_result_input(job.id, outcome));
  }
}

void TestCloud::settle() {
  do {
    run_jobs();
    for (const auto& timer : machine_->due_timers(now_, 100))
      apply(timer_input(timer));
  } while (!jobs_.empty() || !machine_->due_timers(now_, 1).empty());
}

void TestCloud::advance(Duration by) {
  const auto end = now_ + by;
  settle();
  for (auto next = machine_->next_timer(); next && *next <= end; next = machine_->next_timer()) {
    now_ = std::max(now_, *next);
    settle();
  }
  now_ = end;
}

std::string TestCloud::replayed_digest() const {
  const auto fresh = store::in_memory();
  auto machine = Machine::open(registry_, *fresh.state, *stores_.blobs, test_secrets());
  TOCSIN_ASSERT(machine);
  const auto seen = events_->size();
  const auto read =
      stores_.log->read(1, [&](std::uint64_t sequence, std::string_view entry) -> Result<void> {
        TRY((*machine)->apply(sequence, TRY(input_from(entry))));
        return {};
      });
  if (!read) return "the log does not replay: " + read.error().message;
  events_->resize(seen);
  return store::digest(*fresh.state);
}

}  // namespace tocsin::core
