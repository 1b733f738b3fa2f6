// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <fmt/format.h>

#include "wire/protocols/cbor.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire::detail {
namespace {

using Kind = CborHead::Kind;

constexpr int kMaxDepth = 64;
constexpr unsigned kIndefinite = 31;
constexpr char kBreak = '\xFF';

/// RFC 8949, appendix D.
double half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  const double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                           : exponent != 31 ? std::ldexp(fraction + 1024, exponent - 25)
                           : fraction == 0  ? std::numeric_limits<double>::infinity()
                                            : std::numeric_limits<double>::quiet_NaN();
  return bits >> 15 & 1 ? -magnitude : magnitude;
}

}  // namespace

Failure CborReader::malformed(std::string_view why) const {
  return fail("SerializationException", fmt::format("Malformed CBOR at byte {}: {}", at_, why));
}

Result<std::string_view> CborReader::take(std::uint64_t count) {
  if (count > bytes_.size() - at_) return malformed("unexpected end");
  const auto taken = bytes_.substr(at_, count);
  at_ += count;
  return taken;
}

Result<std::uint64_t> CborReader::argument(unsigned info) {
  if (info < 24) return info;
  if (info > 27) return malformed("reserved additional information");
  std::uint64_t value = 0;
  for (const char byte : TRY(take(std::uint64_t{1} << (info - 24))))
    value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

Result<CborHead> CborReader::next() {
  const auto first = static_cast<unsigned char>(TRY(take(1))[0]);
  const unsigned info = first & 31;
  const unsigned major = first >> 5;
  if (major == 7) return simple(info);
  CborHead head{.kind = static_cast<Kind>(major)};
  const bool may_be_indefinite =
      head.kind != Kind::Unsigned && head.kind != Kind::Negative && head.kind != Kind::Tag;
  head.indefinite = info == kIndefinite && may_be_indefinite;
  if (!head.indefinite) head.number = TRY(argument(info));
  return head.kind == Kind::Array || head.kind == Kind::Map ? open(head) : head;
}

Result<CborHead> CborReader::open(CborHead head) {
  if (++depth_ > kMaxDepth) return malformed("nested too deeply");
  const auto least = head.kind == Kind::Map ? 2 : 1;  // bytes for each
  if (head.number > (bytes_.size() - at_) / least) return malformed("unexpected end");
  return head;
}

Result<CborHead> CborReader::simple(unsigned info) {
  if (info == kIndefinite) return malformed("unexpected break");
  const auto number = TRY(argument(info));
  CborHead head{.kind = Kind::Float, .number = number};
  switch (info) {
    case 20:
    case 21:
      return CborHead{.kind = Kind::Boolean, .number = info == 21};
    case 22:
      return CborHead{.kind = Kind::Null};
    case 23:
      return CborHead{.kind = Kind::Undefined};
    case 25:
      head.real = half(number);
      return head;
    case 26:
      head.real = std::bit_cast<float>(static_cast<std::uint32_t>(number));
      return head;
    case 27:
      head.real = std::bit_cast<double>(number);
      return head;
    default:
      if (info == 24 && number < 32) return malformed("a simple value of two bytes below 32");
      return CborHead{.kind = Kind::Simple, .number = number};
  }
}

Result<CborHead> CborReader::next_untagged() {
  auto head = TRY(next());
  while (head.kind == Kind::Tag)
    head = TRY(next());
  return head;
}

Result<std::string> CborReader::string(const CborHead& head) {
  std::string out;
  if (!head.indefinite) {
    out = TRY(take(head.number));
  } else {
    for (auto all = head; TRY(another(all));) {
      const auto chunk = TRY(next());
      if (chunk.kind != head.kind || chunk.indefinite) return malformed("not a chunk of a string");
      out += TRY(take(chunk.number));
    }
  }
  if (head.kind == Kind::Text && !valid_utf8(out)) return malformed("text that is not UTF-8");
  return out;
}

Result<bool> CborReader::another(CborHead& container) {
  bool more = container.number > 0;
  if (container.indefinite) {
    if (at_end()) return malformed("unexpected end");
    more = bytes_[at_] != kBreak;
    if (!more) ++at_;
  } else if (more) {
    --container.number;
  }
  const bool nests = container.kind == Kind::Array || container.kind == Kind::Map;
  if (!more && nests) --depth_;
  return more;
}

Result<void> CborReader::skip(CborHead head) {
  while (head.kind == Kind::Tag)
    head = TRY(next());
  if (head.kind == Kind::Bytes || head.kind == Kind::Text) {
    TRY(string(head));
  } else if (head.kind == Kind::Array || head.kind == Kind::Map) {
    while (TRY(another(head))) {
      TRY(skip());
      if (head.kind == Kind::Map) TRY(skip());
    }
  }
  return {};
}

Result<void> CborReader::skip() {
  return skip(TRY(next()));
}

}  // namespace tocsin::wire::detail
