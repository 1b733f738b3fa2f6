// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/delivery.hpp"

namespace tocsin::config {
namespace {

Failure insufficient(const std::string& bucket, const std::string& why) {
  return fail("InsufficientDeliveryPolicyException",
              fmt::format("Insufficient delivery policy to s3 bucket: {}, {}.", bucket, why));
}

std::string or_null(const std::string& value) {
  return value.empty() ? "null" : value;
}

/// As the role and, where it may not, as the service.
Result<Document> attempt(core::Call& call, const std::string& role, const std::string& operation,
                         const Object& params) {
  const auto as = [&](As who) {
    return call
        .call(call_as(call.scope(), config_credential(call.scope(), who, role), "s3", operation,
                      params))
        .result();
  };
  auto reply = as(As::Role);
  if (!reply && is_denial(reply.error())) return as(As::Service);
  return reply;
}

}  // namespace

Result<void> check_bucket(core::Call& call, const Channel& channel, const std::string& role) {
  if (!call.identify(config_credential(call.scope(), As::Role, role)))
    return insufficient(channel.bucket, "unable to assume role: " + role);
  const auto acl = attempt(call, role, "GetBucketAcl", Object{{"Bucket", channel.bucket}});
  if (!acl && acl.error().code == "NoSuchBucket") {
    return fail("NoSuchBucketException",
                fmt::format("Cannot find a S3 bucket with the specified bucket name '{}'.",
                            channel.bucket));
  }
  if (!acl) return insufficient(channel.bucket, "unable to get s3 bucket acl");
  auto params =
      put_params(channel, folder_of(call.scope(), channel) + "/ConfigWritabilityCheckFile");
  params["Body"] = "";
  if (attempt(call, role, "PutObject", params)) return {};
  return insufficient(
      channel.bucket,
      fmt::format("unable to write to bucket, provided s3 key prefix is '{}', provided kms key is "
                  "'{}'",
                  or_null(channel.prefix), or_null(channel.kms_key)));
}

}  // namespace tocsin::config
