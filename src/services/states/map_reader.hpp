// SPDX-License-Identifier: Apache-2.0
// ItemReader: items from S3, a piece at a time, so that neither an input's work nor memory grow
// with what is read.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Reads on: a page of a listing, or a piece of a file. Error States.ItemReaderFailed.
Result<void> read_some(core::Context& context, const Scope& scope, MapRun& run,
                       const MapRunData& data);

/// A part of a file, from where an item begins.
struct Part {
  std::string_view text;
  bool last = false;  // the file ends with it
};
/// The items that a part holds whole, up to kMostItemsOfPart, and how much of its text they are.
struct Items {
  Array items;
  std::size_t used = 0;
  bool done = false;  // what follows is no item
};
inline constexpr std::size_t kMostItemsOfPart = 2000;

// Errors: States.ItemReaderFailed.

/// Rows as objects; `headers` is empty before the first part.
Result<Items> csv_items(const Part& part, const Object& config, std::vector<std::string>& headers);
/// Elements of an array, or members of an object. `bracket` is empty before the first part; `none`:
/// there was no item before.
Result<Items> json_items(const Part& part, std::string& bracket, bool none);
Result<Items> line_items(const Part& part);

Failure unreadable(std::string message);

/// `most` bytes of an object from `offset` on.
struct Span {
  std::string bytes;
  std::string etag;
  bool last = false;
};
/// `etag`: what the object must have; empty: any.
Result<Span> object_span(core::Context& context, const Scope& scope, const MapRunData& data,
                         Object params, std::int64_t offset, std::size_t most,
                         const std::string& etag);

/// manifest.json of an S3 inventory: its columns, its files.
Result<void> read_manifest(const Document& manifest, Reading& reading);
/// One of its files, unpacked.
Result<store::BlobRef> unpacked(core::Context& context, const Scope& scope, const MapRunData& data,
                                const std::string& bucket, const std::string& key);

}  // namespace tocsin::states
