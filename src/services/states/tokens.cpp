// SPDX-License-Identifier: Apache-2.0
// Task tokens, and what workers send with them.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/tasks.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr std::size_t kMark = 32;
constexpr std::size_t kMostOutput = 256 * 1024;

std::string key_of(const Context& context) {
  return context.secrets().derive("states task tokens", 32);
}

Failure invalid_token() {
  return fail("InvalidToken", "Invalid Token: 'Invalid token'");
}

/// The task that the call's token means and that is still waited for.
Result<TokenTarget> awaited(Call& call) {
  auto target = token_target(call, text(call.params(), "taskToken"));
  if (!target || target->place.scope != call.scope()) return invalid_token();
  if (!awaits(call, target->place, target->task))
    return fail("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  return *std::move(target);
}

std::optional<std::string> optional_text(const Call& call, std::string_view parameter) {
  if (!given(call, parameter)) return std::nullopt;
  return opened(call, parameter);
}

}  // namespace

std::string task_token(const Context& context, const Place& place, std::uint64_t task) {
  const auto named = core::Key{place.scope.account.str(), place.scope.region, place.machine,
                               place.name, std::to_string(task)}
                         .bytes();
  return base64(hmac_sha256(key_of(context), named) + named);
}

std::optional<TokenTarget> token_target(const Context& context, std::string_view token) {
  const auto bytes = unbase64(token);
  if (!bytes || bytes->size() <= kMark) return std::nullopt;
  const auto named = std::string_view(*bytes).substr(kMark);
  if (!equal_in_constant_time(hmac_sha256(key_of(context), named), bytes->substr(0, kMark)))
    return std::nullopt;
  const auto parts = core::Key::split(named);
  if (parts.size() != 5) return std::nullopt;
  return TokenTarget{{{AccountId(parts[0]), parts[1]}, parts[2], parts[3]}, std::stoull(parts[4])};
}

Outcome send_task_success(Call& call) {
  const auto output = opened(call, "output");
  if (output.size() > kMostOutput) {
    return invalid(fmt::format(
        "1 validation error detected: Value at 'output' failed to satisfy constraint: Member must "
        "have length less than or equal to {}",
        kMostOutput));
  }
  auto parsed = parse_json(output);
  if (!parsed) return fail("InvalidOutput", fmt::format("Invalid Output: '{}'", output));
  const auto target = TRY(awaited(call));
  drive(call, target.place, asl::TaskSucceeded{target.task, *std::move(parsed)});
  return Object{};
}

Outcome send_task_failure(Call& call) {
  const auto target = TRY(awaited(call));
  drive(call, target.place,
        asl::TaskFailed{target.task, optional_text(call, "error"), optional_text(call, "cause"),
                        asl::TaskFailed::At::Run});
  return Object{};
}

Outcome send_task_heartbeat(Call& call) {
  const auto target = TRY(awaited(call));
  drive(call, target.place, asl::TaskHeartbeat{target.task});
  return Object{};
}

}  // namespace tocsin::states
