// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Location;
using model::Member;
using model::Shape;
using model::TimestampFormat;
using model::Type;

void escape(std::string& out, std::string_view text, bool attribute) {
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += attribute ? "&quot;" : "\"";
        break;
      case '\n':
      case '\t':
        if (attribute) {
          out += c == '\n' ? "&#10;" : "&#9;";
        } else {
          out += c;
        }
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
}

/// A flattened list stands as its elements; their own name wins over the list's.
std::string_view flat_name(const Member& member, std::string_view name, XmlStyle style) {
  const auto& element = member.shape->element();
  if (style.names == XmlStyle::Names::Query && !member.query_name.empty()) return name;
  return element.location_name.empty() ? name : element.location_name;
}

void write_list(XmlWriter& xml, const Member& member, std::string_view name, const Array& items,
                XmlStyle style) {
  const auto& element = member.shape->element();
  if (member.flattened) {
    const auto each = flat_name(member, name, style);
    for (const auto& item : items)
      write_member(xml, element, each, item, style);
    return;
  }
  if (items.empty()) return xml.empty(name);
  xml.open(name);
  for (const auto& item : items) {
    write_member(xml, element, element_name(element, style.names), item, style);
  }
  xml.close(name);
}

void write_map(XmlWriter& xml, const Member& member, std::string_view name, const Object& entries,
               XmlStyle style) {
  const auto& key = member.shape->key();
  const auto& value = member.shape->value();
  if (!member.flattened && entries.empty()) return xml.empty(name);
  if (!member.flattened) xml.open(name);
  const std::string_view each = member.flattened ? name : "entry";
  for (const auto& entry : entries) {
    xml.open(each);
    xml.leaf(element_name(key, style.names), entry.key());
    write_member(xml, value, element_name(value, style.names), entry.value(), style);
    xml.close(each);
  }
  if (!member.flattened) xml.close(name);
}

void write_structure(XmlWriter& xml, const Member& member, std::string_view name,
                     const Document& value, XmlStyle style) {
  std::vector<std::pair<std::string_view, std::string>> texts;
  const auto xmlns =
      member.xml_prefix.empty() ? std::string("xmlns") : fmt::format("xmlns:{}", member.xml_prefix);
  Attributes attributes;
  if (!member.xml_namespace.empty()) attributes.emplace_back(xmlns, member.xml_namespace);
  for (const auto& each : member.shape->members) {
    const auto* present = each.xml_attribute ? find(value, each.name) : nullptr;
    if (!present || present->is_null()) continue;
    texts.emplace_back(each.wire_name(),
                       scalar_to_text(each, *present, TimestampFormat::Iso8601, style.precision));
  }
  for (const auto& [key, text] : texts)
    attributes.emplace_back(key, text);
  xml.open(name, attributes);
  write_members(xml, *member.shape, value, style);
  xml.close(name);
}

}  // namespace

void XmlWriter::start(std::string_view name, const Attributes& attributes) {
  out_ += '<';
  out_ += name;
  for (const auto& [key, value] : attributes) {
    out_ += ' ';
    out_ += key;
    out_ += "=\"";
    escape(out_, value, true);
    out_ += '"';
  }
}

void XmlWriter::open(std::string_view name, const Attributes& attributes) {
  start(name, attributes);
  out_ += '>';
}

void XmlWriter::close(std::string_view name) {
  out_ += "</";
  out_ += name;
  out_ += '>';
}

void XmlWriter::text(std::string_view content) {
  escape(out_, content, false);
}

void XmlWriter::leaf(std::string_view name, std::string_view content) {
  open(name);
  text(content);
  close(name);
}

void XmlWriter::empty(std::string_view name, const Attributes& attributes) {
  start(name, attributes);
  out_ += "/>";
}

std::string_view element_name(const Member& member, XmlStyle::Names names) {
  if (names == XmlStyle::Names::Query && !member.query_name.empty()) return member.query_name;
  return member.wire_name();
}

void write_members(XmlWriter& xml, const Shape& shape, const Document& value, XmlStyle style) {
  for (const auto& member : shape.members) {
    if (member.location != Location::Body || member.xml_attribute) continue;
    const auto* present = find(value, member.name);
    if (!present || present->is_null()) continue;
    write_member(xml, member, element_name(member, style.names), *present, style);
  }
}

void write_member(XmlWriter& xml, const Member& member, std::string_view name,
                  const Document& value, XmlStyle style) {
  const auto type = member.shape->type;
  if (type == Type::List && value.is_array()) {
    write_list(xml, member, name, value.get_array(), style);
  } else if (type == Type::Map && value.is_object()) {
    write_map(xml, member, name, value.get_object(), style);
  } else if (type == Type::Structure && value.is_object()) {
    write_structure(xml, member, name, value, style);
  } else {
    xml.leaf(name, scalar_to_text(member, value, TimestampFormat::Iso8601, style.precision));
  }
}

}  // namespace tocsin::wire::detail
