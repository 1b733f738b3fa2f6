// SPDX-License-Identifier: Apache-2.0
// Items of JSON and JSON Lines files, a part of the text at a time.
#include "services/states/map_reader.hpp"

namespace tocsin::states {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kSpace, at), text.size());
}

/// Where an element that begins at `at` ends: its comma, or the bracket behind it. npos: not here.
std::size_t element_end(std::string_view text, std::size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ',' && depth == 0) {
      return at;
    } else if ((c == ']' || c == '}') && depth-- == 0) {
      return at;
    }
  }
  return text.npos;
}

Failure not_json() {
  return unreadable("Attempting to map over a file that is not valid JSON.");
}

class JsonItems {
 public:
  JsonItems(const Part& part, std::string& bracket, bool none)
      : text_(part.text), last_(part.last), bracket_(bracket), none_(none) {}

  Result<Items> read() {
    if (bracket_.empty()) TRY(open());
    while (!out_.done && out_.items.size() < kMostItemsOfPart) {
      if (none_ && out_.items.empty() && ends_at(skip_space(text_, out_.used))) {
        TRY(close(skip_space(text_, out_.used)));
        break;
      }
      const auto end = element_end(text_, out_.used);
      if (end == text_.npos && last_) return not_json();
      if (end == text_.npos) break;
      out_.items.push_back(TRY(item(text_.substr(out_.used, end - out_.used))));
      out_.used = end + 1;
      if (text_[end] != ',') TRY(close(end));
    }
    return std::move(out_);
  }

 private:
  bool ends_at(std::size_t at) const {
    return at < text_.size() && text_[at] == (bracket_ == "[" ? ']' : '}');
  }

  Result<void> open() {
    if (text_.starts_with("\xef\xbb\xbf")) out_.used = 3;
    const auto at = skip_space(text_, out_.used);
    if (at == text_.size()) return not_json();
    if (text_[at] != '[' && text_[at] != '{') {
      if (!last_ || !parse_json(text_.substr(at))) return not_json();
      return unreadable("Attempting to map over non-iterable node.");
    }
    bracket_ = text_[at];
    out_.used = at + 1;
    return {};
  }

  Result<void> close(std::size_t at) {
    if (!ends_at(at) || skip_space(text_, at + 1) < text_.size()) return not_json();
    out_.used = at + 1;
    out_.done = true;
    return {};
  }

  /// An element of the array; a member of the object as {"Key": …, "Value": …}.
  Result<Document> item(std::string_view text) {
    const bool array = bracket_ == "[";
    auto parsed = array ? parse_json(text) : parse_json("{" + std::string(text) + "}");
    if (!parsed) return not_json();
    if (array) return *std::move(parsed);
    if (parsed->get_object().size() != 1) return not_json();
    auto& member = *parsed->get_object().begin();
    Object item{{"Key", member.key()}};
    item["Value"] = std::move(member.value());
    return Document(std::move(item));
  }

  std::string_view text_;
  bool last_;
  std::string& bracket_;
  bool none_;
  Items out_;
};

}  // namespace

Result<Items> json_items(const Part& part, std::string& bracket, bool none) {
  return JsonItems(part, bracket, none).read();
}

Result<Items> line_items(const Part& part) {
  Items out;
  while (out.used < part.text.size() && out.items.size() < kMostItemsOfPart) {
    auto end = part.text.find('\n', out.used);
    if (end == part.text.npos && !part.last) break;
    end = std::min(end, part.text.size());
    const auto line = part.text.substr(out.used, end - out.used);
    out.used = std::min(end + 1, part.text.size());
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    auto parsed = parse_json(line);
    if (!parsed) return unreadable("Attempting to map over a line that is not valid JSON.");
    out.items.push_back(*std::move(parsed));
  }
  return out;
}

}  // namespace tocsin::states
