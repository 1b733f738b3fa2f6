// SPDX-License-Identifier: Apache-2.0
// executeAwsApi, assertAwsResourceProperty, waitForAwsResourceProperty, and the table of actions.
#include <algorithm>
#include <fmt/ranges.h>

#include "core/throttling.hpp"
#include "services/ssm/actions.hpp"
#include "services/ssm/api.hpp"
#include "services/ssm/outputs.hpp"

namespace tocsin::ssm {
namespace {

struct Served {
  std::string_view name;
  Advance advance;
  std::int64_t timeout_s = 0;
};
constexpr Served kServed[]{
    {"aws:approve", advance_approve, 604'800},
    {"aws:assertAwsResourceProperty", advance_assert},
    {"aws:branch", advance_branch},
    {"aws:changeInstanceState", advance_instance_state, 3'600},
    {"aws:copyImage", advance_copy_image, 10'800},
    {"aws:createImage", advance_create_image, 10'800},
    {"aws:createTags", advance_create_tags},
    {"aws:deleteImage", advance_delete_image},
    {"aws:executeAutomation", advance_automation},
    {"aws:executeAwsApi", advance_api},
    {"aws:executeScript", advance_script, 600},
    {"aws:executeStateMachine", advance_state_machine, 86'400},
    {"aws:invokeLambdaFunction", advance_lambda, 900},
    {"aws:pause", advance_pause},
    {"aws:runInstances", advance_run_instances, 3'600},
    {"aws:sleep", advance_sleep},
    {"aws:updateVariable", advance_variable},
    {"aws:waitForAwsResourceProperty", advance_wait, 3'600},
};

/// The inputs that are the API's.
Object without_own(const Object& inputs) {
  constexpr std::string_view kOwn[]{"Service", "Api", "PropertySelector", "DesiredValues"};
  Object out;
  for (const auto& each : inputs)
    if (std::ranges::find(kOwn, std::string_view(each.key())) == std::end(kOwn))
      out[each.key()] = each.value();
  return out;
}

Move asked(const At& at) {
  return api_call(at, at.input("Service"), at.input("Api"), without_own(at.inputs()));
}

Ended failure_of(const Error& error) {
  auto ended = failed(error.message);
  if (error.code.find("AccessDenied") != std::string::npos || error.code == "UnauthorizedOperation")
    ended.kind = "Permission";
  else if (core::is_throttling(error))
    ended.kind = "Throttling";
  return ended;
}

struct Property {
  Document reply;
  std::vector<std::string> values;
  bool desired = false;
};

/// The property that the step looks at.
Result<Property> property_of(At& at, const Result<Document>& answer) {
  Property out;
  out.reply = TRY(api_answer(at, at.input("Service"), at.input("Api"), answer));
  const auto found = TRY(selected(out.reply, at.input("PropertySelector")));
  const auto wanted = automation::shown(at.inputs().at("DesiredValues"));
  if (!found) return out;
  for (const auto& value : automation::shown(*found))
    out.values.push_back(automation::text_of(value));
  out.desired = !out.values.empty() && std::ranges::all_of(out.values, [&](const auto& value) {
    return std::ranges::find(wanted, Document(value)) != wanted.end();
  });
  return out;
}

Duration next_poll(std::int64_t times) {
  constexpr std::int64_t kFirst = 2'000, kLongest = 60'000;
  return Duration(std::min(kLongest, kFirst << std::min<std::int64_t>(times, 5)));
}

}  // namespace

Advance action_named(std::string_view action) {
  const auto found = std::ranges::find(kServed, action, &Served::name);
  return found == std::end(kServed) ? nullptr : found->advance;
}

std::int64_t usual_timeout_s(std::string_view action) {
  const auto found = std::ranges::find(kServed, action, &Served::name);
  return found == std::end(kServed) ? 0 : found->timeout_s;
}

Move api_call(const At& at, std::string_view service, std::string_view operation,
              const Object& inputs) {
  const auto api = api_named(service, operation);
  if (!api) return failed(api.error().message);
  auto params = api_params(*api, inputs);
  if (!params) return failed(params.error().message);
  return at.run.call(std::string(api->service->id), std::string(api->operation->name),
                     *std::move(params));
}

Result<Document> api_answer(At& at, std::string_view service, std::string_view operation,
                            const Result<Document>& answer) {
  const auto api = TRY(api_named(service, operation));
  if (answer) return api_reply(at.run.context, api, *answer);
  auto error = answer.error();
  error.message = client_error(api, error);
  return fail(std::move(error));
}

Move advance_api(At& at, const Result<Document>* answer) {
  if (!answer) return asked(at);
  auto reply = api_answer(at, at.input("Service"), at.input("Api"), *answer);
  if (!reply) return failure_of(reply.error());
  return Ended{.reply = *std::move(reply)};
}

Move advance_assert(At& at, const Result<Document>* answer) {
  if (!answer) return asked(at);
  auto property = property_of(at, *answer);
  if (!property) return failure_of(property.error());
  if (property->desired) return Ended{.reply = std::move(property->reply)};
  auto ended = failed(fmt::format(
      "Property value from the API output is not in the desired values. Property selector: {}. "
      "Desired values: [{}]. Property value: [{}]",
      at.input("PropertySelector"), at.input("DesiredValues"), fmt::join(property->values, ", ")));
  ended.stage = "PostVerification";
  ended.kind = "Verification";
  return ended;
}

Move advance_wait(At& at, const Result<Document>* answer) {
  if (!answer) return asked(at);
  auto property = property_of(at, *answer);
  if (!property) return failure_of(property.error());
  if (property->desired) return Ended{.reply = std::move(property->reply)};
  return Sleep{next_poll(at.step.phase++)};
}

}  // namespace tocsin::ssm
