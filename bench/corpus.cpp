// SPDX-License-Identifier: Apache-2.0
#include "corpus.hpp"

#include <memory>
#include <simdjson.h>
#include <zlib.h>

namespace tocsin::bench {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<std::string> read_gzip(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(::gzopen(file.c_str(), "rb"), ::gzclose);
  if (!in) return fail("NotFound", "cannot read " + file.string());
  std::string text;
  std::string piece(1 << 20, '\0');
  int count = 0;
  while ((count = ::gzread(in.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0)
    text.append(piece, 0, count);
  if (count < 0) return fail("Damaged", "cannot unpack " + file.string());
  return text;
}

Result<Corpus> read_corpus(const std::filesystem::path& file) {
  Corpus corpus {
    .text = TRY(read_gzip(file))
  };
  const auto size = corpus.text.size();
  corpus.text.resize(size + simdjson::SIMDJSON_PADDING);
  corpus.lines = split(std::string_view(corpus.text).substr(0, size));
  return corpus;
}

Result<std::vector<std::string>> read_lines(const std::filesystem::path& file) {
  const auto text = TRY(read_gzip(file));
  const auto lines = split(text);
  return std::vector<std::string>(lines.begin(), lines.end());
}

}  // namespace tocsin::bench
