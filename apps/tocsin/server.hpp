// SPDX-License-Identifier: Apache-2.0
// The server in one piece: stores, core with its workers, and the front door.
#pragma once

#include <memory>

#include "core/cloud.hpp"
#include "options.hpp"
#include "wire/gateway.hpp"

namespace tocsin::app {

class Server {
 public:
  /// Opens or creates the data folder and accepts calls when it returns. `mail` carries out
  /// "mail.send" instead of SMTP where it is given. Errors name what could not be opened, and why.
  static Result<std::unique_ptr<Server>> start(const ServeOptions& options,
                                               std::unique_ptr<core::Worker> mail = nullptr);
  /// Answers what has been accepted, and closes the stores.
  ~Server();

  core::Cloud& cloud() { return *cloud_; }
  std::uint16_t port() const { return gateway_->ports().front(); }

 private:
  Server() = default;
  std::unique_ptr<core::Cloud> cloud_;
  std::unique_ptr<wire::Gateway> gateway_;
};

}  // namespace tocsin::app
