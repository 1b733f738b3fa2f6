// SPDX-License-Identifier: Apache-2.0
#include <pugixml.hpp>

#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Member;
using model::Shape;
using model::Type;

constexpr int kMaxDepth = 64;

Failure malformed() {
  return fail("MalformedXML",
              "The XML you provided was not well-formed or did not validate against our published "
              "schema");
}

/// Names are compared without their namespace prefix.
std::string_view local_name(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_element(const pugi::xml_node& node) {
  return node.type() == pugi::node_element;
}

bool is_text(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

class Parser {
 public:
  Result<Document> value(const Shape& shape, const pugi::xml_node& node, int depth) {
    if (depth > kMaxDepth) return malformed();
    switch (shape.type) {
      case Type::Structure:
        return structure(shape, node, depth);
      case Type::List:
        return list(shape, node, depth);
      case Type::Map:
        return map(shape, node, "entry", depth);
      default:
        return scalar(shape, node);
    }
  }

 private:
  Result<Document> scalar(const Shape& shape, const pugi::xml_node& node) {
    std::string text;
    for (const auto& child : node.children()) {
      if (is_element(child)) return malformed();
      if (is_text(child)) text += child.value();
    }
    auto parsed = scalar_from_text(shape, text);
    if (!parsed) return malformed();
    return *parsed;
  }

  Result<Document> structure(const Shape& shape, const pugi::xml_node& node, int depth) {
    Object out;
    for (const auto& member : shape.members) {
      if (member.xml_attribute) {
        attribute(member, node, out);
      } else if (member.flattened) {
        TRY(flattened(member, node, depth, out));
      } else if (const auto child = first(node, member.wire_name())) {
        out[member.name] = TRY(value(*member.shape, child, depth + 1));
      }
    }
    return Document(std::move(out));
  }

  static void attribute(const Member& member, const pugi::xml_node& node, Object& out) {
    for (const auto& each : node.attributes()) {
      if (local_name(each.name()) == local_name(member.wire_name()) &&
          !std::string_view(each.name()).starts_with("xmlns")) {
        out[member.name] = each.value();
      }
    }
  }

  Result<void> flattened(const Member& member, const pugi::xml_node& node, int depth, Object& out) {
    if (member.shape->type == Type::Map) {
      const auto entries = TRY(map(*member.shape, node, member.wire_name(), depth));
      if (!entries.get_object().empty()) out[member.name] = entries;
      return {};
    }
    const auto& element = member.shape->element();
    const auto name = element.location_name.empty() ? member.wire_name() : element.location_name;
    Array items;
    for (const auto& child : node.children()) {
      if (!is_element(child) || local_name(child.name()) != name) continue;
      items.push_back(TRY(value(*element.shape, child, depth + 1)));
    }
    if (!items.empty()) out[member.name] = std::move(items);
    return {};
  }

  Result<Document> list(const Shape& shape, const pugi::xml_node& node, int depth) {
    Array items;
    for (const auto& child : node.children()) {
      if (!is_element(child)) continue;
      if (local_name(child.name()) != shape.element().wire_name()) return malformed();
      items.push_back(TRY(value(*shape.element().shape, child, depth + 1)));
    }
    return Document(std::move(items));
  }

  Result<Document> map(const Shape& shape, const pugi::xml_node& node, std::string_view each,
                       int depth) {
    Object out;
    for (const auto& child : node.children()) {
      if (!is_element(child) || local_name(child.name()) != each) continue;
      const auto key = first(child, shape.key().wire_name());
      const auto entry = first(child, shape.value().wire_name());
      if (!key || !entry) return malformed();
      out[key.child_value()] = TRY(value(*shape.value().shape, entry, depth + 1));
    }
    return Document(std::move(out));
  }

  static pugi::xml_node first(const pugi::xml_node& node, std::string_view name) {
    for (const auto& child : node.children()) {
      if (is_element(child) && local_name(child.name()) == name) return child;
    }
    return {};
  }
};

/// The one root element; none where there are more, or a document type.
pugi::xml_node only_root(const pugi::xml_document& document) {
  pugi::xml_node root;
  for (const auto& node : document.children()) {
    if (node.type() == pugi::node_doctype) return {};
    if (is_element(node)) {
      if (root) return {};
      root = node;
    }
  }
  return root;
}

}  // namespace

Result<Document> parse_xml(const Shape& shape, std::string_view name, std::string_view body) {
  if (!valid_utf8(body) || body.find('\0') != std::string_view::npos) return malformed();
  pugi::xml_document document;
  constexpr auto flags = pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
  if (!document.load_buffer(body.data(), body.size(), flags, pugi::encoding_utf8)) {
    return malformed();
  }
  const auto root = only_root(document);
  if (!root || local_name(root.name()) != name) return malformed();
  return Parser().value(shape, root, 0);
}

}  // namespace tocsin::wire::detail
