// SPDX-License-Identifier: Apache-2.0
// CBOR (RFC 8949): a reader that is asked for one head after the other, and a writer. Private to
// this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::wire::detail {

/// How an item begins.
struct CborHead {
  enum class Kind : std::uint8_t {
    Unsigned,
    Negative,  // -1 - number
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Boolean,  // number: 0 or 1
    Null,
    Undefined,
    Simple,
    Float
  };
  Kind kind = Kind::Null;
  bool indefinite = false;
  std::uint64_t number = 0;  // value, length, count of elements or pairs left, tag
  double real = 0;
};

/// Every error is SerializationException and names the byte. Arrays and maps nest to 64 levels.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : bytes_(bytes) {}

  Result<CborHead> next();
  /// The next item's, tags passed over.
  Result<CborHead> next_untagged();
  /// What `head`, a byte or text string, begins; chunks joined. Text is checked to be UTF-8.
  Result<std::string> string(const CborHead& head);
  /// Whether another element (or pair) of `container` follows. To be asked until it does not.
  Result<bool> another(CborHead& container);
  /// Passes over what `head` begins.
  Result<void> skip(CborHead head);
  /// Passes over the next item.
  Result<void> skip();
  bool at_end() const { return at_ == bytes_.size(); }
  Failure malformed(std::string_view why) const;

 private:
  Result<std::uint64_t> argument(unsigned info);
  Result<CborHead> simple(unsigned info);
  Result<CborHead> open(CborHead head);
  Result<std::string_view> take(std::uint64_t count);

  std::string_view bytes_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

/// Appends items: definite lengths, the shortest heads, floats of 64 bits.
class CborWriter {
 public:
  explicit CborWriter(std::string& out) : out_(out) {}
  void whole(std::int64_t value);
  void unsigned_whole(std::uint64_t value) { head(0, value); }
  void real(double value);
  void boolean(bool value) { out_ += value ? '\xF5' : '\xF4'; }
  void null() { out_ += '\xF6'; }
  void bytes(std::string_view value);
  void text(std::string_view value);
  void array(std::uint64_t count) { head(4, count); }
  void map(std::uint64_t pairs) { head(5, pairs); }
  void tag(std::uint64_t number) { head(6, number); }

 private:
  void head(unsigned major, std::uint64_t argument);
  void big_endian(std::uint64_t value, int size);
  std::string& out_;
};

}  // namespace tocsin::wire::detail
