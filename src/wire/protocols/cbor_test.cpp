// SPDX-License-Identifier: Apache-2.0
// The reader and the writer against tests/conformance/cbor.
#include "wire/protocols/cbor.hpp"

#include <cmath>
#include <fstream>

#include "base/crypto.hpp"
#include "wire/protocols/cbor_value.hpp"

namespace tocsin::wire::detail {
namespace {

using Kind = CborHead::Kind;

std::vector<Document> lines_of(const std::string& name) {
  std::ifstream file(std::filesystem::path(TOCSIN_SOURCE_DIR) / "tests/conformance/cbor" / name);
  std::vector<Document> out;
  for (std::string line; std::getline(file, line);)
    out.push_back(parse_json(line).value());
  return out;
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  auto text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string quoted(const CborHead& head, const std::string& content) {
  const auto text = head.kind == Kind::Bytes ? fmt::format("h'{}'", hex(content))
                                             : to_json(boost::json::string(content));
  return head.indefinite ? fmt::format("(_ {})", text) : text;
}

std::string negative_text(std::uint64_t number) {
  return number == ~std::uint64_t{0} ? "-18446744073709551616" : fmt::format("-{}", number + 1);
}

/// Diagnostic notation of the next item.
Result<std::string> diagnose(CborReader& in) {
  auto head = TRY(in.next());
  const bool map = head.kind == Kind::Map;
  switch (head.kind) {
    case Kind::Unsigned:
      return fmt::format("{}", head.number);
    case Kind::Negative:
      return negative_text(head.number);
    case Kind::Bytes:
    case Kind::Text:
      return quoted(head, TRY(in.string(head)));
    case Kind::Tag:
      return fmt::format("{}({})", head.number, TRY(diagnose(in)));
    case Kind::Boolean:
      return std::string(head.number ? "true" : "false");
    case Kind::Null:
      return std::string("null");
    case Kind::Undefined:
      return std::string("undefined");
    case Kind::Simple:
      return fmt::format("simple({})", head.number);
    case Kind::Float:
      return real_text(head.real);
    default:
      break;
  }
  std::string out = map ? "{" : "[";
  if (head.indefinite) out += "_ ";
  for (int count = 0; TRY(in.another(head)); ++count) {
    if (count > 0) out += ", ";
    out += TRY(diagnose(in));
    if (map) out += ": " + TRY(diagnose(in));
  }
  return out + (map ? "}" : "]");
}

Result<void> copy(CborReader& in, CborWriter& out) {
  auto head = TRY(in.next());
  switch (head.kind) {
    case Kind::Unsigned:
      return out.unsigned_whole(head.number), Result<void>();
    case Kind::Negative:
      return out.whole(-1 - static_cast<std::int64_t>(head.number)), Result<void>();
    case Kind::Bytes:
      return out.bytes(TRY(in.string(head))), Result<void>();
    case Kind::Text:
      return out.text(TRY(in.string(head))), Result<void>();
    case Kind::Tag:
      return out.tag(head.number), copy(in, out);
    case Kind::Boolean:
      return out.boolean(head.number != 0), Result<void>();
    case Kind::Null:
      return out.null(), Result<void>();
    case Kind::Float:
      return out.real(head.real), Result<void>();
    case Kind::Array:
      out.array(head.number);
      break;
    case Kind::Map:
      out.map(head.number);
      break;
    default:
      return fail("Unwritable", "the writer has no such item");
  }
  const bool map = head.kind == Kind::Map;
  while (TRY(in.another(head))) {
    TRY(copy(in, out));
    if (map) TRY(copy(in, out));
  }
  return {};
}

TEST(Cbor, ReadsTheExamplesOfTheRfc) {
  const auto examples = lines_of("well-formed.jsonl");
  EXPECT_EQ(examples.size(), 81u);
  for (const auto& example : examples) {
    SCOPED_TRACE(to_json(example));
    const auto bytes = unhex(text(example, "hex")).value();
    CborReader in(bytes);
    const auto read = diagnose(in);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, text(example, "diagnostic"));
    EXPECT_TRUE(in.at_end());
    CborReader again(bytes);
    EXPECT_TRUE(again.skip());
    EXPECT_TRUE(again.at_end());
  }
}

TEST(Cbor, RefusesWhatIsMalformed) {
  for (const auto& example : lines_of("malformed.jsonl")) {
    SCOPED_TRACE(to_json(example));
    const auto bytes = unhex(text(example, "hex")).value();
    CborReader in(bytes);
    const auto read = in.skip();
    EXPECT_FALSE(read && in.at_end());
    if (!read) {
      EXPECT_EQ(read.error().code, "SerializationException");
      EXPECT_TRUE(read.error().message.starts_with("Malformed CBOR at byte "));
    }
  }
}

TEST(Cbor, WritesTheExamplesOfTheRfc) {
  int written = 0;
  for (const auto& example : lines_of("well-formed.jsonl")) {
    const auto given = text(example, "hex");
    const auto notation = text(example, "diagnostic");
    const bool short_float = given.starts_with("f9") || given.starts_with("fa");
    const bool unwritable = notation.find("_ ") != std::string_view::npos ||
                            notation.starts_with("simple") || notation == "undefined" ||
                            notation == "-18446744073709551616";
    if (short_float || unwritable) continue;
    SCOPED_TRACE(to_json(example));
    const auto bytes = unhex(given).value();
    CborReader in(bytes);
    std::string out;
    CborWriter writer(out);
    ASSERT_TRUE(copy(in, writer));
    EXPECT_EQ(hex(out), given);
    ++written;
  }
  EXPECT_GT(written, 45);
}

}  // namespace
}  // namespace tocsin::wire::detail
