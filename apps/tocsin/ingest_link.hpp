// SPDX-License-Identifier: Apache-2.0
// The server as `tocsin ingest` sees it: the rules of a bus, and where records go.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client.hpp"
#include "telemetry/rules.hpp"

namespace tocsin::app {

struct Bus {
  std::string name = "default", region = "us-east-1";
};

struct SendTotals {
  std::uint64_t sent = 0, calls = 0, accepted = 0, duplicates = 0, refused = 0;
};

class IngestLink {
 public:
  IngestLink(ClientOptions options, RootKey key, Bus bus)
      : options_(std::move(options)), key_(std::move(key)), bus_(std::move(bus)) {}

  /// The bus's enabled rules with a pattern, compiled; null where they are as they were the last
  /// time.
  Result<std::shared_ptr<const telemetry::RuleBook>> changed_rules();

  /// Takes records and sends them when there are enough. Error: the server does not take them,
  /// tried several times.
  Result<void> add(std::string record);
  Result<void> flush();
  const SendTotals& totals() const { return totals_; }

 private:
  JsonService own() const { return {.region = bus_.region}; }
  Result<std::vector<telemetry::RuleText>> list_rules() const;
  Result<Document> send(const Object& params) const;

  ClientOptions options_;
  RootKey key_;
  Bus bus_;
  std::vector<telemetry::RuleText> rules_;
  bool known_ = false;
  Array batch_;
  std::size_t batch_bytes_ = 0;
  SendTotals totals_;
};

}  // namespace tocsin::app
