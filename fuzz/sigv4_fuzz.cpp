// SPDX-License-Identifier: Apache-2.0
// SigV4: no Authorization header, path or query stops the server, and none is accepted without the
// secret.
#include <cstdint>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "wire/sigv4.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::wire;

void check(const RequestHead& head, const std::string& body, AuthFamily family) {
  static const std::string secret = random_bytes(32);
  const auto shown = parse_authorization(head, family);
  if (!shown) {
    TOCSIN_ASSERT(!shown.error().code.empty() && shown.error().status >= 400);
    return;
  }
  const auto hash = hex(sha256(body));
  const auto verified =
      verify(*shown, {secret, shown->session_token}, head, hash, family, shown->time);
  TOCSIN_ASSERT(!verified);
  (void)check_payload(*shown, hash, family);
}

/// What is signed is accepted, whatever it is.
void round_trip(RequestHead head, const std::string& body, const std::string& service) {
  std::erase_if(head.headers, [](const Header& field) {
    return field.first == "authorization" || field.first.starts_with("x-amz-");
  });
  if (shows_credentials(head)) return;  // presigned: a second signature is refused
  const auto now = from_ms(1'790'000'000'000);
  sign(head, body, {"AKID", "secret", "", "us-east-1", service}, now);
  const auto family = service == "s3" ? AuthFamily::S3 : AuthFamily::Query;
  const auto shown = parse_authorization(head, family);
  TOCSIN_ASSERT(shown);
  TOCSIN_ASSERT(verify(*shown, {"secret", ""}, head, hex(sha256(body)), family, now));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RequestParser parser(16 * 1024);
  parser.limit_body(64 * 1024);
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty() && !parser.done() && !parser.failure()) {
    const auto fed = parser.feed(bytes);
    if (fed == 0) break;
    bytes.remove_prefix(fed);
  }
  if (!parser.done() || parser.failure()) return 0;
  const auto head = parser.head();
  const auto body = parser.take_body();
  (void)credential_scope(head);
  for (const auto family :
       {AuthFamily::Query, AuthFamily::Json, AuthFamily::RestJson, AuthFamily::S3}) {
    check(head, body, family);
  }
  if (find_header(head.headers, "host")) {
    round_trip(head, body, "sts");
    round_trip(head, body, "s3");
  }
  return 0;
}
