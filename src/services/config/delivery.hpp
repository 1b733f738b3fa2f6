// SPDX-License-Identifier: Apache-2.0
// How Config reaches a bucket or a topic: as the recorder's role and, where that may not, as the
// service itself, whom the bucket's or topic's own policy may let in.
// https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
#pragma once

#include "services/config/state.hpp"

namespace tocsin::config {

enum class As { Role, Service };
BOOST_DESCRIBE_ENUM(As, Role, Service)

core::Credential config_credential(const Scope& scope, As as, const std::string& role);
core::CallSpec call_as(const Scope& scope, core::Credential credential, std::string service,
                       std::string operation, Document params);

/// Whether an error says that the caller may not.
bool is_denial(const Error& error);

/// Something under way to a bucket or topic.
struct Sending {
  enum class What { Notification, Snapshot, History, Oversized };
  BOOST_DESCRIBE_NESTED_ENUM(What, Notification, Snapshot, History, Oversized)
  What what = What::Notification;
  As as = As::Role;
  std::string id;                       // of the snapshot
  std::string bucket, key;              // of a file
  Document body;                        // of a file: store::BlobRef
  std::string topic, subject, message;  // of a notification
};
BOOST_DESCRIBE_STRUCT(Sending, (), (what, as, id, bucket, key, body, topic, subject, message))

/// Starts the task; how it ended is noted in the channel.
void send(core::Context& context, const Sending& sending);
void sent(core::Context& context, const core::Resumption& end);

/// "prefix/AWSLogs/123456789012/Config"
std::string folder_of(const Scope& scope, const Channel& channel);
/// "…/us-east-1/2016/9/23/ConfigSnapshot/": months and days without zeros.
std::string day_folder(const Scope& scope, const Channel& channel, Time day, std::string_view kind);
/// PutObject's parameters but for the body.
Object put_params(const Channel& channel, std::string key);

}  // namespace tocsin::config
