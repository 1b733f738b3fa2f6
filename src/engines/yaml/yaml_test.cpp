// SPDX-License-Identifier: Apache-2.0
#include "engines/yaml/yaml.hpp"

#include <gtest/gtest.h>

namespace tocsin::yaml {
namespace {

std::string read(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? to_json(*parsed) : parsed.error().message;
}

TEST(Yaml, ScalarsAreWhatTheyLookLike) {
  EXPECT_EQ(read("a: 1\nb: true\nc: ~\nd: '1'\ne: 0.3\nf: 012345678901\ng: yes\nh: -4\n"),
            R"({"a":1,"b":true,"c":null,"d":"1","e":0.3,"f":"012345678901","g":"yes","h":-4})");
  EXPECT_EQ(read("- 2026-11-24\n- \"{{ a }}\"\n- 1e3\n- 1.2.3\n- e\n"),
            R"(["2026-11-24","{{ a }}",1000,"1.2.3","e"])");
}

TEST(Yaml, BlocksAndAnchors) {
  EXPECT_EQ(read("s: |\n  a\n   b\nt: >-\n  x\n  y\n"), R"({"s":"a\n b\n","t":"x y"})");
  EXPECT_EQ(read("a: &x [1]\nb: *x\n"), R"({"a":[1],"b":[1]})");
}

TEST(Yaml, WhatIsWrongHasAPlace) {
  EXPECT_EQ(read("a: [1\nb: 2\n"), "YAML not well-formed. at Line: 2, Column: 2");
  EXPECT_EQ(read("a: 1\na: 2\n"),
            "YAML not well-formed. at Line: 2, Column: 1: found duplicate key a");
  EXPECT_EQ(read(""), "null");
}

TEST(Yaml, AnchorsCannotBlowUp) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j)
      bomb += ", " + last;
    bomb += "]\n";
  }
  EXPECT_FALSE(parse(bomb));
}

TEST(Yaml, WrittenAndReadAgain) {
  const auto document = *parse_json(
      R"({"a":[{"b":1,"c":["x","1","true",""]},[],{}],"s":"one\ntwo\n","t":"no end\nhere",
          "q":"{{ x }}","colon":"a: b","null":null,"n":1.5,"deep":{"list":[[1,2],[3]]},
          "k y":"- d"})");
  const auto text = write(document);
  EXPECT_EQ(read(text), to_json(document)) << text;
  EXPECT_EQ(write(*parse_json(R"({"a":[{"b":1,"c":"x"}]})")), "a:\n- b: 1\n  c: x\n");
}

}  // namespace
}  // namespace tocsin::yaml
