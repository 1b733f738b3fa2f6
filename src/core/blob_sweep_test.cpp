// SPDX-License-Identifier: Apache-2.0
#include "core/blob_sweep.hpp"

#include "core/cloud.hpp"
#include "core/table.hpp"
#include "core/testing.hpp"

namespace tocsin::core {
namespace {

struct Kept {
  store::BlobRef content;
};
BOOST_DESCRIBE_STRUCT(Kept, (), (content))
constexpr Table<Kept> kKept{"test.kept"};

bool has(const store::Blobs& blobs, const store::BlobRef& ref) {
  return blobs.open(ref).has_value();
}

class BlobSweepTest : public testing::Test {
 protected:
  std::vector<SweepCandidate> unnamed(Time before) {
    return unnamed_blobs(
        *stores.blobs, [&] { return stores.state->snapshot(); }, before);
  }
  void name(std::string key, std::string value) {
    ASSERT_TRUE(stores.state->commit({{std::move(key), std::move(value)}}));
  }

  Time now = from_ms(1'000'000);
  store::Stores stores = store::in_memory([this] { return now; });
};

TEST_F(BlobSweepTest, WhatARowNamesInAnyFormStays) {
  auto& blobs = *stores.blobs;
  const auto document = *blobs.put("a"), plain = *blobs.put("b"), key = *blobs.put("c"),
             escaped = *blobs.put("d"), nothing = *blobs.put("e");
  name("1", to_json(Object{{"body", store::to_document(document)}}));
  name("2", std::string(200, 'x') + " " + plain.sha256);
  name("3/" + key.sha256, "");
  name("4", to_json(Object{{"text", to_json(store::to_document(escaped))}}));
  name("5", "f" + nothing.sha256);  // 65 digits are no name
  const auto found = unnamed(now + Duration(1));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sha256, nothing.sha256);
}

TEST_F(BlobSweepTest, YoungBlobsAndThosePutAgainStay) {
  auto& blobs = *stores.blobs;
  const auto old = *blobs.put("old"), again = *blobs.put("again");
  now += std::chrono::hours(2);
  const auto young = *blobs.put("young");
  const auto found = unnamed(now - std::chrono::hours(1));
  EXPECT_EQ(found.size(), 2u);
  ASSERT_TRUE(blobs.put("again"));
  EXPECT_EQ(sweep(blobs, found), 2u);
  EXPECT_FALSE(has(blobs, old));
  EXPECT_TRUE(has(blobs, again));
  EXPECT_TRUE(has(blobs, young));
}

TEST(CloudSweep, AnIdleServerSweepsWhatItsStateDoesNotName) {
  Registry registry;
  registry.set_authorizer(allow_all());
  registry.add(Service{"keep", "keep", {{"Keep", Effect::Write, [](Call& call) -> Outcome {
                                           kKept.put(call, Key{"one"},
                                                     {*store::blob_ref(call.params())});
                                           return Object{};
                                         }}}});
  std::atomic<std::int64_t> written = to_ms(wall_now());
  auto stores = store::in_memory([&] { return from_ms(written); });
  auto& blobs = *stores.blobs;
  auto cloud = *Cloud::open({.sweep_every = std::chrono::milliseconds(5)}, std::move(registry),
                            std::move(stores), Secrets(std::string(32, 'k')));
  const auto kept = *blobs.put("kept");  // young until the state names it
  std::atomic<bool> answered = false;
  cloud->start();
  cloud->call(
      {.id = "1", .service = "keep", .operation = "Keep", .params = store::to_document(kept)},
      [&](const Result<Document>& reply) { answered = reply.has_value(); });
  const auto wait_until = [](const auto& condition) {
    for (int i = 0; i < 5000 && !condition(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  wait_until([&] { return answered.load(); });
  ASSERT_TRUE(answered);
  written = 0;
  ASSERT_TRUE(blobs.put("kept"));
  const auto lost = *blobs.put("lost");
  wait_until([&] { return !has(blobs, lost); });
  EXPECT_FALSE(has(blobs, lost));
  cloud->stop();
  EXPECT_TRUE(has(blobs, kept));
}

}  // namespace
}  // namespace tocsin::core
