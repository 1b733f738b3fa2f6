// SPDX-License-Identifier: Apache-2.0
// CSV as ItemReader takes it (RFC 4180): a first row or given names as headers.
#include <algorithm>
#include <set>

#include "services/states/map_items.hpp"

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
  Reader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  bool next(Row& row) {
    row.clear();
    if (at_ >= text_.size()) return false;
    row.emplace_back();
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quoted) {
        if (c != '"')
          row.back() += c;
        else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"')
          row.back() += text_[++at_];
        else
          quoted = false;
      } else if (c == '"' && row.back().empty()) {
        quoted = true;
      } else if (c == delimiter_) {
        row.emplace_back();
      } else if (c == '\n') {
        ++at_;
        break;
      } else if (c != '\r') {
        row.back() += c;
      }
    }
    return true;
  }

 private:
  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Array> csv_items(std::string_view given, const Object& config) {
  if (given.starts_with("\xef\xbb\xbf")) given.remove_prefix(3);
  Reader reader(given, delimiter_of(config));
  Row headers;
  if (text(config, "CSVHeaderLocation") == "GIVEN") {
    for (const auto& name : array_of(config, "CSVHeaders"))
      headers.emplace_back(name.is_string() ? std::string(name.get_string()) : to_json(name));
  } else if (!reader.next(headers)) {
    return Array{};
  }
  if (std::set(headers.begin(), headers.end()).size() != headers.size())
    return fail("States.ItemReaderFailed", "CSV headers cannot contain duplicates.");
  Array items;
  for (Row row; reader.next(row);) {
    Object item;
    for (std::size_t i = 0; i < std::max(headers.size(), row.size()); ++i) {
      const auto name = i < headers.size() ? headers[i] : std::string();
      if (!item.contains(name)) item[name] = i < row.size() ? row[i] : std::string();
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace tocsin::states
