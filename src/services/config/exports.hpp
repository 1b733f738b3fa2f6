// SPDX-License-Identifier: Apache-2.0
// Files in the bucket: snapshots of all that is, and the history of six hours, a file a resource
// type. Both are made in pieces, an input each.
#pragma once

#include "services/config/delivery.hpp"

namespace tocsin::config {

/// A file, or several, on the way to be made.
struct Export {
  enum class Kind { Snapshot, History };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, Snapshot, History)
  Kind kind = Kind::Snapshot;
  std::string id;
  Time from{}, until{};              // items captured in (from, until]
  std::optional<ResourceKey> after;  // resources up to here are done
  Array parts;                       // blobs: members of one gzip file
  bool some = false;                 // an item stands in them
  std::int64_t chunk = 0;            // of history: number of the newest file of the type
};
BOOST_DESCRIBE_STRUCT(Export, (), (kind, id, from, until, after, parts, some, chunk))

inline constexpr core::Table<Export> kExports{"config.exports"};  // account, region, id

/// Returns its id.
std::string start_snapshot(core::Context& context);
void start_history(core::Context& context, Time from, Time until);
/// The next piece.
void export_step(core::Context& context, const core::Resumption& step);

// exports_snapshot.cpp, exports_history.cpp: what to do with up to so many resources; whether there
// are more.
inline constexpr std::size_t kResourcesAtOnce = 500;
bool snapshot_piece(core::Context& context, Export& job);
bool history_piece(core::Context& context, Export& job);

/// A gzip file of text as a blob: {"$blob": …}.
Result<Document> packed_blob(core::Context& context, std::string_view text);

/// Tells topic and bus that a file lies in the bucket, or why it does not.
void announce(core::Context& context, const Sending& file, const Error* error);

}  // namespace tocsin::config
