// SPDX-License-Identifier: Apache-2.0
// What every adapter of the ports keeps to: one suite over all of them.
#include <thread>

#include "base/crypto.hpp"
#include "store/memory.hpp"
#include "store/store.hpp"
#include "store/testing.hpp"

namespace tocsin::store {
namespace {

enum class Kind { Folder, Memory, MemoryFolder };

class Contract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { open(); }

  /// Gives up what is open first, as a restart does.
  void open() {
    stores_ = {};
    if (GetParam() == Kind::Memory) stores_ = in_memory();
    if (GetParam() == Kind::MemoryFolder) stores_ = memory_.open();
    if (GetParam() != Kind::Folder) return;
    auto opened = open_folder(temporary_.path() / "data");
    ASSERT_TRUE(opened) << opened.error().message;
    stores_ = std::move(*opened);
  }

  bool keeps() const { return GetParam() != Kind::Memory; }
  Log& log() { return *stores_.log; }
  State& state() { return *stores_.state; }
  Blobs& blobs() { return *stores_.blobs; }

  TemporaryFolder temporary_;
  MemoryFolder memory_;
  Stores stores_;
};

TEST_P(Contract, LogStartsAtOneAndIsDense) {
  EXPECT_EQ(log().first(), 1u);
  EXPECT_EQ(log().next(), 1u);
  const std::vector<std::string> entries{"a", "", std::string("\0b", 2)};
  ASSERT_TRUE(log().append(entries));
  ASSERT_TRUE(log().append({}));
  ASSERT_TRUE(append_one(log(), "d"));
  EXPECT_EQ(log().next(), 5u);
  EXPECT_EQ(entries_of(log(), 1), (std::vector<std::string>{"a", "", {"\0b", 2}, "d"}));
  EXPECT_EQ(entries_of(log(), 4), std::vector<std::string>{"d"});
  EXPECT_TRUE(entries_of(log(), 5).empty());
}

TEST_P(Contract, LogReadStopsAtTheVisitorsError) {
  ASSERT_TRUE(log().append(std::vector<std::string>{"a", "b", "c"}));
  int visits = 0;
  const auto read = log().read(1, [&](std::uint64_t sequence, std::string_view) -> Result<void> {
    ++visits;
    if (sequence == 2) return fail("Enough", "two is enough");
    return {};
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "Enough");
  EXPECT_EQ(visits, 2);
}

TEST_P(Contract, LogTruncatedBelow) {
  ASSERT_TRUE(log().append(std::vector<std::string>{"a", "b", "c"}));
  ASSERT_TRUE(log().truncate_below(3));
  EXPECT_EQ(log().first(), 3u);
  EXPECT_EQ(entries_of(log(), 3), std::vector<std::string>{"c"});
  const auto gone = log().read(2, [](auto, auto) { return Result<void>(); });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "InternalFailure");
  EXPECT_NE(gone.error().message.find("entry 2"), std::string::npos);
  ASSERT_TRUE(log().truncate_below(1));
  EXPECT_EQ(log().first(), 3u);
}

TEST_P(Contract, LogEmptiedByTruncationKeepsItsNextSequence) {
  ASSERT_TRUE(log().append(std::vector<std::string>{"a", "b", "c"}));
  ASSERT_TRUE(log().truncate_below(100));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(log().first(), 4u);
    EXPECT_EQ(log().next(), 4u);
    EXPECT_TRUE(entries_of(log(), 4).empty());
    if (!keeps()) return;
    open();
  }
  ASSERT_TRUE(append_one(log(), "d"));
  EXPECT_EQ(entries_of(log(), 4), std::vector<std::string>{"d"});
}

TEST_P(Contract, LogReadBesideTheWriter) {
  std::thread writer([&] {
    for (int i = 1; i <= 300; ++i)
      EXPECT_TRUE(append_one(log(), std::to_string(i)));
  });
  for (std::uint64_t seen = 0; seen < 300;) {
    const auto entries = entries_of(log(), 1);
    EXPECT_GE(entries.size(), seen);
    seen = entries.size();
    if (seen > 0) {
      EXPECT_EQ(entries.back(), std::to_string(seen));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  writer.join();
}

TEST_P(Contract, StateCommitsAndErases) {
  EXPECT_FALSE(state().get("a"));
  ASSERT_TRUE(state().commit({{"a", "1"}, {"b", ""}, {std::string("a\0", 2), "z"}}));
  EXPECT_EQ(state().get("a"), "1");
  EXPECT_EQ(state().get("b"), "");
  EXPECT_EQ(state().get(std::string_view("a\0", 2)), "z");
  ASSERT_TRUE(state().commit({{"a", std::nullopt}, {"b", "2"}, {"nothing", std::nullopt}}));
  EXPECT_FALSE(state().get("a"));
  EXPECT_EQ(state().get("b"), "2");
}

TEST_P(Contract, StateScansBothWays) {
  ASSERT_TRUE(state().commit({{"a", "1"}, {"b", "2"}, {"ba", "3"}, {"c", "4"}, {"\xff", "5"}}));
  EXPECT_EQ(scanned(state()), "a=1 b=2 ba=3 c=4 \xff=5");
  EXPECT_EQ(scanned(state(), "", "", Direction::Backward), "\xff=5 c=4 ba=3 b=2 a=1");
  EXPECT_EQ(scanned(state(), "b", "c"), "b=2 ba=3");
  EXPECT_EQ(scanned(state(), "b", "c", Direction::Backward), "ba=3 b=2");
  EXPECT_EQ(scanned(state(), "aa", "bb"), "b=2 ba=3");
  EXPECT_EQ(scanned(state(), "c"), "c=4 \xff=5");
  EXPECT_EQ(scanned(state(), "c", "", Direction::Backward, 1), "\xff=5");
  EXPECT_EQ(scanned(state(), "", "", Direction::Forward, 2), "a=1 b=2");
  EXPECT_EQ(scanned(state(), "c", "b"), "");
  EXPECT_EQ(scanned(state(), "c", "c", Direction::Backward), "");
  EXPECT_EQ(scanned(state(), "d", "e"), "");
}

TEST_P(Contract, StateMayCommitWithinAScan) {
  ASSERT_TRUE(state().commit({{"a", "1"}, {"b", "2"}}));
  std::string seen;
  state().scan("", "", Direction::Forward, [&](std::string_view key, std::string_view) {
    seen += key;
    return bool(state().commit({{std::string(key), std::nullopt}, {seen + "x", "new"}}));
  });
  EXPECT_EQ(seen, "ab");
  EXPECT_EQ(scanned(state()), "abx=new ax=new");
}

TEST_P(Contract, SnapshotStandsStill) {
  ASSERT_TRUE(state().commit({{"a", "1"}, {"b", "2"}}));
  const auto before = state().snapshot();
  ASSERT_TRUE(state().commit({{"a", "9"}, {"b", std::nullopt}, {"c", "3"}}));
  const auto between = state().snapshot();
  ASSERT_TRUE(state().clear());
  EXPECT_EQ(scanned(*before), "a=1 b=2");
  EXPECT_EQ(before->get("b"), "2");
  EXPECT_FALSE(before->get("c"));
  EXPECT_EQ(scanned(*between, "", "", Direction::Backward), "c=3 a=9");
  EXPECT_EQ(scanned(state()), "");
}

TEST_P(Contract, SnapshotsOnOtherThreadsSeeWholeBatches) {
  ASSERT_TRUE(state().commit({{"left", "0"}, {"right", "0"}}));
  std::atomic<bool> going = true;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      for (int last = 0; going;) {
        const auto view = state().snapshot();
        const auto left = view->get("left");
        std::this_thread::yield();
        EXPECT_EQ(left, view->get("right"));
        EXPECT_GE(std::stoi(*left), last);
        last = std::stoi(*left);
      }
    });
  }
  for (int i = 1; i <= 2000; ++i) {
    const auto value = std::to_string(i);
    EXPECT_TRUE(state().commit({{"left", value}, {"right", value}}));
  }
  going = false;
  for (auto& reader : readers)
    reader.join();
}

TEST_P(Contract, ClearEmptiesAndTheStateGoesOn) {
  ASSERT_TRUE(state().clear());
  ASSERT_TRUE(state().commit({{"a", "1"}, {"\xff\xff", "2"}, {"", "3"}}));
  ASSERT_TRUE(state().clear());
  EXPECT_EQ(scanned(state()), "");
  EXPECT_FALSE(state().get("a"));
  ASSERT_TRUE(state().commit({{"a", "4"}}));
  ASSERT_TRUE(state().checkpoint());
  if (keeps()) open();
  EXPECT_EQ(scanned(state()), "a=4");
}

TEST_P(Contract, CheckpointThenTruncateThenReopen) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(append_one(log(), std::to_string(i)));
    ASSERT_TRUE(state().commit({{"applied", std::to_string(i)}}));
  }
  ASSERT_TRUE(state().checkpoint());
  ASSERT_TRUE(log().truncate_below(6));
  ASSERT_TRUE(append_one(log(), "6"));
  if (keeps()) open();
  EXPECT_EQ(state().get("applied"), "5");
  EXPECT_EQ(log().first(), 6u);
  EXPECT_EQ(entries_of(log(), 6), std::vector<std::string>{"6"});
}

TEST_P(Contract, DigestTellsStatesApart) {
  const auto empty = digest(state());
  ASSERT_TRUE(state().commit({{"ab", "c"}}));
  const auto one = digest(state());
  ASSERT_TRUE(state().commit({{"ab", std::nullopt}, {"a", "bc"}}));
  const auto other = digest(state());
  EXPECT_EQ(one.size(), 64u);
  EXPECT_NE(empty, one);
  EXPECT_NE(one, other);
  ASSERT_TRUE(state().commit({{"a", std::nullopt}, {"ab", "c"}}));
  EXPECT_EQ(digest(state()), one);
  EXPECT_EQ(digest(*state().snapshot()), one);
}

TEST_P(Contract, BlobIsKeptByItsHash) {
  const auto ref = blobs().put("hello");
  ASSERT_TRUE(ref) << ref.error().message;
  EXPECT_EQ(ref->sha256, hex(sha256("hello")));
  EXPECT_EQ(ref->size, 5u);
  EXPECT_EQ(blobs().get(*ref), "hello");
  const auto empty = blobs().put("");
  ASSERT_TRUE(empty);
  EXPECT_EQ(blobs().get(*empty), "");
  if (keeps()) open();
  EXPECT_EQ(blobs().get(*ref), "hello");
}

TEST_P(Contract, BlobStreams) {
  auto writer = blobs().create();
  ASSERT_TRUE(writer);
  std::string whole;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(1000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE((*writer)->write(piece));
    whole += piece;
  }
  const auto ref = (*writer)->finish();
  ASSERT_TRUE(ref);
  EXPECT_EQ(*ref, (BlobRef{hex(sha256(whole)), whole.size()}));
  const auto reader = blobs().open(*ref);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->size(), whole.size());
  EXPECT_EQ((*reader)->read(500, 1000), whole.substr(500, 1000));
  EXPECT_EQ((*reader)->read(99'990, 1000), whole.substr(99'990));
  EXPECT_EQ((*reader)->read(100'000, 10), "");
  EXPECT_EQ((*reader)->read(1'000'000, 10), "");
}

TEST_P(Contract, ARowThatWasReadIsReadAnewAfterEachCommit) {
  EXPECT_EQ(state().get("row"), std::nullopt);
  for (const auto* value : {"one", "two"}) {
    ASSERT_TRUE(state().commit({{"row", value}}));
    EXPECT_EQ(state().get("row"), value);
  }
  ASSERT_TRUE(state().commit({{"row", std::nullopt}}));
  EXPECT_EQ(state().get("row"), std::nullopt);
  ASSERT_TRUE(state().commit({{"row", "three"}}));
  EXPECT_EQ(state().get("row"), "three");
  ASSERT_TRUE(state().clear());
  EXPECT_EQ(state().get("row"), std::nullopt);
}

TEST_P(Contract, MissingBlobIsAnInternalFailure) {
  const auto ref = blobs().put("here");
  ASSERT_TRUE(ref);
  const auto missing = blobs().get({hex(sha256("elsewhere")), 9});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "InternalFailure");
  EXPECT_FALSE(blobs().open({ref->sha256, 5}));
  EXPECT_FALSE(blobs().open({"../../etc/passwd", 5}));
}

TEST_P(Contract, IdenticalContentIsKeptOnceAndErased) {
  const auto first = blobs().put("same");
  const auto second = blobs().put("same");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  std::vector<std::string> listed;
  const auto list = [&] {
    listed.clear();
    blobs().list([&](const std::string& sha256, Time) { listed.push_back(sha256); });
    return listed;
  };
  EXPECT_EQ(list(), std::vector{first->sha256});
  const auto reader = blobs().open(*first);
  ASSERT_TRUE(blobs().erase(first->sha256));
  ASSERT_TRUE(blobs().erase(first->sha256));
  EXPECT_TRUE(list().empty());
  EXPECT_FALSE(blobs().open(*first));
  EXPECT_EQ((*reader)->read(0, 10), "same");
}

TEST_P(Contract, BlobWrittenAfterTheListingIsNotErased) {
  const auto ref = blobs().put("swept");
  ASSERT_TRUE(ref);
  Time written;
  blobs().list([&](const std::string&, Time time) { written = time; });
  ASSERT_TRUE(blobs().erase(ref->sha256, written - Duration(1)));
  EXPECT_EQ(blobs().get(*ref), "swept");
  ASSERT_TRUE(blobs().erase(ref->sha256, written));
  EXPECT_FALSE(blobs().open(*ref));
}

TEST_P(Contract, AbandonedWriterLeavesNothing) {
  {
    auto writer = blobs().create();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write("never finished"));
  }
  int listed = 0;
  blobs().list([&](const std::string&, Time) { ++listed; });
  EXPECT_EQ(listed, 0);
  if (GetParam() == Kind::Folder) {
    EXPECT_EQ(files_below(temporary_.path() / "data" / "blobs"), 0u);
  }
}

TEST_P(Contract, BlobsFromManyThreads) {
  std::vector<std::thread> writers;
  for (int thread = 0; thread < 4; ++thread) {
    writers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto content = "content " + std::to_string(i);
        const auto ref = blobs().put(content);
        ASSERT_TRUE(ref) << ref.error().message;
        EXPECT_EQ(blobs().get(*ref), content);
      }
    });
  }
  for (auto& writer : writers)
    writer.join();
  int listed = 0;
  blobs().list([&](const std::string&, Time) { ++listed; });
  EXPECT_EQ(listed, 20);
}

std::string kind_name(const testing::TestParamInfo<Kind>& info) {
  if (info.param == Kind::Folder) return "Folder";
  return info.param == Kind::Memory ? "Memory" : "MemoryFolder";
}

INSTANTIATE_TEST_SUITE_P(Stores, Contract,
                         testing::Values(Kind::Folder, Kind::Memory, Kind::MemoryFolder),
                         kind_name);

TEST(PrefixEnd, IsTheFirstKeyAfterThePrefix) {
  EXPECT_EQ(prefix_end("a"), "b");
  EXPECT_EQ(prefix_end("a\xff"), "b");
  EXPECT_EQ(prefix_end("a\x7f"), "a\x80");
  EXPECT_EQ(prefix_end("\xff\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
}

TEST(BlobRef, StandsInADocument) {
  const BlobRef ref{hex(sha256("x")), 1};
  EXPECT_EQ(blob_ref(to_document(ref)), ref);
  EXPECT_FALSE(blob_ref(Document("text")));
  EXPECT_FALSE(blob_ref(Object{{"$blob", "../x"}, {"size", 1}}));
  EXPECT_FALSE(blob_ref(Object{{"$blob", ref.sha256}, {"size", -1}}));
  EXPECT_FALSE(blob_ref(Object{{"$blob", ref.sha256}}));
}

TEST(MemoryFolder, ForgetsWhatWasNotCheckpointed) {
  MemoryFolder folder;
  {
    const auto stores = folder.open();
    ASSERT_TRUE(stores.state->commit({{"a", "1"}}));
    ASSERT_TRUE(stores.state->checkpoint());
    ASSERT_TRUE(stores.state->commit({{"a", "2"}, {"b", "2"}}));
  }
  EXPECT_EQ(scanned(*folder.open().state), "a=1");
}

TEST(InMemory, BlobsTakeTheirTimeFromTheClock) {
  auto now = from_ms(1000);
  const auto stores = in_memory([&] { return now; });
  ASSERT_TRUE(stores.blobs->put("x"));
  now = from_ms(2000);
  ASSERT_TRUE(stores.blobs->put("x"));
  stores.blobs->list([&](const std::string&, Time written) { EXPECT_EQ(written, now); });
}

}  // namespace
}  // namespace tocsin::store
