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
};
void notify(core::Call& call, const Bucket& bucket, const Occurrence& occurrence);

core::Outcome put_bucket_notification_configuration(core::Call& call);
core::Outcome get_bucket_notification_configuration(core::Call& call);

}  // namespace tocsin::s3
