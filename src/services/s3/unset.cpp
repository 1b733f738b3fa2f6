// SPDX-License-Identifier: Apache-2.0
#include "services/s3/unset.hpp"

#include "services/s3/access.hpp"

namespace tocsin::s3 {
namespace {

core::Handler absent(std::string code, std::string message) {
  return [code = std::move(code), message = std::move(message)](core::Call& call) -> core::Outcome {
    const auto bucket = TRY(bucket_of(call));
    Error error{code, message, 404};
    error.members = {{"BucketName", bucket.name}};
    return error;
  };
}

core::Handler always(Object reply) {
  return [reply = std::move(reply)](core::Call& call) -> core::Outcome {
    TRY(bucket_of(call));
    return reply;
  };
}

}  // namespace

std::vector<core::Operation> unset_operations() {
  using enum core::Effect;
  return {{"GetBucketWebsite", Read,
           absent("NoSuchWebsiteConfiguration",
                  "The specified bucket does not have a website configuration"),
           needs_bucket("s3:GetBucketWebsite")},
          {"GetBucketReplication", Read,
           absent("ReplicationConfigurationNotFoundError",
                  "The replication configuration was not found"),
           needs_bucket("s3:GetReplicationConfiguration")},
          {"GetBucketAccelerateConfiguration", Read, always({}),
           needs_bucket("s3:GetAccelerateConfiguration")}};
}

}  // namespace tocsin::s3
