// SPDX-License-Identifier: Apache-2.0
// Mail: a payload of "mail.send" as JSON. What is accepted becomes a message in which no line is
// too long, all is ASCII with CRLF, and no header is there that was not asked for.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "workers/mail_message.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::workers;

void check_lines(std::string_view message) {
  while (!message.empty()) {
    const auto end = message.find("\r\n");
    const auto line = message.substr(0, end);
    TOCSIN_ASSERT(line.size() <= 998 && line.find_first_of("\r\n") == line.npos);
    for (const unsigned char c : line)
      TOCSIN_ASSERT(c < 0x80 && (c >= 0x20 || c == '\t'));
    message.remove_prefix(end == message.npos ? message.size() : end + 2);
  }
}

/// The lines of the head that begin a header.
std::size_t count_headers(std::string_view message) {
  std::size_t count = 0;
  for (auto head = message.substr(0, message.find("\r\n\r\n") + 2); !head.empty();) {
    count += head.front() != ' ' && head.front() != '\t';
    head.remove_prefix(head.find("\r\n") + 2);
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto payload = parse_json(text);
  const auto mail = payload ? read_mail(*payload) : fail("", "");
  if (!mail) return 0;
  const auto message = render_mail(*mail, "id", from_ms(1'790'000'000'000));
  check_lines(message);
  static const auto plain =
      count_headers(render_mail({.from = "a@b.c", .to = {"a@b.c"}, .text = "x"}, "id", from_ms(0)));
  TOCSIN_ASSERT(count_headers(message) <= plain + mail->headers.size() + 1);
  return 0;
}
