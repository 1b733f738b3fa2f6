// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/digests.hpp"

#include <map>

#include "base/crypto.hpp"

namespace tocsin::sqs {
namespace {

void add(std::string& out, std::string_view part) {
  for (const int shift : {24, 16, 8, 0})
    out += static_cast<char>((part.size() >> shift) & 0xff);
  out += part;
}

}  // namespace

std::string digest_of_body(std::string_view body) {
  return hex(md5(body));
}

std::string digest_of_attributes(const Object& attributes) {
  std::map<std::string, const Document*> sorted;
  for (const auto& entry : attributes)
    sorted[std::string(entry.key())] = &entry.value();
  std::string bytes;
  for (const auto& [name, value] : sorted) {
    const auto type = text(*value, "DataType");
    const bool binary = type.starts_with("Binary");
    add(bytes, name);
    add(bytes, type);
    bytes += binary ? '\2' : '\1';
    if (binary)
      add(bytes, unbase64(text(*value, "BinaryValue")).value_or(""));
    else
      add(bytes, text(*value, "StringValue"));
  }
  return hex(md5(bytes));
}

}  // namespace tocsin::sqs
