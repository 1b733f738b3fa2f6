// SPDX-License-Identifier: Apache-2.0
// Put- and GetBucketLogging; lines are gathered and delivered every five minutes.
#include "services/s3/access_log.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "services/s3/access.hpp"
#include "services/s3/access_line.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr auto kEvery = std::chrono::minutes(5);
constexpr std::string_view kDelivery = "logging.s3.amazonaws.com";
constexpr int kMostLines = 5000;  // of one file

struct Line {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Line, (), (text))
struct Pending {
  Time since{};
};
BOOST_DESCRIBE_STRUCT(Pending, (), (since))
/// Says of most buckets, without reading them, that nothing is to be noted.
constexpr core::Table<Pending> kLogged{"s3.logged"};         // bucket's name
constexpr core::Table<Line> kLines{"s3.access_lines"};       // bucket's store, order
constexpr core::Table<Pending> kPending{"s3.access_files"};  // bucket's store: a timer runs

void append(Context& context, const Bucket& bucket, std::string text) {
  const auto order = fmt::format("{:016x}{}", context.sequence(), context.new_id("0123456789", 8));
  kLines.put(context, Key{bucket.store, order}, {std::move(text)});
  if (kPending.contains(context, Key{bucket.store})) return;
  kPending.put(context, Key{bucket.store}, {context.now()});
  context.at(context.now() + kEvery,
             {"s3.deliver_access_log", Object{{"bucket", bucket.name}, {"store", bucket.store}}});
}

// ---- files

/// The simple prefix, or one by account, region, bucket and day.
std::string file_name(Context& context, const Bucket& bucket, const Object& logging) {
  const auto unique = context.new_id("0123456789ABCDEF", 16);
  const auto when = format_time(context.now(), "%Y-%m-%d-%H-%M-%S");
  const auto& format = object_of(logging, "TargetObjectKeyFormat");
  auto name = string_of(logging, "TargetPrefix");
  if (format.contains("PartitionedPrefix")) {
    name += fmt::format("{}/{}/{}/{}/", bucket.scope.account.str(), bucket.scope.region,
                        bucket.name, format_time(context.now(), "%Y/%m/%d"));
  }
  return fmt::format("{}{}-{}", name, when, unique);
}

/// TargetGrants as the headers of a PutObject.
void add_grants(Object& params, const Object& logging) {
  for (const auto& grant : array_of(logging, "TargetGrants")) {
    const auto permission = text(grant, "Permission");
    const auto* member = permission == "READ"    ? "GrantRead"
                         : permission == "WRITE" ? "GrantWriteACP"
                                                 : "GrantFullControl";
    const auto& grantee = object_of(grant, "Grantee");
    const bool group = grantee.contains("URI");
    auto value = string_of(params, member);
    if (!value.empty()) value += ", ";
    value += fmt::format("{}=\"{}\"", group ? "uri" : "id", text(grantee, group ? "URI" : "ID"));
    params[member] = value;
  }
}

core::CallSpec file_of(Context& context, const Bucket& bucket, const Scope& target,
                       std::string_view lines) {
  Object params{{"Bucket", text(bucket.logging, "TargetBucket")},
                {"Key", file_name(context, bucket, bucket.logging)},
                {"Body", base64(lines)},
                {"ContentType", "text/plain"}};
  add_grants(params, bucket.logging);
  return {"s3",
          "PutObject",
          std::move(params),
          target,
          {.kind = core::Credential::Kind::Service,
           .account = bucket.scope.account,
           .service = std::string(kDelivery),
           .source_arn = bucket.arn()},
          {}};
}

/// Takes the lines of one file out of the state.
std::string take_lines(Context& context, const std::string& store, bool& more) {
  std::string lines;
  std::vector<Key> taken;
  more = false;
  kLines.scan(context, Key{store}, [&](const auto& key, const Line& line) {
    if ((more = taken.size() == kMostLines)) return false;
    lines += line.text + '\n';
    taken.push_back(Key{key[0], key[1]});
    return true;
  });
  for (const auto& key : taken)
    kLines.erase(context, key);
  return lines;
}

void deliver(Context& context, const core::Resumption& due) {
  const auto store = string_of(due.context, "store");
  const auto bucket = kBuckets.get(context, Key{text(due.context, "bucket")});
  bool more = false;
  const auto lines = take_lines(context, store, more);
  if (more)
    context.later({"s3.deliver_access_log", due.context});
  else
    kPending.erase(context, Key{store});
  const bool wanted = bucket && bucket->store == store && !bucket->logging.empty();
  const auto target =
      wanted ? kBuckets.get(context, Key{text(bucket->logging, "TargetBucket")}) : std::nullopt;
  if (!target || lines.empty()) return;
  context.set_scope(bucket->scope);
  const auto sent = context.call(file_of(context, *bucket, target->scope, lines)).result();
  if (!sent)  // as on AWS, what may not be written is lost
    log_warning("an access log was not delivered",
                {{"bucket", bucket->name}, {"cause", sent.error().message}});
}

// ---- calls

void note(Context& context, const core::CallRecord& record) {
  if (record.request.service != "s3" || record.principal.service == kDelivery) return;
  const auto name = text(record.request.params, "Bucket");
  if (name.empty() || !kLogged.contains(context, Key{name})) return;
  const auto bucket = kBuckets.get(context, Key{name});
  if (!bucket || bucket->logging.empty()) return;
  for (auto& line : access_lines(context, *bucket, record))
    append(context, *bucket, std::move(line));
}

Failure invalid_target(std::string message) {
  return fail("InvalidTargetBucketForLogging", std::move(message));
}

Result<void> check_target(const Call& call, const Bucket& source, const Object& wanted) {
  const auto target = kBuckets.get(call, Key{text(wanted, "TargetBucket")});
  if (!target) return invalid_target("The target bucket for logging does not exist");
  if (target->scope.account != source.scope.account)
    return invalid_target(
        "The owner for the bucket to be logged and the target bucket must be the same.");
  if (target->scope.region != source.scope.region) {
    Error error{"CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ", 403};
    error.members = {{"TargetBucketLocation", target->scope.region},
                     {"SourceBucketLocation", source.scope.region}};
    return fail(std::move(error));
  }
  if (!array_of(wanted, "TargetGrants").empty() && target->acls_disabled())
    return invalid_argument(
        "TargetGrants cannot be specified for target bucket with Bucket Owner Enforced Object "
        "Ownership");
  return {};
}

}  // namespace

Outcome put_bucket_logging(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const auto& status = object_of(call.params(), "BucketLoggingStatus");
  const auto& wanted = object_of(status, "LoggingEnabled");
  if (status.contains("LoggingEnabled")) {
    if (!wanted.contains("TargetBucket") || !wanted.contains("TargetPrefix"))
      return malformed_xml();
    TRY(check_target(call, bucket, wanted));
  }
  bucket.logging = wanted;
  put_bucket(call, bucket);
  if (wanted.empty())
    kLogged.erase(call, Key{bucket.name});
  else
    kLogged.put(call, Key{bucket.name}, {call.now()});
  return Object{};
}

Outcome get_bucket_logging(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  Object reply;
  if (!bucket.logging.empty()) reply["LoggingEnabled"] = bucket.logging;
  return reply;
}

void on_access(core::Registry& registry) {
  registry.on_call(note);
  registry.on_resume("s3.deliver_access_log", deliver);
}

void log_lifecycle(Context& context, const Bucket& bucket, const ObjectVersion& object,
                   std::string_view operation) {
  if (!bucket.logging.empty())
    append(context, bucket, lifecycle_line(context, bucket, object, operation));
}

}  // namespace tocsin::s3
