// SPDX-License-Identifier: Apache-2.0
// The protocols: no request stops the server; what is decoded can be checked, echoed and shown;
// every refusal has a reply.
#include <array>
#include <cstdint>

#include "base/assert.hpp"
#include "engines/model/check.hpp"
#include "wire/protocols/protocol.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::wire;

constexpr std::array<std::string_view, 10> kScopes = {
    "", "s3", "iam", "sqs", "sns", "lambda", "events", "monitoring", "cloudtrail", "guardduty"};
constexpr std::array<std::string_view, 6> kMethods = {"POST",   "GET",  "PUT",
                                                      "DELETE", "HEAD", "PATCH"};

/// Lines: path, query, then "name: value" headers; after an empty line the body.
HttpMessage message_of(std::string_view method, std::string_view input) {
  HttpMessage message{.method = std::string(method)};
  for (int line = 0; !input.empty(); ++line) {
    const auto text = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(text.size() + 1, input.size()));
    if (line == 0) {
      message.path = text;
    } else if (line == 1) {
      message.query = text;
    } else if (text.empty()) {
      message.body = input;
      break;
    } else {
      const auto colon = std::min(text.find(':'), text.size());
      message.headers.emplace_back(text.substr(0, colon),
                                   text.substr(std::min(colon + 1, text.size())));
    }
  }
  return message;
}

void check_reply(const HttpReply& reply) {
  TOCSIN_ASSERT(reply.status >= 100 && reply.status <= 599);
  for (const auto& [name, value] : reply.headers) {
    TOCSIN_ASSERT((name + value).find_first_of("\r\n") == std::string::npos);
  }
}

void check_call(const Route& route, const DecodedCall& call) {
  (void)model::check(*route.service, *call.operation, call.params);
  TOCSIN_ASSERT(parse_json(to_json(call.params)));
  auto sealed = call.params;
  if (call.operation->input) {
    model::for_each_sensitive(*call.operation->input->shape, sealed,
                              [](Document& each) { each = "sealed"; });
  }
  check_reply(encode_reply(route, *call.operation, call.params, "r"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto scope = kScopes[data[0] % kScopes.size()];
  const auto method = kMethods[data[1] % kMethods.size()];
  const auto message = message_of(method, {reinterpret_cast<const char*>(data) + 2, size - 2});
  const auto route = identify(message, scope);
  if (!route) {
    check_reply(encode_unrouted(message, route.error(), "r"));
    return 0;
  }
  (void)streams_body(*route, message);
  const auto call = decode_request(*route, message);
  if (call) {
    check_call(*route, *call);
  } else {
    check_reply(encode_error(*route, call.error(), "r", method));
  }
  return 0;
}
