// SPDX-License-Identifier: Apache-2.0
// Events about objects: to EventBridge where the bucket wants it, and to the topics, queues and
// functions of its configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

struct Occurrence {
  const ObjectVersion& object;
  std::string_view event;          // "ObjectCreated:Put"
  std::string_view reason = {};    // EventBridge's: "PutObject"
  std::string_view deletion = {};  // "Permanently Deleted", "Delete Marker Created"
  Object told = {};                // further members of EventBridge's detail
  Object recorded = {};            // and of the record for topics, queues and functions
};
/// Who did it, as the messages name them.
struct Actor {
  std::string requester;     // account, or service
  std::string principal_id;  // "AWS:AIDA…"
  std::string source_ip;
  std::string request_id;
};
void notify(core::Call& call, const Bucket& bucket, const Occurrence& occurrence);
void notify(core::Context& context, const Bucket& bucket, const Occurrence& occurrence,
            const Actor& actor);
/// S3 itself.
Actor lifecycle_actor(core::Context& context);

core::Outcome put_bucket_notification_configuration(core::Call& call);
core::Outcome get_bucket_notification_configuration(core::Call& call);

}  // namespace tocsin::s3
