// SPDX-License-Identifier: Apache-2.0
// The durable-execution kernel's vocabulary. A *task* is work that is carried out until it succeeds
// or its retry policy is used up, over crashes and restarts; its *continuation* then runs, once.
// Deliveries, asynchronous invocations, workflows, automations and escalations are all made of
// tasks and timers.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/describe.hpp"
#include "core/request.hpp"

namespace tocsin::core {

class Context;

/// A call made by the machine itself, authorised and audited like any other.
struct CallSpec {
  std::string service;
  std::string operation;
  Document params;
  Scope scope;
  Credential credential;  // Kind::Service, or Kind::Session with the principal below
  Principal principal;    // Kind::Session only
};

/// Work for a worker (see core/worker.hpp).
struct JobSpec {
  std::string kind;
  Document payload;  // secrets sealed (Context::seal); core opens them for the worker only
  enum class Delivery {
    AtLeastOnce,  // after a crash it is given to the worker again, with the same id
    AtMostOnce    // after a crash it fails with the code "JobInterrupted"
  };
  BOOST_DESCRIBE_NESTED_ENUM(Delivery, AtLeastOnce, AtMostOnce)
  Delivery delivery = Delivery::AtLeastOnce;
  std::vector<std::string> secret_results =
      {};  // members of the result that are sealed before they enter the log
};
BOOST_DESCRIBE_STRUCT(JobSpec, (), (kind, payload, delivery, secret_results))
BOOST_DESCRIBE_STRUCT(CallSpec, (), (service, operation, params, scope, credential, principal))

/// Attempt n (from 1) waits initial * rate^(n-1), at most max_delay, times 1 ± jitter.
struct Retry {
  int attempts = 1;  // in all
  Duration initial{1000};
  double rate = 2.0;
  Duration max_delay{300'000};
  double jitter = 0.0;
  Duration max_age{0};  // since the task was started; zero: no limit
  enum class On { Transient, Any };
  BOOST_DESCRIBE_NESTED_ENUM(On, Transient, Any)  // Transient: server faults and throttling
  On on = On::Transient;
};
BOOST_DESCRIBE_STRUCT(Retry, (), (attempts, initial, rate, max_delay, jitter, max_age, on))

/// What runs next: the name under which Registry::on_resume registered the code, and its own data.
struct Continuation {
  std::string name;  // "sns.delivered"; empty: nothing follows
  Document context;
};
BOOST_DESCRIBE_STRUCT(Continuation, (), (name, context))

struct Task {
  std::variant<CallSpec, JobSpec> work;
  Retry retry;
  Continuation then;
  std::string name;  // for the timeline: "lambda:Invoke gather"; filled from the work where empty
};

/// How a task (or timer) ended, as its continuation sees it.
struct Resumption {
  const Document& context;          // of the Continuation
  const Result<Document>& outcome;  // of the task; a null document for a timer
  int attempts = 0;
};
using Resume = std::function<void(Context&, const Resumption&)>;

}  // namespace tocsin::core
