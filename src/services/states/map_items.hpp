// SPDX-License-Identifier: Apache-2.0
// The items of a map run: from the state, or read from S3.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Takes items that are known already.
void keep_items(core::Context& context, const Scope& scope, MapRun& run, const Array& items);
/// Reads what `run.reader` names: all of a file, or the next page of a listing. Error
/// States.ItemReaderFailed.
Result<void> read_items(core::Context& context, const Scope& scope, MapRun& run);

/// Goes through the items in order; those that have been taken are erased.
class ItemCursor {
 public:
  ItemCursor(core::Context& context, const Scope& scope, MapRun& run)
      : context_(context), scope_(scope), run_(run) {}
  /// The item at `run.next`. Null where none is left (more may be read). Error: the reader's.
  Result<const Document*> peek();
  void take();

 private:
  bool load();
  core::Context& context_;
  const Scope& scope_;
  MapRun& run_;
  Array values_;
  std::int64_t first_ = -1;
};

/// CSV text as objects. Error States.ItemReaderFailed.
Result<Array> csv_items(std::string_view text, const Object& config);

/// Sealed JSON.
Document sealed(core::Context& context, const Document& value);
Document unsealed(const core::Context& context, const Document& value);

/// S3, as the execution's role.
core::CallSpec s3_call(const Scope& scope, const MapRun& run, std::string operation, Object params);

}  // namespace tocsin::states
