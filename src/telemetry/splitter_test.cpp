// SPDX-License-Identifier: Apache-2.0
#include "telemetry/splitter.hpp"

#include <random>
#include <zlib.h>

#include "base/document.hpp"

namespace tocsin::telemetry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A record whose only interest is its number.
std::string record(int number, std::string_view extra = "") {
  return fmt::format(
      R"({{"eventVersion":"1.08","eventSource":"ec2.amazonaws.com","eventName":"n{}","nested":{{"a":[1,{{"b":"]}}"}}]}}{}}})",
      number, extra);
}

struct Read {
  std::vector<std::string> names;
  std::vector<std::string> problems;
  std::vector<std::uint64_t> lines;
};

Read read(std::string bytes, Limits limits = {}, Content content = Content::CloudTrail) {
  const std::string file = "f";
  Problems problems(1000);
  Splitter splitter(memory_source(std::move(bytes)), file, content, limits, problems);
  Read out;
  for (Block block; splitter.fill(block);) {
    for (const auto& record : block.records) {
      out.names.emplace_back(record.fields.event_name);
      out.lines.push_back(record.line);
      EXPECT_EQ(block.text_of(record).front(), '{');
      EXPECT_EQ(block.text_of(record).back(), '}');
      EXPECT_EQ(block.text[block.structure_of(record).front()], '{');
      EXPECT_EQ(block.text[block.structure_of(record).back()], '}');
      EXPECT_EQ(block.structure_of(record).front(), record.begin);
    }
  }
  for (const auto& problem : problems.first())
    out.problems.push_back(to_text(problem));
  return out;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(compressBound(text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string file_of(std::initializer_list<std::string> records) {
  std::string text = R"({"Records":[)";
  for (const auto& each : records)
    text += (text.back() == '[' ? "" : ",") + each;
  return text + "]}";
}

TEST(Forms, AllThatCloudTrailComesIn) {
  const auto one = record(1), two = record(2), three = record(3);
  const auto wanted = ElementsAre("n1", "n2", "n3");
  for (const auto& text :
       {file_of({one, two, three}), file_of({one}) + file_of({two, three}),
        file_of({one}) + "\n" + file_of({two, three}) + "\n",
        "[" + one + "," + two + " , " + three + "]", one + "\n" + two + "\n" + three + "\n",
        one + "\n\n" + two + "\r\n" + three, one + two + three,
        "\xef\xbb\xbf" + file_of({one, two, three}),
        R"({"more":{"Records":[1]},"Records":[)" + one + "," + two + "," + three +
            R"(],"after":[{"x":1}]})",
        gzip(file_of({one, two})) + gzip("\n" + three)}) {
    const auto got = read(text);
    EXPECT_THAT(got.names, wanted) << text;
    EXPECT_THAT(got.problems, ElementsAre()) << text;
  }
  EXPECT_THAT(read(one + "\n\n" + two + "\n" + three).lines, ElementsAre(1, 3, 4));
}

TEST(Forms, PrettyPrinted) {
  const auto pretty = pretty_json(*parse_json(file_of({record(1), record(2)})));
  EXPECT_THAT(read(pretty).names, ElementsAre("n1", "n2"));
  EXPECT_THAT(read(pretty_json(*parse_json(record(7)))).names, ElementsAre("n7"));
}

TEST(Forms, WhateverTheSizeOfBlocks) {
  std::string list = "[", lines;
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) {
    names.push_back(fmt::format("n{}", i));
    const auto text =
        record(i, fmt::format(R"(,"x":"{}\"}},{{\"")",
                              std::string(static_cast<std::size_t>(i * 7 % 251), 'x')));
    list += (i ? "," : "") + text;
    lines += text + "\n";
  }
  for (const std::size_t size : {64u, 100u, 333u, 1000u, 4096u}) {
    for (const auto& text : {list + "]", lines}) {
      const auto got = read(text, {.block = size});
      ASSERT_EQ(got.names, names) << size;
      EXPECT_THAT(got.problems, ElementsAre()) << size;
    }
  }
}

TEST(Bad, ALineSpoilsNoOther) {
  const auto good = record(1);
  for (const auto& [line, reason] : std::vector<std::pair<std::string, std::string>>{
           {R"({"eventVersion":"1)", "unclosed"},
           {R"({"eventVersion":{"a":[)", "f:2: "},
           {"hello", "the line is no object"},
           {"[1]", "the line is no object"},
           {R"({"eventVersion" 1})", "not JSON"},
           {"{\"eventVersion\":\"\xff\"}", "UTF-8"},
           {"{\"eventVersion\":\"a\tb\"}", "f:2: "},
           {R"({"eventName":"x","eventName":"y"})", "two members of one name"},
           {std::string(300, '{'), "f:2: "},
           {R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}", "nested too deeply"},
           {R"({"a":")" + std::string(2000, 'a') + "\"}", "longer than 1000 bytes"}}) {
    const auto got = read(good + "\n" + line + "\n" + record(2) + "\n" + record(3),
                          {.block = 512, .record = 1000});
    EXPECT_THAT(got.names, ElementsAre("n1", "n2", "n3")) << line;
    ASSERT_EQ(got.problems.size(), 1u) << line;
    EXPECT_THAT(got.problems[0], HasSubstr("f:2: ")) << line;
    EXPECT_TRUE(reason == "unclosed" || got.problems[0].find(reason) != std::string::npos)
        << line << got.problems[0];
  }
}

TEST(Bad, ARecordOfAListSpoilsNoOther) {
  for (const std::string bad :
       {R"({"eventVersion":"1.08","a":"un"quoted"})", R"({"eventVersion":"1.08","a":{"b":1})",
        R"({"eventVersion":"1.08","a":{"b":[1}})", "{\"eventVersion\":\"\xc3\x28\"}",
        "{\"eventVersion\":\"a\nb\"}", R"({"eventVersion":"1.08","a":[}])",
        R"({"eventVersion" "1.08"})", R"({"eventVersion":"1.08","a":"unclosed})", "17", "[17]",
        "\"text\"", R"({"eventVersion":"1","eventVersion":"2"})"}) {
    const auto text = file_of({record(1), bad, record(2), record(3)});
    const auto got = read(text);
    EXPECT_THAT(got.names, ElementsAre("n1", "n2", "n3")) << bad;
    EXPECT_GE(got.problems.size(), 1u) << bad;
    EXPECT_THAT(got.problems[0],
                HasSubstr(fmt::format("f: byte {}: ", text.find(bad, 12 + record(1).size()))))
        << bad;
  }
}

TEST(Bad, ABracketTooMany) {
  auto got = read(record(1) + "\n" + record(2) + "}\n" + record(3));
  EXPECT_THAT(got.names, ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(got.problems, ElementsAre("f:2: the line is no object"));
  got = read(file_of({record(1), record(2) + "}", record(3)}));
  EXPECT_THAT(got.names, ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(got.problems, ElementsAre(HasSubstr("a record is no object")));
}

TEST(Bad, TooLongInAList) {
  const auto got =
      read(file_of({record(1), record(2, R"(,"x":")" + std::string(100'000, 'x') + '"'), record(3),
                    record(4)}),
           {.block = 1000, .record = 4000});
  EXPECT_THAT(got.names, ElementsAre("n1", "n3", "n4"));
  ASSERT_EQ(got.problems.size(), 1u);
  EXPECT_THAT(got.problems[0], HasSubstr("longer than 4000 bytes"));
}

TEST(Bad, CutOff) {
  const auto whole = file_of({record(1), record(2), record(3)});
  auto got = read(whole.substr(0, whole.size() - 30));
  EXPECT_THAT(got.names, ElementsAre("n1", "n2"));
  EXPECT_EQ(got.problems.size(), 1u);

  std::string long_file = "[";
  for (int i = 0; i < 5000; ++i)
    long_file += record(i, fmt::format(R"(,"x":"{}")", i * 7919 % 10007)) + ",";
  const auto packed = gzip(long_file);
  got = read(packed.substr(0, packed.size() / 2));
  EXPECT_GT(got.names.size(), 1000u);
  EXPECT_THAT(got.problems, testing::Contains(HasSubstr("the gzip file is cut off after")));
  auto damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(~damaged[damaged.size() / 2]);
  got = read(damaged);
  EXPECT_GT(got.names.size(), 1000u);
  EXPECT_FALSE(got.problems.empty());
}

TEST(Bad, NoJsonAtAll) {
  for (const std::string text : {"Apache License\n Version 2.0\n", "\xff\xfe{\0",
                                 "\x7f"
                                 "ELF"}) {
    const auto got = read(text);
    EXPECT_THAT(got.names, ElementsAre()) << text;
    EXPECT_THAT(got.problems, ElementsAre(HasSubstr("neither JSON nor gzip"))) << text;
  }
  EXPECT_THAT(read("").problems, ElementsAre());
  EXPECT_THAT(read(" \n ").problems, ElementsAre());
}

/// Nothing may crash, and records before the damage are all there.
TEST(Bad, AnyByteChanged) {
  const auto text = file_of({record(1), record(2), record(3), record(4), record(5), record(6)});
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    auto changed = text;
    const auto at = 20 + random() % (text.size() - 20);
    changed[at] = "\"{}[],:\\x\n\xff\0"[random() % 12];
    const auto got = read(changed, {.block = 100 + random() % 400, .record = 2000});
    const auto before = (at - 12) / (record(1).size() + 1);
    ASSERT_GE(got.names.size(), before) << changed;
    for (std::size_t i = 0; i < before; ++i)
      ASSERT_EQ(got.names[i], fmt::format("n{}", i + 1)) << changed;
    // At most the changed record and the one before or behind it are lost.
    ASSERT_GE(got.names.size(), 4u) << changed;
  }
}

TEST(Forms, EventsOfAnyContent) {
  const auto got = read("{\"a\":1}\n{\"Records\":[1]}\n{}\n", {}, Content::Events);
  EXPECT_EQ(got.names.size(), 3u);
  EXPECT_THAT(got.problems, ElementsAre());
}

}  // namespace
}  // namespace tocsin::telemetry
