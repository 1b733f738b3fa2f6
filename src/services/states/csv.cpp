// SPDX-License-Identifier: Apache-2.0
// CSV as ItemReader takes it (RFC 4180): a first row or given names as headers.
#include <algorithm>
#include <set>

#include "services/states/map_reader.hpp"

namespace tocsin::states {
namespace {

using Row = std::vector<std::string>;

char delimiter_of(const Object& config) {
  const auto name = text(config, "CSVDelimiter", "COMMA");
  if (name == "PIPE") return '|';
  if (name == "SEMICOLON") return ';';
  if (name == "SPACE") return ' ';
  if (name == "TAB") return '\t';
  return ',';
}

class Reader {
 public:
  Reader(const Part& part, std::size_t from, char delimiter)
      : text_(part.text), last_(part.last), delimiter_(delimiter), at_(from) {}

  /// False where no further row is whole.
  bool next(Row& row) {
    row.clear();
    if (at_ >= text_.size()) return false;
    row.emplace_back();
    bool quoted = false;
    for (auto at = at_; at < text_.size(); ++at) {
      const char c = text_[at];
      if (quoted) {
        if (c != '"')
          row.back() += c;
        else if (at + 1 < text_.size() && text_[at + 1] == '"')
          row.back() += text_[++at];
        else
          quoted = false;
      } else if (c == '"' && row.back().empty()) {
        quoted = true;
      } else if (c == delimiter_) {
        row.emplace_back();
      } else if (c == '\n') {
        at_ = at + 1;
        return true;
      } else if (c != '\r') {
        row.back() += c;
      }
    }
    if (last_) at_ = text_.size();
    return last_;
  }
  std::size_t at() const { return at_; }

 private:
  std::string_view text_;
  bool last_;
  char delimiter_;
  std::size_t at_;
};

/// The names of the columns: given, or in the first row. Whether there are any.
Result<bool> read_headers(Reader& reader, const Object& config, Row& headers) {
  if (text(config, "CSVHeaderLocation") == "GIVEN") {
    for (const auto& name : array_of(config, "CSVHeaders"))
      headers.emplace_back(name.is_string() ? std::string(name.get_string()) : to_json(name));
  } else if (!reader.next(headers)) {
    headers.clear();
    return false;
  }
  if (std::set(headers.begin(), headers.end()).size() != headers.size())
    return unreadable("CSV headers cannot contain duplicates.");
  return true;
}

Object item_of(const Row& headers, const Row& row) {
  Object item;
  for (std::size_t i = 0; i < std::max(headers.size(), row.size()); ++i) {
    const auto name = i < headers.size() ? headers[i] : std::string();
    if (!item.contains(name)) item[name] = i < row.size() ? row[i] : std::string();
  }
  return item;
}

}  // namespace

Result<Items> csv_items(const Part& part, const Object& config, Row& headers) {
  const bool begins = headers.empty();
  const auto mark = begins && part.text.starts_with("\xef\xbb\xbf") ? std::size_t{3} : 0;
  Reader reader(part, mark, delimiter_of(config));
  Items out;
  if (begins && !TRY(read_headers(reader, config, headers))) return out;
  for (Row row; out.items.size() < kMostItemsOfPart && reader.next(row);)
    out.items.push_back(item_of(headers, row));
  out.used = reader.at();
  return out;
}

}  // namespace tocsin::states
