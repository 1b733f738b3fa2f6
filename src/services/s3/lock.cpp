// SPDX-License-Identifier: Apache-2.0
#include "services/s3/lock.hpp"

#include <fmt/format.h>

#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::int64_t kMostYears = 100;

Failure missing_configuration() {
  return invalid_request("Bucket is missing Object Lock Configuration");
}

Failure is_protected() {
  return access_denied("Access Denied because object protected by object lock.");
}

bool is_mode(std::string_view mode) {
  return mode == "GOVERNANCE" || mode == "COMPLIANCE";
}

bool is_retained(const core::Context& context, const ObjectVersion& object) {
  return !object.lock_mode.empty() && object.retain_until > context.now();
}

std::optional<Time> date_of(const Document& params, std::string_view member) {
  const auto* value = find(params, member);
  if (!value || !value->is_number()) return std::nullopt;
  return from_seconds(value->to_number<double>());
}

/// The bucket's default retention, from now on.
void set_default(const Call& call, const Bucket& bucket, ObjectVersion& object) {
  const auto mode = text(bucket.lock_default, "Mode");
  if (mode.empty()) return;
  const auto days = integer(bucket.lock_default, "Days")
                        .value_or(integer(bucket.lock_default, "Years").value_or(0) * 365);
  object.lock_mode = mode;
  object.retain_until = call.now() + std::chrono::hours(24 * days);
}

Result<void> check_retention(const Call& call, std::string_view mode,
                             const std::optional<Time>& until) {
  if (!is_mode(mode))
    return invalid_argument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode);
  if (*until <= call.now()) {
    return invalid_argument("The retain until date must be in the future!",
                            "x-amz-object-lock-retain-until-date", iso8601_ms(*until));
  }
  return {};
}

/// Days or Years, one of them. Errors: MalformedXML, InvalidArgument.
Result<Object> default_retention(const Document& configuration) {
  const auto& retention = object_of(object_of(configuration, "Rule"), "DefaultRetention");
  if (!find(configuration, "Rule")) return Object{};
  const auto days = integer(retention, "Days"), years = integer(retention, "Years");
  if (!is_mode(text(retention, "Mode")) || days.has_value() == years.has_value())
    return malformed_xml();
  const auto period = days.value_or(years.value_or(0));
  if (period <= 0)
    return invalid_argument("Default retention period must be a positive integer value.");
  if (period > (days ? kMostYears * 365 : kMostYears))
    return invalid_argument("Default retention period is too large.");
  return retention;
}

bool may_bypass(Call& call, const Bucket& bucket, const ObjectVersion& object) {
  return flag(call.params(), "BypassGovernanceRetention") &&
         call.authorize(object_access(call, bucket, object.key, "s3:BypassGovernanceRetention"))
             .has_value();
}

/// A retention may be made longer by anybody, looser only of governance, with the permission to
/// bypass it.
Result<void> check_change(Call& call, const Bucket& bucket, const ObjectVersion& object,
                          std::string_view mode, const std::optional<Time>& until) {
  if (!is_retained(call, object)) return {};
  const bool longer = mode == object.lock_mode && until && *until >= object.retain_until;
  const bool stricter = mode == "COMPLIANCE" && until && *until >= object.retain_until;
  if (longer || stricter) return {};
  if (object.lock_mode == "GOVERNANCE" && may_bypass(call, bucket, object)) return {};
  return is_protected();
}

Failure no_lock_on_object() {
  return fail("NoSuchObjectLockConfiguration",
              "The specified object does not have a ObjectLock configuration", 404);
}

}  // namespace

Result<void> set_lock(const Call& call, const Bucket& bucket, ObjectVersion& object) {
  const auto& params = call.params();
  const auto mode = text(params, "ObjectLockMode"),
             hold = text(params, "ObjectLockLegalHoldStatus");
  const auto until = date_of(params, "ObjectLockRetainUntilDate");
  const bool asked = !mode.empty() || until || !hold.empty();
  if (asked && !bucket.object_lock) return missing_configuration();
  if (!hold.empty() && hold != "ON" && hold != "OFF")
    return invalid_argument("Legal Hold must be either of 'ON' or 'OFF'",
                            "x-amz-object-lock-legal-hold", hold);
  object.legal_hold = hold == "ON";
  object.legal_hold_set = !hold.empty();
  if (mode.empty() && !until) {
    if (bucket.object_lock) set_default(call, bucket, object);
    return {};
  }
  if (mode.empty() || !until) {
    return invalid_argument(
        "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
        "x-amz-object-lock-mode", mode);
  }
  TRY(check_retention(call, mode, until));
  object.lock_mode = mode;
  object.retain_until = *until;
  return {};
}

Result<void> check_deletable(Call& call, const Bucket& bucket, const ObjectVersion& object) {
  if (object.legal_hold) return is_protected();
  if (!is_retained(call, object)) return {};
  if (object.lock_mode == "GOVERNANCE" && may_bypass(call, bucket, object)) return {};
  return is_protected();
}

bool is_locked(const core::Context& context, const ObjectVersion& object) {
  return object.legal_hold || is_retained(context, object);
}

void add_lock(Object& reply, const ObjectVersion& object) {
  if (!object.lock_mode.empty()) {
    reply["ObjectLockMode"] = object.lock_mode;
    reply["ObjectLockRetainUntilDate"] = to_seconds(object.retain_until);
  }
  if (object.legal_hold) reply["ObjectLockLegalHoldStatus"] = "ON";
}

void enable_lock(Bucket& bucket) {
  bucket.object_lock = true;
  bucket.versioning = "Enabled";
}

Outcome put_object_lock_configuration(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const auto& configuration = object_of(call.params(), "ObjectLockConfiguration");
  if (text(configuration, "ObjectLockEnabled") != "Enabled") return malformed_xml();
  if (bucket.versioning != "Enabled") {
    return fail("InvalidBucketState",
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
                409);
  }
  bucket.lock_default = TRY(default_retention(Document(configuration)));
  bucket.object_lock = true;
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_object_lock_configuration(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.object_lock) {
    Error error{"ObjectLockConfigurationNotFoundError",
                "Object Lock configuration does not exist for this bucket", 404};
    error.members = {{"BucketName", bucket.name}};
    return error;
  }
  Object configuration{{"ObjectLockEnabled", "Enabled"}};
  if (!bucket.lock_default.empty())
    configuration["Rule"] = Object{{"DefaultRetention", bucket.lock_default}};
  return Object{{"ObjectLockConfiguration", std::move(configuration)}};
}

Outcome put_object_retention(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.object_lock) return missing_configuration();
  auto object = TRY(object_of_call(call, bucket));
  const auto& retention = object_of(call.params(), "Retention");
  const auto mode = text(retention, "Mode");
  const auto until = date_of(Document(retention), "RetainUntilDate");
  if (mode.empty() == until.has_value() || (!mode.empty() && !is_mode(mode)))
    return malformed_xml();
  if (until) TRY(check_retention(call, mode, until));
  TRY(check_change(call, bucket, object, mode, until));
  object.lock_mode = mode;
  object.retain_until = until.value_or(Time{});
  kObjects.put(call, key_of(object), object);
  return Object{};
}

Outcome get_object_retention(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.object_lock) return missing_configuration();
  const auto object = TRY(object_of_call(call, bucket));
  if (object.lock_mode.empty()) return no_lock_on_object();
  return Object{{"Retention", Object{{"Mode", object.lock_mode},
                                     {"RetainUntilDate", to_seconds(object.retain_until)}}}};
}

Outcome put_object_legal_hold(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.object_lock) return missing_configuration();
  auto object = TRY(object_of_call(call, bucket));
  const auto status = text(object_of(call.params(), "LegalHold"), "Status");
  if (status != "ON" && status != "OFF") return malformed_xml();
  object.legal_hold = status == "ON";
  object.legal_hold_set = true;
  kObjects.put(call, key_of(object), object);
  return Object{};
}

Outcome get_object_legal_hold(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.object_lock) return missing_configuration();
  const auto object = TRY(object_of_call(call, bucket));
  if (!object.legal_hold && !object.legal_hold_set) return no_lock_on_object();
  return Object{{"LegalHold", Object{{"Status", object.legal_hold ? "ON" : "OFF"}}}};
}

}  // namespace tocsin::s3
