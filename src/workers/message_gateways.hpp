// SPDX-License-Identifier: Apache-2.0
// Text messages and push, over HTTP.
//
// Job "sms.send": To, From, Message, Id. POSTs {to, from, message, id} as JSON to the SMS gateway.
//   Errors: OptedOut (Client) where the answer's JSON says "optedOut": true, MessageRejected
//   (Client) for 4xx, ServiceUnavailable (Server) for 429, 5xx and silence; SmsNotConfigured
//   (Client).
// Job "push.send": Token, Title, Message, Priority. Publishes to the ntfy topic that the token
// names.
//   https://docs.ntfy.sh/publish/#publish-as-json
//   Errors: EndpointGone (Client) for 404 and 410, else as above; PushNotConfigured (Client).
#pragma once

#include <memory>
#include <string>

#include "core/worker.hpp"
#include "workers/http_worker.hpp"

namespace tocsin::workers {

struct GatewayOptions {
  std::string sms_url;   // empty: not configured
  std::string ntfy_url;  // of the server, without a topic
  HttpOptions http = {};
};

/// Is this an address that the workers can send to? Error: ValidationException.
Result<void> check_gateway_url(std::string_view option, const std::string& url);

/// The ntfy topic of a device token: itself, or its hash where ntfy's topics allow no such name.
std::string ntfy_topic(std::string_view token);

/// Any thread.
class MessageGateways : public core::Worker {
 public:
  explicit MessageGateways(GatewayOptions options);

  std::vector<std::string> kinds() const override { return {"sms.send", "push.send"}; }
  void start() override { http_.start(); }
  void stop() override { http_.stop(); }
  void run(core::Job job, core::JobDone done) override;

 private:
  const GatewayOptions options_;
  HttpWorker http_;
};

}  // namespace tocsin::workers
