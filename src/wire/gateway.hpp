// SPDX-License-Identifier: Apache-2.0
// The front door: from an HTTP request to a call of core, and back.
//
//   head -> (S3 objects only: whose is it, is it signed, stream the body into a blob)
//   request -> identify -> authenticate -> decode -> check against the model -> core -> encode
//
// Beside the AWS APIs it answers, where nothing is signed: GET /healthz, GET /metrics, the
// certificate of SNS's signatures, and in relaxed mode POST /_tocsin/reset.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cloud.hpp"
#include "wire/authenticator.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

struct GatewayOptions {
  ServerOptions server;
  AuthMode auth = AuthMode::Strict;
  AccountId account{"123456789012"};          // whose root an unknown key is, in relaxed mode
  std::string region = "us-east-1";           // of requests that name none
  std::size_t body_limit = 10 * 1024 * 1024;  // of a body kept in memory
  std::size_t code_limit = 70 * 1024 * 1024;  // of Lambda's, with zip files inside
  std::uint64_t object_limit = 5ull << 30;    // of a streamed body
  /// Contents of objects are encrypted on their way to the disk (engines/content); empty: not.
  std::string content_key = {};
  bool access_log = false;  // a line for every call, not only for those that fail
  /// The certificate (PEM) served at /SimpleNotificationService-….pem, unsigned; may be empty.
  std::function<std::optional<std::string>(std::string_view path)> certificate = {};
  std::function<void(std::string&)> more_metrics;  // appends to /metrics; may be empty
};

class Gateway {
 public:
  /// `cloud` must outlive the gateway. Stopped before it, it answers every call with 503.
  Gateway(core::Cloud& cloud, GatewayOptions options);
  ~Gateway();

  Result<void> start();
  void stop(Timeout grace);
  const std::vector<std::uint16_t>& ports() const;

 private:
  class Front;
  std::unique_ptr<Front> front_;
  HttpServer server_;
};

}  // namespace tocsin::wire
