// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/query_values.hpp"

#include <fmt/format.h>

#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace {

using model::Member;
using model::Shape;
using model::Type;

std::string capitalized(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

class QueryReader {
 public:
  explicit QueryReader(QueryDialect dialect) : ec2_(dialect == QueryDialect::Ec2) {}

  Result<Object> members(const Shape& shape, const QueryNode& node, const std::string& path) {
    Object out;
    std::size_t taken = 0;
    for (const auto& member : shape.members) {
      const auto name = name_of(member);
      const auto* child = node.child(name);
      if (!child) continue;
      ++taken;
      out[member.name] = TRY(value(member, *child, path.empty() ? name : path + "." + name));
    }
    if (ec2_ && taken < node.children.size()) TRY(refuse_unknown(shape, node, path));
    return out;
  }

 private:
  std::string name_of(const Member& member) const {
    if (ec2_) {
      return member.query_name.empty() ? capitalized(member.wire_name())
                                       : std::string(member.query_name);
    }
    const bool flat_list = member.flattened && member.shape->type == Type::List;
    if (flat_list && member.query_name.empty() && !member.shape->element().location_name.empty()) {
      return std::string(member.shape->element().location_name);
    }
    return std::string(element_name(member, XmlStyle::Names::Query));
  }

  Result<void> refuse_unknown(const Shape& shape, const QueryNode& node,
                              const std::string& path) const {
    for (const auto& [name, child] : node.children) {
      const bool known =
          std::any_of(shape.members.begin(), shape.members.end(),
                      [&, &name = name](const Member& m) { return name_of(m) == name; });
      if (known) continue;
      return fail("UnknownParameter", fmt::format("The parameter {} is not recognized",
                                                  path.empty() ? name : path + "." + name));
    }
    return {};
  }

  Result<Document> value(const Member& member, const QueryNode& node, const std::string& path) {
    switch (member.shape->type) {
      case Type::Structure:
        return structure(member, node, path);
      case Type::List:
        return list(member, node, path);
      case Type::Map:
        return map(member, node, path);
      default:
        return scalar(member, node, path);
    }
  }

  Result<Document> structure(const Member& member, const QueryNode& node, const std::string& path) {
    if (ec2_ && node.text && !node.text->empty()) {
      return fail("UnknownParameter", fmt::format("The parameter {} is not recognized", path));
    }
    return Document(TRY(members(*member.shape, node, path)));
  }

  Result<Document> list(const Member& member, const QueryNode& node, const std::string& path) {
    const auto& element = member.shape->element();
    const bool flat = ec2_ || member.flattened;
    const auto* items = flat ? &node : node.child(element_name(element, XmlStyle::Names::Query));
    Array out;
    if (!items) return Document(std::move(out));  // "Tags=": a list without elements
    std::size_t index = 0;
    for (const auto* item : items->numbered())
      out.push_back(TRY(value(element, *item, fmt::format("{}.{}", path, ++index))));
    return Document(std::move(out));
  }

  Result<Document> map(const Member& member, const QueryNode& node, const std::string& path) {
    const auto& key = member.shape->key();
    const auto& content = member.shape->value();
    const auto* entries = member.flattened ? &node : node.child("entry");
    Object out;
    if (!entries) return Document(std::move(out));
    for (const auto* entry : entries->numbered()) {
      const auto* name = entry->child(element_name(key, XmlStyle::Names::Query));
      const auto* given = entry->child(element_name(content, XmlStyle::Names::Query));
      if (!name || !name->text || !given) {
        return fail("MalformedInput", fmt::format("An entry of {} lacks its {}", member.name,
                                                  given ? "key" : "value"));
      }
      out[*name->text] = TRY(value(content, *given, path));
    }
    return Document(std::move(out));
  }

  Result<Document> scalar(const Member& member, const QueryNode& node, const std::string& path) {
    if (!node.text && ec2_) {
      return fail("UnknownParameter",
                  fmt::format("The parameter {}.{} is not recognized", path,
                              node.children.empty() ? "" : node.children.begin()->first));
    }
    if (!node.text) return fail("MalformedInput", "Unexpected complex element termination");
    if (auto parsed = scalar_from_text(*member.shape, *node.text)) return std::move(*parsed);
    if (ec2_) {
      return fail("InvalidParameterValue",
                  fmt::format("Value ({}) for parameter {} is invalid.", *node.text, path));
    }
    return fail("MalformedInput",
                fmt::format("The value '{}' of {} is not valid", *node.text, member.name));
  }

  const bool ec2_;
};

}  // namespace

Result<Pairs> query_parameters(const HttpMessage& message) {
  auto pairs = parse_form(message.query);
  auto form = parse_form(message.body);
  if (!pairs || !form) {
    return fail("MalformedQueryString", "The query string contains a syntax error");
  }
  for (auto& pair : *form)
    pairs->push_back(std::move(pair));
  return std::move(*pairs);
}

std::string_view query_parameter(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return {};
}

Result<Object> query_members(const Shape& shape, const QueryNode& node, QueryDialect dialect) {
  return QueryReader(dialect).members(shape, node, "");
}

}  // namespace tocsin::wire::detail
