// SPDX-License-Identifier: Apache-2.0
// Reads the zip archives in which functions come. What an archive says is not trusted: no path or
// link may leave the folder, sizes are counted on what is really unpacked, kinds of entries other
// than files, folders and symbolic links are refused.
// Limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "store/blobs.hpp"

namespace tocsin::workers {

struct ZipLimits {
  std::uint64_t bytes = 262'144'000;
  std::uint64_t entries = 100'000;
};

struct ZipContent {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Reads every entry and keeps nothing. Errors: InvalidParameterValueException 400 in AWS's words;
/// the blob's own errors.
Result<ZipContent> inspect_zip(store::BlobReader& zip, const ZipLimits& limits = {});

/// Unpacks into `folder`, which must exist and be empty. Files are readable by everyone, set-id
/// bits are dropped, and symbolic links are made last, so that no file is written through one.
Result<ZipContent> unpack_zip(store::BlobReader& zip, const std::filesystem::path& folder,
                              const ZipLimits& limits = {});

/// "a/./b//c" as "a/b/c"; none for a path that is absolute, empty, too long or goes up by "..".
std::optional<std::string> safe_entry_path(std::string_view path);
/// Whether the link `path` -> `target` stays in the folder.
bool safe_link(std::string_view path, std::string_view target);

}  // namespace tocsin::workers
