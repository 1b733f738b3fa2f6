// SPDX-License-Identifier: Apache-2.0
#include "services/config/exports.hpp"

#include <fmt/format.h>

#include "base/gzip.hpp"
#include "base/log.hpp"
#include "services/config/channels.hpp"
#include "services/config/notifications.hpp"

namespace tocsin::config {
namespace {

using core::Key;

core::Continuation next_step(const std::string& id) {
  return {"config.export", Object{{"export", id}}};
}

void start(core::Context& context, const Export& job) {
  kExports.put(context, Key::of(context.scope(), job.id), job);
  context.later(next_step(job.id));
}

std::string subject(const core::Context& context, std::string_view what) {
  return fmt::format("[AWS Config:{}] Configuration {} for Account {}", context.region(), what,
                     context.account().str());
}

Object file_message(const Sending& file, const Error* error) {
  Object message;
  if (!file.id.empty()) message["configSnapshotId"] = file.id;
  message["s3ObjectKey"] = file.key;
  message["s3Bucket"] = file.bucket;
  if (error) {
    message["errorCode"] = error->code;
    message["errorMessage"] = error->message;
  }
  message["recordVersion"] = "1.1";
  return message;
}

/// Topic and bus.
void tell(core::Context& context, std::string_view kind, std::string_view how, Object message) {
  const auto type = fmt::format("Configuration{}Delivery{}", kind, how);
  auto detail = completed_message(context, type, message);
  notify(context, type, subject(context, fmt::format("{} Delivery {}", kind, how)),
         std::move(message));
  context.emit({.source = "aws.config",
                .detail_type = fmt::format("Config Configuration {} Delivery Status", kind),
                .detail = std::move(detail)});
}

}  // namespace

std::string start_snapshot(core::Context& context) {
  Export job{.kind = Export::Kind::Snapshot, .id = context.new_uuid(), .until = context.now()};
  tell(context, "Snapshot", "Started",
       Object{{"configSnapshotId", job.id}, {"recordVersion", "1.1"}});
  start(context, job);
  return job.id;
}

void start_history(core::Context& context, Time from, Time until) {
  start(context,
        {.kind = Export::Kind::History, .id = context.new_uuid(), .from = from, .until = until});
}

void export_step(core::Context& context, const core::Resumption& step) {
  const auto key = Key::of(context.scope(), text(step.context, "export"));
  auto job = kExports.get(context, key);
  if (!job) return;
  const bool more = job->kind == Export::Kind::Snapshot ? snapshot_piece(context, *job)
                                                        : history_piece(context, *job);
  if (more) return start(context, *job);
  kExports.erase(context, key);
}

Result<Document> packed_blob(core::Context& context, std::string_view text) {
  auto blob = context.blobs().put(gzip(text));
  if (!blob) {
    log_error("a file of Config was not written", {{"cause", blob.error().message}});
    return fail(std::move(blob).error());
  }
  return store::to_document(*blob);
}

void announce(core::Context& context, const Sending& file, const Error* error) {
  const bool snapshot = file.what == Sending::What::Snapshot;
  tell(context, snapshot ? "Snapshot" : "History", error ? "Failed" : "Completed",
       file_message(file, error));
}

}  // namespace tocsin::config
