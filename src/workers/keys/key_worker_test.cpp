// SPDX-License-Identifier: Apache-2.0
#include "workers/keys/key_worker.hpp"

#include <future>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "engines/cryptography/cryptography.hpp"

namespace tocsin::workers {
namespace {

Result<Document> carry(KeyWorker& worker, Object payload) {
  std::promise<Result<Document>> promise;
  auto result = promise.get_future();
  worker.run({"job", "key.generate", std::move(payload), ""},
             [&](Result<Document> outcome) { promise.set_value(std::move(outcome)); });
  return result.get();
}

TEST(KeyWorker, MakesAKeyPair) {
  KeyWorker worker;
  worker.start();
  const auto made = carry(worker, {{"Bits", 2048}});
  ASSERT_TRUE(made);
  const auto pair = cryptography::read_private_key(*unbase64(text(*made, "PrivateKey")));
  ASSERT_TRUE(pair);
  EXPECT_EQ(base64(pair->public_key), text(*made, "PublicKey"));
  EXPECT_EQ(cryptography::read_public_key(pair->public_key)->bits, 2048);
}

TEST(KeyWorker, RefusesOtherSizes) {
  KeyWorker worker;
  worker.start();
  const auto refused = carry(worker, {{"Bits", 512}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "ValidationException");
}

}  // namespace
}  // namespace tocsin::workers
