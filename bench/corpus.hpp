// SPDX-License-Identifier: Apache-2.0
// The city-lots corpus and its rules (../shared/data/citylots).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::bench {

/// Lines of JSON in one text with room behind it for simdjson, which reads beyond the end.
struct Corpus {
  std::string text;
  std::vector<std::string_view> lines;
};

Result<std::string> read_gzip(const std::filesystem::path& file);  // reads plain files, too
Result<Corpus> read_corpus(const std::filesystem::path& file);
/// One pattern a line.
Result<std::vector<std::string>> read_lines(const std::filesystem::path& file);

}  // namespace tocsin::bench
