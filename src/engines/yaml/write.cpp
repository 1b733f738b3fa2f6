// SPDX-License-Identifier: Apache-2.0
#include "engines/yaml/yaml.hpp"

namespace tocsin::yaml {
namespace {

bool needs_quotes(std::string_view text) {
  constexpr std::string_view kFirst = "-?:,[]{}#&*!|>'\"%@` \t";
  if (text.empty() || kFirst.find(text[0]) != text.npos || text.back() == ' ' || text.back() == ':')
    return true;
  if (text.find(": ") != text.npos || text.find(" #") != text.npos) return true;
  for (const unsigned char c : text)
    if (c < ' ' || c == 0x7f) return true;
  const auto read = parse(text);
  return !read || !read->is_string() || std::string_view(read->get_string()) != text;
}

std::string scalar(const Document& value) {
  const auto* text = value.if_string();
  if (!text) return to_json(value);  // JSON's scalars and empty collections are YAML's
  return needs_quotes(*text) ? to_json(value) : std::string(*text);
}

/// A text of lines that a literal block shows as they are.
bool is_block(const Document& value) {
  const auto* text = value.if_string();
  if (!text || text->empty() || text->find('\n') == text->npos || (*text)[0] == ' ' ||
      (*text)[0] == '\n')
    return false;
  for (const unsigned char c : *text)
    if ((c < ' ' && c != '\n') || c == 0x7f) return false;
  return !text->ends_with("\n\n");
}

bool is_nested(const Document& value) {
  return (value.is_object() && !value.get_object().empty()) ||
         (value.is_array() && !value.get_array().empty());
}

void put(std::string& out, const Document& value, std::size_t indent);

void put_block(std::string& out, std::string_view text, std::size_t indent) {
  out += text.ends_with('\n') ? "|\n" : "|-\n";
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end) out.append(indent, ' ').append(text.substr(0, end));
    out += '\n';
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

/// What stands behind "key:" or "-".
void put_member(std::string& out, const Document& value, std::size_t indent) {
  if (is_block(value)) {
    out += ' ';
    put_block(out, value.get_string(), indent + 2);
  } else if (is_nested(value)) {
    out += '\n';
    put(out, value, value.is_array() ? indent : indent + 2);
  } else {
    out += ' ' + scalar(value) + '\n';
  }
}

void put(std::string& out, const Document& value, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      out += margin + scalar(Document(boost::json::string(member.key()))) + ":";
      put_member(out, member.value(), indent);
    }
    return;
  }
  for (const auto& item : value.get_array()) {
    if (!is_nested(item)) {
      out += margin + "-";
      put_member(out, item, indent);
      continue;
    }
    std::string inner;
    put(inner, item, indent + 2);
    inner[indent] = '-';  // the first member stands beside the dash
    out += inner;
  }
}

}  // namespace

std::string write(const Document& document) {
  if (!is_nested(document)) return scalar(document) + "\n";
  std::string out;
  put(out, document, 0);
  return out;
}

}  // namespace tocsin::yaml
