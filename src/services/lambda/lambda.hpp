// SPDX-License-Identifier: Apache-2.0
// Lambda: functions that a worker runs (jobs "function.inspect_code" and "function.invoke";
// docs/functions.md). https://docs.aws.amazon.com/lambda/latest/api/welcome.html
//
//   names           which function, version or alias a call means, and who may do that
//   configuration   settings, environment and layers: read from calls, and shown
//   code            where code comes from, and how it is fetched again
//   functions, versions, aliases, layers, permissions, tags, concurrency    a file a noun
//   invoke          one invocation, from its caller to the worker and back
//   asynchronous    events: retries; destinations and dead letters; event_configs
//   urls            function URLs, and requests to them (url_invocation, cors)
//   mappings        event source mappings of SQS queues, and how they are polled (polling)
#pragma once

#include "core/registry.hpp"

namespace tocsin::lambda {

void register_lambda(core::Registry& registry);

}  // namespace tocsin::lambda
