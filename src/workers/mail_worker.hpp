// SPDX-License-Identifier: Apache-2.0
// Sends mail over SMTP (RFC 5321). Job "mail.send": From, To [], Subject, Text, Html?, Headers {}
//   -> MessageId, Recipients
// Errors: a server that cannot be reached or answers 4xx is a Server fault (try again), one that
// answers 5xx a Client fault (MailRejected where it refuses the recipient: a bounce; else
// MailRefused), a refused login a Server fault; ValidationException for a mail that is not valid;
// MailNotConfigured (Client) where no server has been given.
#pragma once

#include <memory>
#include <string>

#include "core/worker.hpp"

namespace tocsin::workers {

struct MailOptions {
  /// smtp[s]://[user:password@]host[:port]; empty: mail is not configured. Over smtp:// STARTTLS is
  /// used where the server offers it, and required when credentials are given, unless the host is
  /// the loopback.
  std::string url;
  std::string ca_file;  // certificates to trust in place of the system's; empty: the system's
  std::size_t threads = 2;
  std::size_t max_queue = 1000;
  long timeout_ms = 30'000;
};

/// Reads and checks the URL: what is wrong with it, for the command line to say. Error:
/// ValidationException; the message never holds the password.
Result<void> check_mail_url(const std::string& url);

/// Any thread.
class MailWorker : public core::Worker {
 public:
  explicit MailWorker(MailOptions options);
  ~MailWorker() override;

  std::vector<std::string> kinds() const override { return {"mail.send"}; }
  void start() override;
  void stop() override;
  void run(core::Job job, core::JobDone done) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::workers
