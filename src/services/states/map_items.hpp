// SPDX-License-Identifier: Apache-2.0
// The items of a map run, in chunks: from the state, or read from S3 when they are needed.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Appends items to those that are known.
void keep_items(core::Context& context, const Scope& scope, MapRun& run, const Array& items);

/// Goes through the items in order; chunks that have been taken are erased.
class ItemCursor {
 public:
  ItemCursor(core::Context& context, const Scope& scope, MapRun& run, const MapRunData& data)
      : context_(context), scope_(scope), run_(run), data_(data) {}
  /// The item at `run.next`. Null where none is left. Error: the reader's.
  Result<const Document*> peek();
  void take() { ++run_.next; }

 private:
  bool load();
  void fetch();
  core::Context& context_;
  const Scope& scope_;
  MapRun& run_;
  const MapRunData& data_;
  Array values_;  // of the chunk at `run.first`
};

/// Sealed JSON.
Document sealed(core::Context& context, const Document& value);
Document unsealed(const core::Context& context, const Document& value);

/// What an ItemReader or ResultWriter calls S3 with, in either language.
Object parameters_of(const Document& part);
/// S3, as the execution's role.
core::CallSpec s3_call(const Scope& scope, const MapRunData& data, std::string operation,
                       Object params);

}  // namespace tocsin::states
