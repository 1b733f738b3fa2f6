// SPDX-License-Identifier: Apache-2.0
#include "engines/content/content.hpp"

#include <gtest/gtest.h>

namespace tocsin::content {
namespace {

const std::string kKey(32, 'k'), kOther(32, 'o'), kNonce(12, 'n');

TEST(Content, EveryPartCanBeReadAlone) {
  std::string plain;
  for (int i = 0; i < 1000; ++i)
    plain += std::to_string(i);
  const auto hidden = crypt(kKey, plain);
  EXPECT_NE(hidden, plain);
  EXPECT_EQ(hidden.size(), plain.size());
  for (const std::size_t from : {0u, 1u, 15u, 16u, 17u, 31u, 32u, 1000u, 2889u})
    EXPECT_EQ(crypt(kKey, hidden.substr(from), from), plain.substr(from)) << from;
}

TEST(Content, PiecesAreEncryptedAsTheWhole) {
  const std::string plain(100, 'x');
  auto pieces = plain;
  Cipher cipher(kKey);
  cipher.apply(pieces.data(), 7);
  cipher.apply(pieces.data() + 7, 93);
  EXPECT_EQ(pieces, crypt(kKey, plain));
}

TEST(Content, CountsPastFourGibibytes) {
  const std::uint64_t far = (5ull << 30) + 5;
  const auto hidden = crypt(kKey, "the end", far);
  EXPECT_EQ(crypt(kKey, hidden.substr(3), far + 3), " end");
  EXPECT_NE(hidden, crypt(kKey, "the end", 5));
}

TEST(Content, AWrappedKeyOpensUnderItsOwnOnly) {
  const auto wrapped = wrap(kKey, kNonce, kOther);
  EXPECT_EQ(unwrap(kKey, wrapped), kOther);
  EXPECT_FALSE(unwrap(kOther, wrapped));
  EXPECT_FALSE(unwrap(kKey, "AAAA"));
  EXPECT_FALSE(unwrap(kKey, "?"));
}

}  // namespace
}  // namespace tocsin::content
