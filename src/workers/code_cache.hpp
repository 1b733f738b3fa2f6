// SPDX-License-Identifier: Apache-2.0
// Unpacked code of functions: one folder for each zip, shared by its sandboxes, which see it
// read-only.
#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/blobs.hpp"

namespace tocsin::workers {

/// A folder of unpacked code. It is kept at least as long as someone holds it.
struct CodeFolder {
  std::string sha256;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

/// Any thread. The same zip is unpacked once, by the first who asks; others wait.
class CodeCache {
 public:
  CodeCache(store::Blobs& blobs, std::filesystem::path folder, std::uint64_t limit_bytes);

  /// Removes what an earlier run left and makes the folder.
  Result<void> prepare();
  Result<std::shared_ptr<const CodeFolder>> folder_of(const store::BlobRef& zip);
  /// The zips over each other, as layers are: what comes later replaces what is there.
  Result<std::shared_ptr<const CodeFolder>> merged_folder_of(
      const std::vector<store::BlobRef>& zips);

 private:
  std::shared_ptr<const CodeFolder> kept(std::string_view name);
  Result<std::shared_ptr<const CodeFolder>> unpacked(const store::BlobRef& zip);
  Result<std::shared_ptr<const CodeFolder>> unpack(const store::BlobRef& zip);
  void make_room();

  store::Blobs& blobs_;
  std::filesystem::path folder_;
  std::uint64_t limit_bytes_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const CodeFolder>> folders_;  // the last used first
};

}  // namespace tocsin::workers
