// SPDX-License-Identifier: Apache-2.0
// Requests as real clients send them (tests/conformance/protocols): each decodes to what its caller
// gave.
#include <fstream>
#include <set>
#include <sstream>

#include "base/crypto.hpp"
#include "engines/model/check.hpp"
#include "wire/protocols/protocol.hpp"
#include "wire/protocols/testing.hpp"

namespace tocsin::wire {
namespace {

/// What SDKs add by themselves.
const std::set<std::string_view> kAdded = {"ChecksumAlgorithm", "ChecksumCRC32", "ChecksumMode",
                                           "ChecksumType",      "ContentMD5",    "ContentLength",
                                           "ContentType",       "EncodingType",  "clientToken",
                                           "ClientToken",       "CRC32"};

Array load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return parse_json(content.str()).value().get_array();
}

HttpMessage message_of(const Document& recorded) {
  HttpMessage message{.method = string_of(recorded, "method"),
                      .path = string_of(recorded, "path"),
                      .query = string_of(recorded, "query"),
                      .body = unbase64(text(recorded, "body")).value()};
  for (const auto& pair : array_of(recorded, "headers")) {
    message.headers.emplace_back(std::string(pair.at(0).get_string()),
                                 std::string(pair.at(1).get_string()));
  }
  return message;
}

void compare(const Document& expected, const Document& found) {
  for (const auto& entry : expected.get_object()) {
    const auto* value = find(found, entry.key());
    ASSERT_NE(value, nullptr) << entry.key();
    EXPECT_EQ(same(*value), same(entry.value())) << entry.key();
  }
  for (const auto& entry : found.get_object()) {
    const std::string_view key = entry.key();
    EXPECT_TRUE(find(expected, key) || kAdded.contains(key)) << "unexpected " << key;
  }
}

void decode_one(const Document& recorded) {
  const auto message = message_of(recorded);
  const auto route = identify(message, text(recorded, "scope"));
  ASSERT_TRUE(route) << route.error().message;
  const auto call = decode_request(*route, message);
  ASSERT_TRUE(call) << call.error().code << ": " << call.error().message;
  EXPECT_EQ(call->operation->name, text(recorded, "operation"));
  compare(*find(recorded, "params"), call->params);
  const auto checked = model::check(*route->service, *call->operation, call->params);
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST(Golden, RequestsOfRealClients) {
  const auto folder =
      std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests/conformance/protocols/requests";
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    for (const auto& recorded : load(file.path())) {
      SCOPED_TRACE(file.path().filename().string() + " " + string_of(recorded, "scope") + " " +
                   string_of(recorded, "operation"));
      decode_one(recorded);
      ++count;
    }
  }
  EXPECT_GT(count, 150);
}

}  // namespace
}  // namespace tocsin::wire
