// SPDX-License-Identifier: Apache-2.0
#include "serve.hpp"

#include <csignal>
#include <cstdio>
#include <fmt/format.h>

#include "base/log.hpp"
#include "server.hpp"

namespace tocsin::app {
namespace {

Result<void> run(const ServeOptions& options, const sigset_t& signals) {
  const auto server = TRY(Server::start(options));
  fmt::print("tocsin is ready on port {}\n", server->port());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  log_info("stopping", {{"signal", received}});
  return {};
}

}  // namespace

int serve(const ServeOptions& options) {
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const auto served = run(options, signals);
  if (served) return 0;
  fmt::print(stderr, "tocsin: {}\n", served.error().message);
  return 1;
}

}  // namespace tocsin::app
