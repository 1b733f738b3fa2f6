// SPDX-License-Identifier: Apache-2.0
// The HTTP parser: any bytes, cut anywhere. However they are cut, the outcome is the same.
#include <cstdint>
#include <cstdlib>

#include "base/assert.hpp"
#include "wire/http_parser.hpp"

namespace {

using tocsin::wire::RequestParser;

struct Outcome {
  int failure = 0;
  bool done = false;
  std::string method, path, query, body;
  tocsin::wire::Headers headers;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view bytes, std::size_t step) {
  RequestParser parser(16 * 1024);
  parser.limit_body(64 * 1024);
  std::size_t taken = 0;
  Outcome out;
  for (std::size_t shown = step; !parser.done() && !parser.failure(); shown += step) {
    const auto seen = bytes.substr(0, shown);
    while (taken < seen.size()) {
      const auto fed = parser.feed(seen.substr(taken));
      TOCSIN_ASSERT(fed <= seen.size() - taken);
      taken += fed;
      if (fed == 0) break;
    }
    out.body += parser.take_body();
    if (shown >= bytes.size()) break;
  }
  out.failure = parser.failure();
  out.done = parser.done();
  if (!out.done || out.failure) return {out.failure, out.done, {}, {}, {}, {}, {}};
  const auto& head = parser.head();
  TOCSIN_ASSERT(!head.path.empty());
  out.method = head.method;
  out.path = head.path;
  out.query = head.query;
  out.headers = head.headers;
  parser.keep_alive();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(bytes, bytes.size() + 1);
  const auto cut = parse(bytes, 1 + data[0] % 64);
  TOCSIN_ASSERT(whole.done == cut.done);
  if (whole.done && !whole.failure && !cut.failure) TOCSIN_ASSERT(whole == cut);
  return 0;
}
