// SPDX-License-Identifier: Apache-2.0
#include "workers/runtime_api.hpp"

#include <fmt/format.h>

#include "base/document.hpp"

namespace tocsin::workers {
namespace {

constexpr std::string_view kRoot = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";
constexpr std::size_t kMaxConnections = 16;
constexpr std::size_t kReadAtOnce = 256 << 10;

std::string status_reply(int status, std::string_view text) {
  return http_response(status, {}, to_json(Object{{"status", text}}));
}

std::string error_reply(int status, std::string_view type, std::string_view message) {
  return http_response(status, {}, to_json(Object{{"errorMessage", message}, {"errorType", type}}));
}

}  // namespace

std::optional<RuntimeCall> runtime_call(HttpRequest request) {
  std::string_view path = request.path;
  if (!path.starts_with(kRoot)) return std::nullopt;
  path.remove_prefix(kRoot.size());
  RuntimeCall call;
  if (request.method == "GET" && path == "invocation/next") {
    call.kind = RuntimeCall::Kind::Next;
    return call;
  }
  if (request.method != "POST") return std::nullopt;
  const auto type = request.headers.find("lambda-runtime-function-error-type");
  call.handled = type != request.headers.end() && type->second == "Handled";
  call.too_large = request.too_large;
  call.body = std::move(request.body);
  if (path == "init/error") {
    call.kind = RuntimeCall::Kind::InitError;
    return call;
  }
  if (!path.starts_with(kInvocation)) return std::nullopt;
  path.remove_prefix(kInvocation.size());
  const auto slash = path.find('/');
  if (slash == path.npos) return std::nullopt;
  call.request_id = path.substr(0, slash);
  const auto verb = path.substr(slash + 1);
  if (verb != "response" && verb != "error") return std::nullopt;
  call.kind = verb == "response" ? RuntimeCall::Kind::Response : RuntimeCall::Kind::Error;
  return call;
}

void RuntimeApi::add_to(PollSet& polls) const {
  if (connections_.size() < kMaxConnections) polls.add(listener_.get(), POLLIN);
  for (const auto& [id, connection] : connections_) {
    polls.add(connection.fd.get(), connection.out.empty() ? POLLIN : POLLIN | POLLOUT);
  }
}

void RuntimeApi::serve(const PollSet& polls, const OnCall& on_call) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    const auto ready = polls.ready(it->second.fd.get());
    if (ready == 0 || serve_connection(it->first, it->second, ready, on_call)) {
      ++it;
      continue;
    }
    if (parked_ == it->first) parked_ = 0;
    it = connections_.erase(it);
  }
  if (polls.ready(listener_.get()) & POLLIN) {
    if (auto fd = accept_one(listener_.get())) connections_[++last_id_].fd = std::move(fd);
  }
}

/// False: the connection is at its end.
bool RuntimeApi::serve_connection(std::uint64_t id, Connection& connection, short ready,
                                  const OnCall& on_call) {
  auto state = Io::Open;
  if (ready & ~POLLOUT) {
    std::string bytes;
    state = read_available(connection.fd.get(), bytes, kReadAtOnce);
    bool well_formed = connection.parser.feed(bytes);
    while (well_formed) {
      if (connection.parser.wants_continue()) connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
      auto request = connection.parser.next();
      if (!request) break;
      answer(id, connection, std::move(*request), on_call);
      well_formed = connection.parser.feed({});
    }
    if (!well_formed) return false;
  }
  if (!connection.out.empty() && state == Io::Open) {
    state = write_available(connection.fd.get(), connection.out);
  }
  return state == Io::Open;
}

void RuntimeApi::answer(std::uint64_t id, Connection& connection, HttpRequest request,
                        const OnCall& on_call) {
  auto call = runtime_call(std::move(request));
  if (!call) {
    connection.out += error_reply(404, "ResourceNotFound", "The Runtime API has no such call");
    return;
  }
  if (call->kind == RuntimeCall::Kind::Next) {
    parked_ = id;
    on_call(std::move(*call));
    return;
  }
  const bool too_large = call->too_large;
  if (!on_call(std::move(*call))) {
    connection.out += error_reply(400, "InvalidRequestID", "This invocation does not run");
  } else if (too_large) {
    connection.out += error_reply(
        413, "RequestEntityTooLarge",
        fmt::format("Exceeded maximum allowed payload size ({} bytes).", kMaxResponseBytes));
  } else {
    connection.out += status_reply(202, "OK");
  }
}

void RuntimeApi::deliver(const NextEvent& event) {
  const auto found = connections_.find(std::exchange(parked_, 0));
  if (found == connections_.end()) return;
  std::map<std::string, std::string> headers{
      {"Lambda-Runtime-Aws-Request-Id", event.request_id},
      {"Lambda-Runtime-Deadline-Ms", std::to_string(event.deadline_ms)},
      {"Lambda-Runtime-Invoked-Function-Arn", event.arn}};
  if (!event.trace_id.empty()) headers["Lambda-Runtime-Trace-Id"] = event.trace_id;
  if (!event.client_context.empty())
    headers["Lambda-Runtime-Client-Context"] = event.client_context;
  auto& connection = found->second;
  connection.out += http_response(200, headers, event.payload);
  write_available(connection.fd.get(), connection.out);
}

}  // namespace tocsin::workers
