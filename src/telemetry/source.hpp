// SPDX-License-Identifier: Apache-2.0
// Bytes of a file, a pipe or standard input; gzip (also several members in a row) is recognised by
// its first bytes and decompressed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tocsin::telemetry {

class Source {
 public:
  virtual ~Source() = default;
  /// Up to `size` bytes; 0 at the end. After an error there is nothing more; what came before
  /// counts.
  virtual Result<std::size_t> read(char* into, std::size_t size) = 0;
};

/// `path` "-": standard input. Error: why it cannot be opened.
Result<std::unique_ptr<Source>> open_source(const std::string& path);
/// Bytes in memory, as if they were a file's.
std::unique_ptr<Source> memory_source(std::string bytes);

/// The files to be read: `path` itself, or all below a folder in the order of their names (AWS's S3
/// layout of a trail sorts by account, region and day). Error: what cannot be read.
Result<std::vector<std::string>> list_files(const std::filesystem::path& path);

}  // namespace tocsin::telemetry
