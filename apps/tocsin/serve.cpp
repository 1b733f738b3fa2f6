// SPDX-License-Identifier: Apache-2.0
#include "serve.hpp"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "base/log.hpp"
#include "core/cloud.hpp"
#include "keys.hpp"
#include "services.hpp"
#include "services/iam/iam.hpp"
#include "store/store.hpp"
#include "wire/gateway.hpp"
#include "workers/function_worker.hpp"
#include "workers/http_worker.hpp"
#include "workers/mail_worker.hpp"

namespace tocsin::app {
namespace {

/// Where runtimes/ is: beside the source tree that built this binary, or named by TOCSIN_RUNTIMES.
std::filesystem::path runtimes() {
  const char* named = std::getenv("TOCSIN_RUNTIMES");
  return named ? named : TOCSIN_RUNTIMES_DIR;
}

/// The root key of a first start: shown once, and kept in a file that only its owner reads.
Result<void> show_root_key(const std::filesystem::path& folder, const store::View& view, const core::Secrets& secrets) {
  const auto file = folder / "root-credentials";
  if (std::filesystem::exists(file)) return {};
  const auto found = iam::root_key(view, secrets);
  if (!found) return {};
  const auto& key = *found;
  TRY(write_private(file, fmt::format("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", key.access_key_id, key.secret_access_key)));
  fmt::print(stderr, "First start: the root key is {} with the secret {}\nIt is kept in {} and not shown again.\n",
             key.access_key_id, key.secret_access_key, file.string());
  return {};
}

void add_workers(core::Cloud& cloud, const ServeOptions& options) {
  cloud.add_worker(std::make_unique<workers::FunctionWorker>(
      cloud.blobs(), workers::FunctionOptions{.work_dir = options.data / "functions", .runtimes_dir = runtimes(), .endpoint = options.listen}));
  cloud.add_worker(std::make_unique<workers::MailWorker>(workers::MailOptions{.url = options.smtp}));
  cloud.add_worker(std::make_unique<workers::HttpWorker>(workers::HttpOptions{}));
}

Result<void> run(const ServeOptions& options, const sigset_t& signals) {
  if (!options.smtp.empty()) TRY(workers::check_mail_url(options.smtp));
  auto stores = TRY(store::open_folder(options.data));
  const core::Secrets secrets(TRY(master_key(options.data)));
  auto& state = *stores.state;
  auto cloud = TRY(core::Cloud::open({.clock = options.virtual_clock ? core::ClockKind::Virtual : core::ClockKind::Real, .account = AccountId(options.account)},
                                     all_services(), std::move(stores), secrets));
  TRY(show_root_key(options.data, state, secrets));
  add_workers(*cloud, options);
  wire::Gateway gateway(*cloud, {.server = {.listen = {options.listen}},
                                 .auth = options.strict ? wire::AuthMode::Strict : wire::AuthMode::Relaxed,
                                 .account = AccountId(options.account)});
  cloud->start();
  TRY(gateway.start());
  fmt::print("tocsin is ready on port {}\n", gateway.ports().front());
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  log_info("stopping", {{"signal", received}});
  gateway.stop(std::chrono::seconds(5));
  cloud->stop();
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
