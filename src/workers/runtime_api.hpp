// SPDX-License-Identifier: Apache-2.0
// The Runtime API of one sandbox: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
// Its listening socket lies inside the sandbox's network namespace, its life ends with the sandbox:
// a poller that was killed can never take an event that is meant for its successor.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "workers/fd.hpp"
#include "workers/runtime_http.hpp"

namespace tocsin::workers {

/// What the runtime says.
struct RuntimeCall {
  enum class Kind { Next, Response, Error, InitError };
  Kind kind{};
  std::string request_id;  // of Response and Error
  std::string body;
  bool too_large = false;
  bool handled = false;  // an Error that the runtime marks as "Handled"
};

/// The call that a request makes; none where the API has no such call.
std::optional<RuntimeCall> runtime_call(HttpRequest request);

/// What the runtime gets for GET next.
struct NextEvent {
  std::string request_id;
  std::int64_t deadline_ms = 0;
  std::string arn;
  std::string trace_id;
  std::string client_context;
  std::string payload;
};

/// One thread.
class RuntimeApi {
 public:
  /// Answers every call but Next, which is parked until `deliver`. False: the request id is not the
  /// one that runs.
  using OnCall = std::function<bool(RuntimeCall)>;

  explicit RuntimeApi(Fd listener) : listener_(std::move(listener)) {}

  void add_to(PollSet& polls) const;
  void serve(const PollSet& polls, const OnCall& on_call);

  /// Whether the runtime waits for an event.
  bool waiting() const { return parked_ != 0; }
  void deliver(const NextEvent& event);

 private:
  struct Connection {
    Fd fd;
    HttpRequestParser parser;
    std::string out;
  };

  bool serve_connection(std::uint64_t id, Connection& connection, short ready,
                        const OnCall& on_call);
  void answer(std::uint64_t id, Connection& connection, HttpRequest request, const OnCall& on_call);

  Fd listener_;
  std::map<std::uint64_t, Connection> connections_;
  std::uint64_t last_id_ = 0;
  std::uint64_t parked_ = 0;  // the connection that waits in Next
};

}  // namespace tocsin::workers
