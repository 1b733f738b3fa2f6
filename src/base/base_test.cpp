// SPDX-License-Identifier: Apache-2.0
#include "base/arn.hpp"
#include "base/crypto.hpp"
#include "base/describe.hpp"
#include "base/document.hpp"
#include "base/glob.hpp"
#include "base/gzip.hpp"
#include "base/spelling.hpp"
#include "base/time.hpp"

namespace tocsin {
namespace {

struct Inner {
  int count = 0;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (count, note))

struct Outer {
  std::string name;
  std::vector<Inner> inners;
  std::map<std::string, std::string> tags;
  Time created{};
  AccountId account;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, inners, tags, created, account, unknown))

TEST(Gzip, OpensWhatItPackedAndNothingElse) {
  const std::string text(100'000, 'x');
  const auto packed = gzip(text);
  EXPECT_LT(packed.size(), 1'000u);
  EXPECT_EQ(gunzip(packed, text.size()), text);
  EXPECT_EQ(gunzip(gzip(""), 1), "");
  EXPECT_EQ(gunzip(packed, text.size() - 1), std::nullopt);
  EXPECT_EQ(gunzip(packed.substr(0, packed.size() / 2), text.size()), std::nullopt);
  EXPECT_EQ(gunzip("no gzip at all", 100), std::nullopt);
}

TEST(Describe, RoundTripKeepsUnknownFields) {
  const auto stored =
      parse_json(R"({"name":"a","inners":[{"count":2,"note":"x"}],"tags":{"k":"v"},"created":5,)"
                 R"("account":"123456789012","later":{"version":9}})");
  const auto outer = decoded<Outer>(*stored);
  EXPECT_EQ(outer.inners.at(0).note, "x");
  EXPECT_EQ(outer.tags.at("k"), "v");
  EXPECT_EQ(canonical_json(encode(outer)), canonical_json(*stored));
}

TEST(Time, FormatsAndParses) {
  const auto time = parse_iso8601("2024-07-31T13:06:24.250+02:00");
  ASSERT_TRUE(time);
  EXPECT_EQ(iso8601_ms(*time), "2024-07-31T11:06:24.250Z");
  EXPECT_EQ(amz_date(*time), "20240731T110624Z");
  EXPECT_EQ(parse_iso8601("20240731T110624Z"), parse_iso8601("2024-07-31T11:06:24Z"));
  EXPECT_FALSE(parse_iso8601("2024-13-31T11:06:24Z"));
  EXPECT_EQ(parse_http_date(http_date(*time)), parse_iso8601("2024-07-31T11:06:24Z"));
}

TEST(Time, YearsHaveFourDigits) {
  const auto time = parse_iso8601("0780-11-24T04:00:00Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(iso8601(*time), "0780-11-24T04:00:00Z");
  EXPECT_EQ(iso8601_ms(*time), "0780-11-24T04:00:00.000Z");
  EXPECT_EQ(amz_date(*time), "07801124T040000Z");
  EXPECT_EQ(parse_http_date(http_date(*time)), time);
}

TEST(Arn, Parses) {
  const auto parsed = Arn::parse("arn:aws:sns:us-east-1:123456789012:topic:sub");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->resource, "topic:sub");
  EXPECT_EQ(parsed->str(), "arn:aws:sns:us-east-1:123456789012:topic:sub");
  EXPECT_FALSE(Arn::parse("arn:aws:sns"));
}

TEST(Crypto, KnownAnswers) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(unbase64("YW55IGNhcm5hbCBwbGVhcw=="), "any carnal pleas");
  EXPECT_FALSE(unbase64("YW5*"));
  // RFC 5869, test case 3 (empty salt and info).
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Crypto, SealedTextOpensOnlyWithItsKeyAndContext) {
  const std::string key(32, 'k');
  const auto sealed = seal(key, "secret", "here");
  EXPECT_EQ(unseal(key, sealed, "here"), "secret");
  EXPECT_FALSE(unseal(key, sealed, "there"));
  EXPECT_FALSE(unseal(std::string(32, 'x'), sealed, "here"));
}

TEST(Document, AccessorsTakeAnObjectWithoutCopyingIt) {
  const auto document = *parse_json(
      R"({"inner":{"name":"a longer name than fits in place","list":[1],"deep":{"n":7}}})");
  const auto name = text(object_of(document, "inner"), "name");
  EXPECT_EQ(name, "a longer name than fits in place");
  EXPECT_EQ(name.data(), find_path(document, "inner.name")->as_string().data());
  EXPECT_EQ(&array_of(object_of(document, "inner"), "list"),
            &find_path(document, "inner.list")->as_array());
  EXPECT_EQ(integer(object_of(object_of(document, "inner"), "deep"), "n"), 7);
  EXPECT_TRUE(text(Document(1), "name").empty());
}

TEST(Document, BadTextNamesThePosition) {
  const auto bad = parse_json(R"({"a":1,})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, "SerializationException");
  EXPECT_NE(bad.error().message.find("at byte"), std::string::npos);
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_FALSE(parse_json(std::string(200, '[') + std::string(200, ']')));
}

TEST(Document, NumbersAreTheNearestDouble) {
  for (const auto* text :
       {"0.1", "-2.2250738585072014e-308", "4.9406564584124654e-324", "1e23", "9007199254740993.0",
        "179769313486231570000000000000000000000e270", "18446744073709551616", "123456789.12345678",
        "8.41e21", "7.3177701707893310e+15",
        "0.000000000000000000000000000000000000000000000000000000000000000000000123"}) {
    const auto read = parse_json(text);
    ASSERT_TRUE(read && read->is_double()) << text;
    EXPECT_EQ(read->get_double(), std::strtod(text, nullptr)) << text;
    const auto inside = parse_json(fmt::format(R"({{"n":[{}]}})", text));
    EXPECT_EQ(inside->at("n").at(0), *read) << text;
  }
  EXPECT_EQ(*parse_json("1e-999"), Document(0.0));
  EXPECT_EQ(*parse_json("18446744073709551615"), Document(18446744073709551615U));
}

TEST(Document, NumbersAreWrittenAsJavaScriptDoes) {
  const std::vector<std::pair<double, std::string>> written{
      {21.5, "21.5"},
      {-0.25, "-0.25"},
      {5.0, "5"},
      {0.0, "0"},
      {-0.0, "0"},
      {0.1, "0.1"},
      {1e-6, "0.000001"},
      {1.5e-6, "0.0000015"},
      {1e-7, "1e-7"},
      {-1.25e-9, "-1.25e-9"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {1790000000.123, "1790000000.123"},
      {9007199254740993.0, "9007199254740992"},
      {0.30000000000000004, "0.30000000000000004"}};
  for (const auto& [number, text] : written) {
    EXPECT_EQ(to_json(number), text);
    EXPECT_EQ(parse_json(text)->to_number<double>(), number) << text;
    EXPECT_EQ(canonical_json(Array{number}), "[" + text + "]");
    EXPECT_EQ(pretty_json(number), text);
  }
  EXPECT_EQ(to_json(Document(18446744073709551615U)), "18446744073709551615");
  EXPECT_EQ(to_json(Document(INT64_MIN)), "-9223372036854775808");
}

TEST(Document, TextIsWrittenAsBoostWritesIt) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte)
    every += static_cast<char>(byte);
  const Document document =
      Object{{every, every},
             {"", Array{}},
             {"empty", Object{}},
             {"list", Array{nullptr, true, false, -1, "x", Object{{"a", 1}}}}};
  EXPECT_EQ(to_json(document), boost::json::serialize(document));
}

TEST(Document, NumbersBeyondADoubleAreRefused) {
  for (const auto* text : {"1e999", "-1e999", R"({"n":[1.8e308]})", "1e99999999999"}) {
    const auto read = parse_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "SerializationException");
  }
}

TEST(Glob, Matches) {
  EXPECT_TRUE(glob_match("arn:aws:s3:::*/AWSLogs/?", "arn:aws:s3:::b/x/AWSLogs/1"));
  EXPECT_FALSE(glob_match("a*b", "a*c"));
  EXPECT_TRUE(glob_match("*", ""));
}

TEST(Spelling, OfMembersNames) {
  EXPECT_EQ(lower_first("GroupName"), "groupName");
  EXPECT_EQ(lower_first("VPCId"), "vPCId");
  EXPECT_EQ(lower_first(""), "");
  EXPECT_EQ(lower_head("VPCZoneIdentifier"), "vpczoneIdentifier");
  EXPECT_EQ(lower_head("DNSName"), "dnsname");
  EXPECT_EQ(to_json(respelled(*parse_json(R"({"A":[{"Bc":1}],"d":"E"})"), lower_first)),
            R"({"a":[{"bc":1}],"d":"E"})");
}

}  // namespace
}  // namespace tocsin
