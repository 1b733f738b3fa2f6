// SPDX-License-Identifier: Apache-2.0
// Digest files: each hour, what lies in the bucket, with its hashes, signed, and chained to the
// digest before it by that one's signature. docs/evidence.md tells how they are validated.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "base/log.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kHour = std::chrono::hours(1);

Time next_hour(Time now) {
  return std::chrono::floor<std::chrono::hours>(now) + kHour;
}

/// The hour goes along: after a standstill every hour that passed gets its own digest.
std::string set_timer(core::Context& context, const Trail& trail, Time hour) {
  const auto scope = context.scope();
  context.set_scope(trail.scope);
  auto id = context.upkeep(
      hour, {"cloudtrail.digest", Object{{"trail", trail.arn()}, {"hour", to_ms(hour)}}});
  context.set_scope(scope);
  return id;
}

std::string object_key(const Trail& trail, const std::string& region, Time end) {
  const auto& account = trail.scope.account.str();
  return fmt::format(
      "{}{}AWSLogs/{}/CloudTrail-Digest/{}/{}/{}_CloudTrail-Digest_{}_{}_{}_{}.json.gz",
      trail.prefix, trail.prefix.empty() ? "" : "/", account, region, format_time(end, "%Y/%m/%d"),
      account, region, trail.name, trail.scope.region, amz_date(end));
}

/// Takes the region's files that came until `end`.
std::vector<DeliveredFile> take_files(core::Context& context, const std::string& trail_arn,
                                      const std::string& region, Time end) {
  std::vector<DeliveredFile> files;
  std::vector<core::Key> taken;
  const auto last = fmt::format("{:016x}", to_ms(end));
  kFiles.scan(context, core::Key{trail_arn, region}, [&](const auto& key, const auto& file) {
    if (key[2] > last) return false;
    files.push_back(file);
    taken.push_back(core::Key::from(key));
    return true;
  });
  for (const auto& key : taken)
    kFiles.erase(context, key);
  return files;
}

DeliveredFile as_file(const Upload& upload) {
  return {upload.bucket, upload.key, upload.hash, upload.oldest, upload.newest};
}

Document or_null(const std::string& value) {
  return value.empty() ? Document(nullptr) : Document(boost::json::string(value));
}

Array listed(const std::vector<DeliveredFile>& files) {
  Array list;
  for (const auto& file : files) {
    list.push_back(Object{{"s3Bucket", file.bucket},
                          {"s3Object", file.key},
                          {"hashValue", file.hash},
                          {"hashAlgorithm", "SHA-256"},
                          {"newestEventTime", iso8601(file.newest)},
                          {"oldestEventTime", iso8601(file.oldest)}});
  }
  return list;
}

struct Digest {
  Time end{};
  std::string key, fingerprint;
  const std::vector<DeliveredFile>& files;
};

/// The members in AWS's order.
Object content_of(const Trail& trail, const Chain& chain, const Digest& digest) {
  Object out{{"awsAccountId", trail.scope.account.str()},
             {"digestStartTime", iso8601(chain.start)},
             {"digestEndTime", iso8601(digest.end)},
             {"digestS3Bucket", trail.bucket},
             {"digestS3Object", digest.key},
             {"digestPublicKeyFingerprint", digest.fingerprint},
             {"digestSignatureAlgorithm", "SHA256withRSA"},
             {"newestEventTime", nullptr},
             {"oldestEventTime", nullptr}};
  if (!digest.files.empty()) {
    out["newestEventTime"] =
        iso8601(std::ranges::max(digest.files, {}, &DeliveredFile::newest).newest);
    out["oldestEventTime"] =
        iso8601(std::ranges::min(digest.files, {}, &DeliveredFile::oldest).oldest);
  }
  out["previousDigestS3Bucket"] = or_null(chain.bucket);
  out["previousDigestS3Object"] = or_null(chain.key);
  out["previousDigestHashValue"] = or_null(chain.hash);
  out["previousDigestHashAlgorithm"] = or_null(chain.hash.empty() ? "" : "SHA-256");
  out["previousDigestSignature"] = or_null(chain.signature);
  out["logFiles"] = listed(digest.files);
  return out;
}

/// Writes one digest and moves the chain on to it.
void write_digest(core::Context& context, const Trail& trail, const std::string& region,
                  Chain& chain, Time end, const std::vector<DeliveredFile>& files) {
  const auto key = signing_key(context, {trail.scope.account, region}, end);
  const Digest digest{end, object_key(trail, region, end), key.fingerprint, files};
  const auto content = to_json(content_of(trail, chain, digest));
  const auto hash = hex(sha256(content));
  const auto signature =
      sign(context, key,
           fmt::format("{}\n{}/{}\n{}\n{}", iso8601(end), trail.bucket, digest.key, hash,
                       chain.signature.empty() ? "null" : chain.signature));
  chain = {end, trail.bucket, digest.key, hash, signature};
  const auto blob = context.blobs().put(gzip(content));
  if (!blob) {
    log_error("digest not written", {{"trail", trail.arn()}, {"cause", blob.error().message}});
    return;
  }
  send(context, {.trail = trail.arn(),
                 .region = region,
                 .bucket = trail.bucket,
                 .key = digest.key,
                 .body = store::to_document(*blob),
                 .hash = hash,
                 .signature = signature});
}

void begin_chain(core::Context& context, const std::string& trail_arn, const std::string& region,
                 Time start) {
  const core::Key key{trail_arn, region};
  if (!kChains.contains(context, key)) kChains.put(context, key, {.start = start});
}

std::map<std::string, Chain> chains_of(const store::View& view, const std::string& trail_arn) {
  std::map<std::string, Chain> chains;
  kChains.scan(view, core::Key{trail_arn}, [&](const auto& key, const Chain& chain) {
    chains[key[1]] = chain;
    return true;
  });
  return chains;
}

}  // namespace

void start_digests(core::Context& context, const Trail& trail) {
  if (!trail.logging || !trail.log_validation) return;
  const auto trail_arn = trail.arn();
  auto delivery = delivery_of(context, trail_arn);
  if (!delivery.digest_timer.empty()) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(context.now());
  delivery.digest_from = now;
  delivery.digest_timer = set_timer(context, trail, next_hour(now));
  kDeliveries.put(context, core::Key{trail_arn}, delivery);
  begin_chain(context, trail_arn, trail.scope.region, now);
  context.later({"cloudtrail.signing_key", encode(trail.scope)});
}

void vouch_for(core::Context& context, const Upload& file) {
  const auto from = delivery_of(context, file.trail).digest_from;
  begin_chain(context, file.trail, file.region, from);
  kFiles.put(
      context,
      core::Key{file.trail, file.region, fmt::format("{:016x}", to_ms(context.now())), file.key},
      as_file(file));
}

void write_digests(core::Context& context, const Trail& trail, Time end,
                   const std::vector<Upload>& more) {
  const auto trail_arn = trail.arn();
  for (const auto& file : more)
    begin_chain(context, trail_arn, file.region, delivery_of(context, trail_arn).digest_from);
  for (auto& [region, chain] : chains_of(context, trail_arn)) {
    auto files = take_files(context, trail_arn, region, end);
    for (const auto& file : more) {
      if (file.region == region) files.push_back(as_file(file));
    }
    write_digest(context, trail, region, chain, end, files);
    kChains.put(context, core::Key{trail_arn, region}, chain);
  }
}

void digest(core::Context& context, const core::Resumption& due) {
  const auto trail_arn = string_of(due.context, "trail");
  const auto trail = trail_of(context, trail_arn);
  const auto hour = from_ms(integer(due.context, "hour").value_or(0));
  if (!trail) return;
  write_digests(context, *trail, hour);
  auto delivery = delivery_of(context, trail_arn);
  delivery.digest_from = hour;
  const bool goes_on = trail->log_validation && (trail->logging || delivery.waiting > 0);
  delivery.digest_timer = goes_on ? set_timer(context, *trail, hour + kHour) : "";
  kDeliveries.put(context, core::Key{trail_arn}, delivery);
  if (!goes_on) end_chains(context, trail_arn);
}

void end_chains(core::Context& context, const std::string& trail_arn) {
  std::vector<core::Key> keys;
  kChains.scan(context, core::Key{trail_arn}, [&](const auto& key, const Chain&) {
    keys.push_back(core::Key::from(key));
    return true;
  });
  for (const auto& key : keys)
    kChains.erase(context, key);
}

}  // namespace tocsin::cloudtrail
