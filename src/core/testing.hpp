// SPDX-License-Identifier: Apache-2.0
// The door for tests: a machine in memory, on virtual time, with no threads and no signatures.
//
//   TestCloud cloud(register_sns);
//   const auto topic = cloud.call("sns", "CreateTopic", {{"Name", "alerts"}});
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/machine.hpp"
#include "core/sensitive.hpp"
#include "store/store.hpp"

namespace tocsin::core {

/// Everybody is the root of the account (123456789012 where the credential names none), a nested
/// call the service that makes it; everything is allowed. For tests and the simulator.
std::unique_ptr<Authorizer> allow_all();

class TestCloud {
 public:
  using Register = std::function<void(Registry&)>;
  /// Registers the services and bootstraps account 123456789012. Without an authoriser of their own
  /// everything is allowed to the root of the account; records of calls are collected in `records`.
  explicit TestCloud(const Register& register_services);
  TestCloud(const Register& register_services, store::Stores stores);

  /// One call, its immediate consequences included (timers due now, jobs with a fake worker). A
  /// reply with members that AWS's model does not know, or of another kind, is the error
  /// "ReplyNotInModel". The error of a call that stays pending is "StillPending"; its reply then
  /// comes into `late_replies`.
  Result<Document> call(std::string_view service, std::string_view operation, Document params);
  /// The same as another caller or in another region.
  Result<Document> call(Request request);
  Request request(std::string_view service, std::string_view operation, Document params) const;

  /// What carries out jobs of a kind. Jobs of other kinds stay outstanding.
  void on_job(std::string kind, std::function<Result<Document>(const Job&)> work);
  std::vector<Machine::PendingJob> outstanding() const { return machine_->outbox(); }
  /// Gives a result by hand.
  void finish(const std::string& job_id, const Result<Document>& outcome);

  /// Moves virtual time on, firing each timer at its moment.
  void advance(Duration by);
  Time now() const { return now_; }

  Machine& machine() { return *machine_; }
  store::Stores& stores() { return stores_; }
  std::string digest() const { return store::digest(*stores_.state); }
  /// Applies the whole log to an empty state and gives that state's digest: equal to digest(), or
  /// something is not deterministic.
  std::string replayed_digest() const;

  /// Every event that was emitted, and every late reply, so far.
  const std::vector<Event>& events() const { return *events_; }
  std::map<std::string, Result<Document>> late_replies;

 private:
  void apply(Input input);
  Seal sealing(std::string label) const;
  void settle();
  void run_jobs();

  std::shared_ptr<std::vector<Event>> events_;
  Registry registry_;
  store::Stores stores_;
  std::unique_ptr<Machine> machine_;
  Time now_ = from_ms(1'790'000'000'000);
  std::map<std::string, std::function<Result<Document>(const Job&)>> workers_;
  std::deque<Machine::PendingJob> jobs_;
  std::uint64_t requests_ = 0;
};

}  // namespace tocsin::core
