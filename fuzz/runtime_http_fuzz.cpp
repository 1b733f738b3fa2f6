// SPDX-License-Identifier: Apache-2.0
// The Runtime API's HTTP: the peer is untrusted code. However the bytes are cut, the requests are
// the same.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "workers/runtime_http.hpp"
#include "workers/utf8.hpp"

namespace {

using namespace tocsin::workers;

struct Read {
  bool refused = false;
  std::vector<HttpRequest> requests;
};

Read read(std::string_view bytes, std::size_t step) {
  HttpRequestParser parser;
  Read out;
  while (!bytes.empty() && !out.refused) {
    const auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    out.refused = !parser.feed(piece);
    while (auto request = parser.next()) {
      out.requests.push_back(std::move(*request));
      out.refused = out.refused || !parser.feed({});
    }
  }
  return out;
}

bool same(const HttpRequest& a, const HttpRequest& b) {
  return a.method == b.method && a.path == b.path && a.headers == b.headers && a.body == b.body &&
         a.too_large == b.too_large;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 16 * 1024) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(bytes, bytes.size() + 1);
  const auto cut = read(bytes, 1 + data[0] % 64);
  TOCSIN_ASSERT(whole.refused == cut.refused);
  TOCSIN_ASSERT(whole.requests.size() == cut.requests.size());
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    TOCSIN_ASSERT(same(whole.requests[i], cut.requests[i]));
  }
  const auto text = valid_utf8(bytes);
  TOCSIN_ASSERT(valid_utf8(text) == text);
  return 0;
}
