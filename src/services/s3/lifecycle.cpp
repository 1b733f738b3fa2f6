// SPDX-License-Identifier: Apache-2.0
// Put-, Get- and DeleteBucketLifecycleConfiguration, and what replies say of the rules.
#include "services/s3/lifecycle.hpp"

#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/lifecycle_check.hpp"
#include "services/s3/lifecycle_rules.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kMinimum = "all_storage_classes_128K";
constexpr std::string_view kIdAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Each rule has an id, if not the client's.
Array with_ids(Call& call, const Array& rules) {
  Array out;
  for (const auto& each : rules) {
    out.push_back(each);
    auto& rule = out.back().as_object();
    if (text(rule, "ID").empty()) rule["ID"] = call.new_id(kIdAlphabet, 48);
  }
  return out;
}

Result<std::string> minimum_of(const Call& call) {
  const auto given = text(call.params(), "TransitionDefaultMinimumObjectSize", kMinimum);
  if (given == kMinimum || given == "varies_by_storage_class") return std::string(given);
  return invalid_argument("Invalid default transition minimum object size",
                          "x-amz-transition-default-minimum-object-size", given);
}

}  // namespace

Outcome put_bucket_lifecycle_configuration(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const auto& rules = array_of(object_of(call.params(), "LifecycleConfiguration"), "Rules");
  TRY(check_lifecycle(rules));
  bucket.transition_minimum = TRY(minimum_of(call));
  bucket.lifecycle = with_ids(call, rules);
  put_bucket(call, bucket);
  wake_lifecycle(call, bucket);
  return Object{{"TransitionDefaultMinimumObjectSize", bucket.transition_minimum}};
}

Outcome get_bucket_lifecycle_configuration(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (bucket.lifecycle.empty()) {
    Error error{"NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", 404};
    error.members = {{"BucketName", bucket.name}};
    return error;
  }
  Object reply{{"TransitionDefaultMinimumObjectSize", bucket.transition_minimum}};
  reply["Rules"] = bucket.lifecycle;
  return reply;
}

Outcome delete_bucket_lifecycle(Call& call) {
  auto bucket = TRY(bucket_of(call));
  bucket.lifecycle.clear();
  bucket.transition_minimum.clear();
  put_bucket(call, bucket);
  return Object{};
}

void add_expiration(Object& reply, const Bucket& bucket, const ObjectVersion& object) {
  if (const auto expiry = expiry_of(bucket, object)) {
    reply["Expiration"] =
        fmt::format("expiry-date=\"{}\", rule-id=\"{}\"", http_date(expiry->when), expiry->rule);
  }
}

void add_abort_date(Object& reply, const Bucket& bucket, const Upload& upload) {
  if (bucket.lifecycle.empty()) return;
  if (const auto end = abort_of(rules_of(bucket), upload)) {
    reply["AbortDate"] = to_seconds(end->when);
    reply["AbortRuleId"] = end->rule;
  }
}

}  // namespace tocsin::s3
