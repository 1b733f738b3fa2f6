// SPDX-License-Identifier: Apache-2.0
// The function's log group. As on AWS all is done as the function's role: who may not write there
// has no logs, and a group or stream that is missing is made, if the role may make it.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
#include "services/lambda/function_logs.hpp"

#include "services/lambda/configuration.hpp"
#include "services/lambda/invocation.hpp"

namespace tocsin::lambda {
namespace {

using core::Context;

core::CallSpec logs_call(Context& context, const Target& target, std::string operation,
                         Object params) {
  params["logGroupName"] = log_group_of(target.function, target.configuration);
  return {"logs",
          std::move(operation),
          std::move(params),
          context.scope(),
          as_function(context, target.function, target.configuration.role),
          {}};
}

void put(Context& context, const Target& target, const Document& log, std::string_view stream,
         bool again) {
  context.start({.work = logs_call(context, target, "PutLogEvents",
                                   {{"logStreamName", stream}, {"logEvents", log}}),
                 .retry = {.attempts = 10},
                 .then = {"lambda.logs_written", Object{{"function", target.function.name},
                                                        {"version", target.version},
                                                        {"stream", stream},
                                                        {"log", log},
                                                        {"again", again}}}});
}

void logs_written(Context& context, const core::Resumption& end) {
  if (end.outcome || end.outcome.error().code != "ResourceNotFoundException" ||
      flag(end.context, "again"))
    return;
  const auto target = target_of(context, {context.scope(), string_of(end.context, "function"),
                                          string_of(end.context, "version")});
  if (!target) return;
  const auto stream = text(end.context, "stream");
  const bool no_group = end.outcome.error().message.find("log group") != std::string::npos;
  if (no_group) (void)context.call(logs_call(context, *target, "CreateLogGroup", {}));
  (void)context.call(logs_call(context, *target, "CreateLogStream", {{"logStreamName", stream}}));
  put(context, *target, *find(end.context, "log"), stream, true);
}

}  // namespace

void write_logs(Context& context, const Target& target, const Document& result) {
  const auto* log = find(result, "Log");
  if (log && (log->is_array() || store::blob_ref(*log)))
    put(context, target, *log, text(result, "LogStream"), false);
}

void on_logs(core::Registry& registry) {
  registry.on_resume("lambda.logs_written", logs_written);
}

}  // namespace tocsin::lambda
