// SPDX-License-Identifier: Apache-2.0
// The XML reader: a line with an operation of S3, then a body as its payload. What is read is of
// the model's kinds, and reads the same when it is written again.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engines/model/check.hpp"
#include "wire/protocols/xml.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::wire::detail;

void round_trip(const model::Shape& shape, std::string_view name, const Document& value) {
  std::string text;
  XmlWriter xml(text);
  xml.open(name, {{"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"}});
  write_members(xml, shape, value, {});
  xml.close(name);
  const auto again = parse_xml(shape, name, text);
  TOCSIN_ASSERT(again);
  std::string second;
  XmlWriter writer(second);
  writer.open(name, {{"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"}});
  write_members(writer, shape, *again, {});
  writer.close(name);
  TOCSIN_ASSERT(second == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.substr(0, input.find('\n'));
  if (line.size() == input.size()) return 0;
  const auto* operation = model::service("s3")->operation(line);
  const auto* payload = operation && operation->input ? operation->input->shape->payload : nullptr;
  if (!payload || payload->shape->type != model::Type::Structure) return 0;
  const auto& shape = *payload->shape;
  const auto value = parse_xml(shape, payload->wire_name(), input.substr(line.size() + 1));
  if (!value) {
    TOCSIN_ASSERT(value.error().code == "MalformedXML");
    return 0;
  }
  TOCSIN_ASSERT(model::unknown_members(shape, *value).empty());
  round_trip(shape, payload->wire_name(), *value);
  return 0;
}
