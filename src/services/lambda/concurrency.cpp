// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/concurrency.hpp"

#include "core/throttling.hpp"
#include "services/lambda/functions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::int64_t kAccountLimit = 1000;
constexpr std::int64_t kUnreservedLeast = 100;

Failure throttled(std::string_view reason) {
  auto error = core::throttled("lambda");
  error.members = {{"Reason", reason}};
  return fail(std::move(error));
}

std::int64_t reserved_sum(const store::View& view, const Scope& scope) {
  return kReserved.get(view, Key::of(scope)).value_or(Count{}).value;
}

}  // namespace

Result<std::string> acquire(Context& context, const Function& function) {
  const auto pool = function.reserved ? function.name : std::string();
  const auto key = Key::of(function.scope, pool);
  const auto running = kRunning.get(context, key).value_or(Count{}).value;
  if (function.reserved && running >= *function.reserved)
    return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
  if (!function.reserved && running >= kAccountLimit - reserved_sum(context, function.scope))
    return throttled("ConcurrentInvocationLimitExceeded");
  kRunning.put(context, key, {running + 1});
  return pool;
}

void release(Context& context, const Scope& scope, const std::string& pool) {
  const auto key = Key::of(scope, pool);
  const auto running = kRunning.get(context, key).value_or(Count{}).value;
  if (running > 1)
    kRunning.put(context, key, {running - 1});
  else
    kRunning.erase(context, key);
}

void set_reserve(Context& context, const Function& function,
                 const std::optional<std::int64_t>& reserve) {
  const auto sum =
      reserved_sum(context, function.scope) - function.reserved.value_or(0) + reserve.value_or(0);
  kReserved.put(context, Key::of(function.scope), {sum});
}

Outcome put_function_concurrency(Call& call) {
  auto function = TRY(whole_function_of(call));
  const auto wanted = integer(call.params(), "ReservedConcurrentExecutions").value_or(0);
  if (wanted < 0)
    return violation(std::to_string(wanted), "reservedConcurrentExecutions",
                     "Member must have value greater than or equal to 0");
  const auto others = reserved_sum(call, function.scope) - function.reserved.value_or(0);
  if (wanted > 0 && kAccountLimit - others - wanted < kUnreservedLeast) {
    return invalid(
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].");
  }
  set_reserve(call, function, wanted);
  function.reserved = wanted;
  kFunctions.put(call, Key::of(function.scope, function.name), function);
  return Object{{"ReservedConcurrentExecutions", wanted}};
}

Outcome get_function_concurrency(Call& call) {
  const auto function = TRY(whole_function_of(call));
  if (!function.reserved) return Object{};
  return Object{{"ReservedConcurrentExecutions", *function.reserved}};
}

Outcome delete_function_concurrency(Call& call) {
  auto function = TRY(whole_function_of(call));
  set_reserve(call, function, std::nullopt);
  function.reserved.reset();
  kFunctions.put(call, Key::of(function.scope, function.name), function);
  return Object{};
}

Outcome get_account_settings(Call& call) {
  std::int64_t functions = 0, bytes = 0;
  kFunctions.scan(call, Key::of(call.scope()), [&](const auto&, const Function& function) {
    ++functions;
    bytes += function.latest.code_size;
    return true;
  });
  for (const auto& version : kVersions.all(call, Key::of(call.scope())))
    bytes += version.configuration.code_size;
  for (const auto& layer : kLayers.all(call, Key::of(call.scope())))
    bytes += layer.code_size;
  return Object{{"AccountLimit", Object{{"TotalCodeSize", 80'530'636'800},
                                        {"CodeSizeUnzipped", 262'144'000},
                                        {"CodeSizeZipped", 52'428'800},
                                        {"ConcurrentExecutions", kAccountLimit},
                                        {"UnreservedConcurrentExecutions",
                                         kAccountLimit - reserved_sum(call, call.scope())}}},
                {"AccountUsage", Object{{"TotalCodeSize", bytes}, {"FunctionCount", functions}}}};
}

}  // namespace tocsin::lambda
