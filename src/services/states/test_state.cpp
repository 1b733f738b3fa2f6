// SPDX-License-Identifier: Apache-2.0
#include "services/states/test_state.hpp"

#include "engines/asl/asl.hpp"
#include "services/states/mock_check.hpp"
#include "services/states/tasks.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr auto kLongest = std::chrono::minutes(5);

void open_members(const Context& context, Object& object,
                  std::initializer_list<std::string_view> members) {
  for (const auto member : members) {
    auto* value = object.if_contains(member);
    if (!value || value->is_null()) continue;
    if (auto text = context.open(*value)) *value = *text;
  }
}

/// The parameters, as the caller wrote them.
Document opened_request(const Context& context, const Document& params) {
  auto request = params.as_object();
  open_members(context, request, {"definition", "input", "variables", "context"});
  if (auto* mock = request.if_contains("mock"); mock && mock->is_object()) {
    open_members(context, mock->get_object(), {"result"});
    if (auto* error = mock->get_object().if_contains("errorOutput"); error && error->is_object())
      open_members(context, error->get_object(), {"error", "cause"});
  }
  return request;
}

/// A test that waits for its task: {"token", "timer", "params" (sealed as they came), "now",
/// "seed", "task", "resource"}.
struct Waiting {
  core::Token token;
  std::string timer;
  Document params;
  Time now{};
  std::uint64_t seed = 0;
  std::uint64_t task = 0;
  std::string resource;

  Object document() const {
    Object out{{"token", token.id}, {"timer", timer}};
    out["params"] = params;
    out["now"] = to_ms(now);
    out["seed"] = seed;
    out["task"] = task;
    out["resource"] = resource;
    return out;
  }
  static Waiting from(const Document& document) {
    const auto number = [&](std::string_view key) {
      return static_cast<std::uint64_t>(integer(document, key).value_or(0));
    };
    return {.token = {string_of(document, "token")},
            .timer = string_of(document, "timer"),
            .params = *find(document, "params"),
            .now = from_ms(integer(document, "now").value_or(0)),
            .seed = number("seed"),
            .task = number("task"),
            .resource = string_of(document, "resource")};
  }
};

asl::TestSurroundings surroundings(const Context& context, Time now, std::uint64_t seed) {
  return {.now = now,
          .seed = seed,
          .account = context.account().str(),
          .region = context.region(),
          .mock_fault = mock_fault};
}

/// 31 bits, which stay whole in JSON.
std::uint64_t new_seed(Context& context) {
  std::uint64_t seed = 0;
  for (const unsigned char byte : context.new_bytes(4))
    seed = seed << 8 | byte;
  return seed >> 1;
}

Result<Document> reply_of(Context& context, const Waiting& waiting, const asl::Event& event) {
  auto tested = TRY(asl::test_state(opened_request(context, waiting.params),
                                    surroundings(context, waiting.now, waiting.seed),
                                    asl::TestAnswer{event, Document()}));
  return tested.reply ? *std::move(tested.reply) : Document(Object{});
}

/// Gives the waiting caller its reply.
void go_on(Context& context, const Waiting& waiting, const asl::Event& event) {
  context.resolve(waiting.token, reply_of(context, waiting, event));
}

void ended(Context& context, const core::Resumption& end) {
  const auto waiting = Waiting::from(end.context);
  context.cancel(waiting.timer);
  const auto resource = asl::parse_resource(waiting.resource);
  if (resource) go_on(context, waiting, end_of_call(context, *resource, waiting.task, end.outcome));
}

void timed_out(Context& context, const core::Resumption& timer) {
  const auto waiting = Waiting::from(timer.context);
  go_on(context, waiting,
        asl::TaskFailed{waiting.task, "States.Timeout", std::nullopt, asl::TaskFailed::At::Run});
}

/// Starts the task's call; the reply comes when it has ended.
Outcome run_task(Call& call, Waiting waiting, const asl::StartTask& task) {
  Execution row{.machine = "TestState", .name = call.request().id};
  row.revision.role = string_of(call.params(), "roleArn");
  const Place place{call.scope(), row.machine, row.name};
  auto made = call_of_task(call, place, row, task);
  if (const auto* event = std::get_if<asl::Event>(&made)) return reply_of(call, waiting, *event);
  waiting.token = call.park();
  waiting.timer = call.at(call.now() + kLongest, {"states.test_timed_out", waiting.document()});
  call.start({.work = std::get<core::CallSpec>(std::move(made)),
              .retry = {},
              .then = {"states.tested", waiting.document()},
              .name = {}});
  return waiting.token;
}

}  // namespace

std::vector<core::Access> needs_test_state(Call& call) {
  std::vector<core::Access> needs{{.action = "states:TestState"}};
  if (flag(call.params(), "revealSecrets")) needs.push_back({.action = "states:RevealSecrets"});
  return needs;
}

Outcome test_state(Call& call) {
  if (given(call, "roleArn")) TRY(check_role(call, string_of(call.params(), "roleArn")));
  Waiting waiting;
  waiting.params = call.params();
  waiting.now = call.now();
  waiting.seed = new_seed(call);
  const auto tested = TRY(asl::test_state(opened_request(call, call.params()),
                                          surroundings(call, waiting.now, waiting.seed)));
  if (tested.reply) return *tested.reply;
  waiting.task = tested.task->task;
  waiting.resource = tested.task->resource->arn;
  return run_task(call, std::move(waiting), *tested.task);
}

void on_test_state(core::Registry& registry) {
  registry.on_resume("states.tested", ended);
  registry.on_resume("states.test_timed_out", timed_out);
}

}  // namespace tocsin::states
