// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <fmt/format.h>
#include <future>

#include "base/log.hpp"
#include "certificates.hpp"
#include "engines/content/content.hpp"
#include "keys.hpp"
#include "services.hpp"
#include "services/iam/iam.hpp"
#include "store/store.hpp"
#include "workers/function_worker.hpp"
#include "workers/http_worker.hpp"
#include "workers/keys/key_worker.hpp"
#include "workers/mail_worker.hpp"
#include "workers/message_gateways.hpp"
#include "workers/queries/query_worker.hpp"
#include "workers/sign_worker.hpp"

namespace tocsin::app {
namespace {

constexpr auto kGrace = std::chrono::seconds(5);
constexpr auto kLastReplies = std::chrono::seconds(1);

/// Where runtimes/ is: beside the source tree that built this binary, or named by TOCSIN_RUNTIMES.
std::filesystem::path runtimes() {
  const char* named = std::getenv("TOCSIN_RUNTIMES");
  return named ? named : TOCSIN_RUNTIMES_DIR;
}

/// The root key of a first start: shown once, and kept in a file that only its owner reads.
Result<void> show_root_key(const std::filesystem::path& folder, const store::View& view,
                           const core::Secrets& secrets) {
  const auto file = folder / "root-credentials";
  if (std::filesystem::exists(file)) return {};
  const auto found = iam::root_key(view, secrets);
  if (!found) return {};
  const auto& key = *found;
  TRY(write_private(file,
                    fmt::format("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                                key.access_key_id, key.secret_access_key)));
  fmt::print(
      stderr,
      "First start: the root key is {} with the secret {}\nIt is kept in {} and not shown again.\n",
      key.access_key_id, key.secret_access_key, file.string());
  return {};
}

/// `host:0` with the port that was found.
std::string endpoint(const std::string& listen, std::uint16_t port) {
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), port);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServeOptions& options,
                                              std::unique_ptr<core::Worker> mail) {
  if (!options.smtp.empty()) TRY(workers::check_mail_url(options.smtp));
  if (!options.sms.empty()) TRY(workers::check_gateway_url("--sms", options.sms));
  if (!options.ntfy.empty()) TRY(workers::check_gateway_url("--ntfy", options.ntfy));
  auto stores = TRY(store::open_folder(options.data));
  const core::Secrets secrets(TRY(master_key(options.data)));
  auto& state = *stores.state;
  std::unique_ptr<Server> server(new Server);
  server->cloud_ = TRY(core::Cloud::open(
      {.clock = options.virtual_clock ? core::ClockKind::Virtual : core::ClockKind::Real,
       .account = AccountId(options.account)},
      all_services(), std::move(stores), secrets));
  auto& cloud = *server->cloud_;
  if (options.show_root_key) TRY(show_root_key(options.data, state, secrets));
  auto signer =
      std::make_unique<workers::SignWorker>(workers::SignOptions{.folder = options.data / "sns"});
  server->gateway_ = std::make_unique<wire::Gateway>(
      cloud, wire::GatewayOptions{
                 .server = {.listen = {options.listen}, .tls = TRY(tls_options(options))},
                 .auth = options.strict ? wire::AuthMode::Strict : wire::AuthMode::Relaxed,
                 .account = AccountId(options.account),
                 .content_key = secrets.derive(content::kLabel, content::kKeyBytes),
                 .certificate = [&signer = *signer](std::string_view path) {
                   return signer.certificate_at(path);
                 }});
  cloud.add_worker(std::move(signer));
  TRY(server->gateway_->start());  // calls wait until the cloud has started
  cloud.add_worker(std::make_unique<workers::FunctionWorker>(
      cloud.blobs(),
      workers::FunctionOptions{.work_dir = options.data / "functions",
                               .runtimes_dir = runtimes(),
                               .endpoint = endpoint(options.listen, server->port())}));
  if (!mail)
    mail = std::make_unique<workers::MailWorker>(
        workers::MailOptions{.url = options.smtp, .ca_file = options.ca_file});
  cloud.add_worker(std::move(mail));
  const workers::HttpOptions http{.ca_file = options.ca_file};
  cloud.add_worker(std::make_unique<workers::HttpWorker>(http));
  cloud.add_worker(std::make_unique<workers::MessageGateways>(
      workers::GatewayOptions{.sms_url = options.sms, .ntfy_url = options.ntfy, .http = http}));
  cloud.add_worker(std::make_unique<workers::KeyWorker>());
  cloud.add_worker(std::make_unique<workers::QueryWorker>(state, cloud.blobs()));
  cloud.start();
  return server;
}

Server::~Server() {
  if (!gateway_) return;
  // Calls in flight have their time; those that wait longer are then told that the server stops.
  const auto closed =
      std::async(std::launch::async, [this] { gateway_->stop(kGrace + kLastReplies); });
  closed.wait_for(kGrace);
  cloud_->stop();
}

}  // namespace tocsin::app
