// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "services/config/channels.hpp"
#include "services/config/exports.hpp"

namespace tocsin::config {
namespace {

using core::Key;

/// Items of one type that make one file.
struct Chunk {
  std::string type;
  std::vector<Item> items;
};

/// Of a part of the resources, in their order: what each went through in the period.
std::vector<Chunk> gather(core::Context& context, Export& job, std::size_t& count) {
  std::vector<Chunk> chunks;
  std::optional<Key> after;
  if (job.after) after = Key::of(context.scope(), job.after->type, job.after->id);
  const Period period{.from = job.from + Duration(1), .until = job.until};
  kResources.scan(
      context, Key::of(context.scope()),
      [&](const auto& parts, const Resource& resource) {
        const ResourceKey key{parts[2], parts[3]};
        if (resource.captured > job.from) {
          if (chunks.empty() || chunks.back().type != key.type) chunks.push_back({key.type, {}});
          history(context, context.scope(), key, period, store::Direction::Forward,
                  [&](const Item& item) {
                    chunks.back().items.push_back(item);
                    return true;
                  });
        }
        if (job.after && job.after->type != key.type) job.chunk = 0;
        job.after = key;
        return ++count < kResourcesAtOnce;
      },
      store::Direction::Forward, after);
  std::erase_if(chunks, [](const Chunk& chunk) { return chunk.items.empty(); });
  return chunks;
}

std::string key_of(const core::Context& context, const Channel& channel, const Export& job,
                   const Chunk& chunk, std::int64_t number) {
  const auto& scope = context.scope();
  return fmt::format("{}{}_Config_{}_ConfigHistory_{}_{}_{}_{}.json.gz",
                     day_folder(scope, channel, job.until, "ConfigHistory"), scope.account.str(),
                     scope.region, chunk.type, amz_date(chunk.items.front().captured),
                     amz_date(chunk.items.back().captured), number);
}

std::string text_of(const Chunk& chunk) {
  std::string text = R"({"fileVersion":"1.0","configurationItems":[)";
  for (const auto& item : chunk.items) {
    if (text.back() != '[') text += ',';
    text += to_json(delivered_item(item));
  }
  return text + "]}";
}

}  // namespace

bool history_piece(core::Context& context, Export& job) {
  const auto channel = channel_of(context, context.scope());
  if (!channel) return false;
  const auto type_before = job.after ? job.after->type : std::string();
  const auto chunk_before = job.chunk;
  std::size_t count = 0;
  auto chunks = gather(context, job, count);
  for (auto& chunk : chunks) {
    std::ranges::stable_sort(chunk.items, {}, &Item::captured);
    const auto number = chunk.type == type_before ? chunk_before + 1 : 1;
    if (chunk.type == job.after->type) job.chunk = number;
    const auto body = packed_blob(context, text_of(chunk));
    if (!body) return false;
    send(context, {.what = Sending::What::History,
                   .bucket = channel->bucket,
                   .key = key_of(context, *channel, job, chunk, number),
                   .body = *body});
  }
  return count == kResourcesAtOnce;
}

}  // namespace tocsin::config
