// SPDX-License-Identifier: Apache-2.0
// One invocation, from who asked for it to what is done with its end.
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// What goes along with the job of a worker and comes back with its result. The function's scope is
/// that of the context.
struct Run {
  enum class Kind {
    Call,    // a caller waits for the reply
    Event,   // asynchronous
    Url,     // a caller of a function URL waits
    Mapping  // a batch of an event source mapping
  };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, Call, Event, Url, Mapping)
  Kind kind = Kind::Call;
  std::string function;
  std::string qualifier;  // as the caller gave it
  std::string version;    // that runs
  Document event;         // sealed JSON text
  std::string client_context;
  std::string request;
  std::string pool;   // of concurrency
  std::string token;  // Call, Url
  bool tail = false;
  Time since{};  // Event: when it was accepted
  int attempts = 1;
  std::string origin;   // Url: of a browser
  int throttled = 0;    // how often in a row there was no place for it
  std::string mapping;  // its UUID
  Array messages;       // Mapping: {"id", "handle"} of each
};
BOOST_DESCRIBE_STRUCT(Run, (),
                      (kind, function, qualifier, version, event, client_context, request, pool,
                       token, tail, since, attempts, origin, throttled, mapping, messages))

core::Outcome invoke(core::Call& call);
core::Outcome invoke_async(core::Call& call);

/// Which version an invocation runs: an alias shares them out by weight.
Result<Target> chosen_target(core::Context& context, const Reference& reference);
/// Gives the run to a worker. Errors: TooManyRequestsException; the role cannot be assumed.
Result<void> launch(core::Context& context, const Target& target, Run run);
/// The sealed text of a member; empty where there is none.
std::string opened(const core::Context& context, const Document& document, std::string_view member);

void on_invocations(core::Registry& registry);

// What follows an end, by kind.
void event_ended(core::Context& context, Run run, const Result<Document>& outcome);
void event_not_started(core::Context& context, Run run, const Error& error);
void url_ended(core::Context& context, const Run& run, const Result<Document>& outcome);
void batch_ended(core::Context& context, const Run& run, const Result<Document>& outcome);
/// What it printed goes to the function's log group, if its role may write there.
void write_logs(core::Context& context, const Target& target, const Document& result);

core::Outcome put_event_config(core::Call& call);
core::Outcome update_event_config(core::Call& call);
core::Outcome get_event_config(core::Call& call);
core::Outcome delete_event_config(core::Call& call);
core::Outcome list_event_configs(core::Call& call);

}  // namespace tocsin::lambda
