// SPDX-License-Identifier: Apache-2.0
// Carries out a scenario against a server in this process, and measures it on the server's own
// timeline.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/cloud.hpp"
#include "core/worker.hpp"
#include "scenario.hpp"

namespace tocsin::app {

/// Takes the mails of a rehearsal instead of an SMTP server. Any thread.
class Mailbox : public core::Worker {
 public:
  std::vector<std::string> kinds() const override { return {"mail.send"}; }
  void start() override {}
  void stop() override {}
  void run(core::Job job, core::JobDone done) override;

  /// Subject and text of every mail so far, each as one text.
  std::vector<std::string> mails() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> mails_;
};

struct Phase {
  std::string name;
  std::string reached_by;          // "match trail-stopped"
  std::optional<std::int64_t> ms;  // since the attack's call; none: not reached in time
  std::int64_t within_ms = 0;
  std::string problem;  // empty: reached, in time, and true
};

struct Rehearsal {
  std::string scenario, title, event_id;
  bool virtual_clock = false;
  std::vector<Phase> phases;
  bool passed() const;
};

/// `cloud` has started and serves functions. Waits for at most `patience` for each phase. Error: a
/// step of the set-up or the attack failed.
Result<Rehearsal> rehearse(core::Cloud& cloud, const Mailbox& mailbox, const Scenario& scenario,
                           std::chrono::milliseconds patience = std::chrono::seconds(30));

}  // namespace tocsin::app
