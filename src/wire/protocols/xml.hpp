// SPDX-License-Identifier: Apache-2.0
// Documents as XML: replies of Query and REST-XML, requests of REST-XML. Private to this room.
// https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"
#include "engines/model/model.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire::detail {

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

/// Appends elements. What XML 1.0 cannot say (control characters) becomes a character reference, as
/// S3 does.
class XmlWriter {
 public:
  explicit XmlWriter(std::string& out) : out_(out) {}
  void open(std::string_view name, const Attributes& attributes = {});
  void close(std::string_view name);
  void text(std::string_view content);
  void leaf(std::string_view name, std::string_view content);
  void empty(std::string_view name, const Attributes& attributes = {});

 private:
  void start(std::string_view name, const Attributes& attributes);
  std::string& out_;
};

struct XmlStyle {
  enum class Names { Rest, Query } names = Names::Rest;
  Precision precision = Precision::Milliseconds;
};

/// The name of a member's element: Query has some of its own.
std::string_view element_name(const model::Member& member, XmlStyle::Names names);

/// The members of a structure that stand in the body, in the model's order.
void write_members(XmlWriter& xml, const model::Shape& shape, const Document& value,
                   XmlStyle style);

/// One member under `name`.
void write_member(XmlWriter& xml, const model::Member& member, std::string_view name,
                  const Document& value, XmlStyle style);

/// Parses a body whose root element is `name` into a value of the shape. Refuses document types and
/// entities of their own, more than 64 levels and what is not well-formed. Error: MalformedXML 400.
Result<Document> parse_xml(const model::Shape& shape, std::string_view name, std::string_view body);

}  // namespace tocsin::wire::detail
