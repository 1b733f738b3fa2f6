// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/exports.hpp"

namespace tocsin::config {
namespace {

using core::Key;

/// The members of a gzip file, one after the other, are a gzip file.
Result<Document> joined(core::Context& context, const Array& parts) {
  if (parts.size() == 1) return parts[0];
  auto writer = TRY(context.blobs().create());
  for (const auto& part : parts)
    TRY(writer->write(TRY(context.blob(*store::blob_ref(part)))));
  return store::to_document(TRY(writer->finish()));
}

std::string key_of(const core::Context& context, const Channel& channel, const Export& job) {
  const auto& scope = context.scope();
  return fmt::format("{}{}_Config_{}_ConfigSnapshot_{}_{}.json.gz",
                     day_folder(scope, channel, job.until, "ConfigSnapshot"), scope.account.str(),
                     scope.region, amz_date(job.until), job.id);
}

bool is_shown(const std::optional<Item>& item) {
  return item && !is_deleted(item->status) && item->status != ItemStatus::ResourceNotRecorded;
}

}  // namespace

bool snapshot_piece(core::Context& context, Export& job) {
  const auto channel = channel_of(context, context.scope());
  if (!channel) return false;
  std::string text;
  if (job.parts.empty()) {
    text = fmt::format(R"({{"fileVersion":"1.0","configSnapshotId":"{}","configurationItems":[)",
                       job.id);
  }
  std::size_t count = 0;
  std::optional<Key> after;
  if (job.after) after = Key::of(context.scope(), job.after->type, job.after->id);
  kResources.scan(
      context, Key::of(context.scope()),
      [&](const auto& parts, const Resource& resource) {
        job.after = ResourceKey{parts[2], parts[3]};
        if (resource.discovered <= job.until) {
          const auto item = item_at(context, context.scope(), parts[2], parts[3], job.until);
          if (is_shown(item)) {
            if (std::exchange(job.some, true)) text += ',';
            text += to_json(delivered_item(*item));
          }
        }
        return ++count < kResourcesAtOnce;
      },
      store::Direction::Forward, after);
  const bool more = count == kResourcesAtOnce;
  if (!more) text += "]}";
  const auto part = packed_blob(context, text);
  if (!part) return false;
  job.parts.push_back(*part);
  if (more) return true;
  const auto file = joined(context, job.parts);
  if (!file) return false;
  send(context, {.what = Sending::What::Snapshot,
                 .id = job.id,
                 .bucket = channel->bucket,
                 .key = key_of(context, *channel, job),
                 .body = *file});
  return false;
}

}  // namespace tocsin::config
