// SPDX-License-Identifier: Apache-2.0
// The function's log group. As on AWS all is done as the function's role: who may not write there
// has no logs, and a group or stream that is missing is made, if the role may make it.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
#include "services/lambda/state.hpp"

namespace tocsin::lambda {
namespace {

using core::Context;

core::CallSpec logs_call(Context& context, const Function& function, std::string operation,
                         Object params) {
  params["logGroupName"] = "/aws/lambda/" + function.name;
  return {"logs",          std::move(operation),           std::move(params),
          context.scope(), as_function(context, function), {}};
}

void put(Context& context, const Function& function, const Document& log, std::string_view stream,
         bool again) {
  context.start({.work = logs_call(context, function, "PutLogEvents",
                                   {{"logStreamName", stream}, {"logEvents", log}}),
                 .retry = {.attempts = 10},
                 .then = {"lambda.logs_written", Object{{"function", function.name},
                                                        {"stream", stream},
                                                        {"log", log},
                                                        {"again", again}}}});
}

}  // namespace

void write_logs(Context& context, const Function& function, const Document& result) {
  const auto* log = find(result, "Log");
  if (log && store::blob_ref(*log)) put(context, function, *log, text(result, "LogStream"), false);
}

void logs_written(Context& context, const core::Resumption& end) {
  if (end.outcome || end.outcome.error().code != "ResourceNotFoundException" ||
      flag(end.context, "again"))
    return;
  const auto function =
      kFunctions.get(context, core::Key::of(context.scope(), text(end.context, "function")));
  if (!function) return;
  const auto stream = text(end.context, "stream");
  const bool no_group = end.outcome.error().message.find("log group") != std::string::npos;
  if (no_group) (void)context.call(logs_call(context, *function, "CreateLogGroup", {}));
  (void)context.call(logs_call(context, *function, "CreateLogStream", {{"logStreamName", stream}}));
  put(context, *function, object_of(end.context, "log"), stream, true);
}

}  // namespace tocsin::lambda
