// SPDX-License-Identifier: Apache-2.0
// A disk that is full, on a small file system of its own: errors that name the cause, nothing half
// done, and life goes on once there is space.
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/crypto.hpp"
#include "store/testing.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DiskFull : public testing::Test {
 protected:
  void SetUp() override {
    if (!small_.mount_small("6m")) GTEST_SKIP() << "may not mount";
    open();
  }

  void open() {
    stores_ = {};
    auto opened = open_folder(small_.path() / "data");
    ASSERT_TRUE(opened) << opened.error().message;
    stores_ = std::move(*opened);
  }

  /// Takes all space that is left.
  void fill() {
    std::ofstream file(small_.path() / "ballast", std::ios::binary | std::ios::app);
    file << std::unitbuf;
    while (file << std::string(4096, 'x')) {
    }
  }
  void free_space() { fs::remove(small_.path() / "ballast"); }

  /// Appends until the disk refuses; the number of entries that were acknowledged.
  std::uint64_t append_until_refused() {
    for (std::uint64_t count = 0;; ++count) {
      const auto appended = append_one(*stores_.log, entry(stores_.log->next()));
      if (appended) continue;
      EXPECT_EQ(appended.error().code, "ServiceUnavailable");
      EXPECT_EQ(appended.error().status, 503);
      EXPECT_THAT(appended.error().message, HasSubstr("No space left on device"));
      return count;
    }
  }

  static std::string entry(std::uint64_t sequence) { return fmt::format("{:>3000}", sequence); }

  void expect_entries(std::uint64_t last) {
    EXPECT_EQ(stores_.log->next(), last + 1);
    const auto entries = entries_of(*stores_.log, 1);
    ASSERT_EQ(entries.size(), last);
    for (std::uint64_t i = 1; i <= last; ++i)
      EXPECT_EQ(entries[i - 1], entry(i));
  }

  TemporaryFolder small_;
  Stores stores_;
};

TEST_F(DiskFull, LogRefusesAndGoesOn) {
  ASSERT_TRUE(append_one(*stores_.log, entry(1)));
  fill();
  auto last = 1 + append_until_refused();
  expect_entries(last);
  EXPECT_FALSE(append_one(*stores_.log, entry(last + 1)));
  expect_entries(last);
  free_space();
  for (int i = 0; i < 10; ++i) {
    const auto appended = append_one(*stores_.log, entry(++last));
    ASSERT_TRUE(appended) << appended.error().message;
  }
  expect_entries(last);
  open();
  expect_entries(last);
}

TEST_F(DiskFull, LogThatWasEmptyGoesOnToo) {
  fill();
  auto last = append_until_refused();
  free_space();
  const auto appended = append_one(*stores_.log, entry(++last));
  ASSERT_TRUE(appended) << appended.error().message;
  open();
  expect_entries(last);
}

TEST_F(DiskFull, EntriesOfARefusedBatchDoNotComeBack) {
  ASSERT_TRUE(append_one(*stores_.log, entry(1)));
  fill();
  std::vector<std::string> many;
  for (int i = 0; i < 400; ++i)
    many.push_back("refused " + std::string(i * 10, '.'));
  while (stores_.log->append(many)) {
  }
  const auto last = stores_.log->next() - 1;
  free_space();
  const auto appended = append_one(*stores_.log, "after");
  ASSERT_TRUE(appended) << appended.error().message;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(entries_of(*stores_.log, last + 1), std::vector<std::string>{"after"});
    open();
  }
}

TEST_F(DiskFull, RefusedLogCanBeReopenedAndGoesOn) {
  ASSERT_TRUE(append_one(*stores_.log, entry(1)));
  fill();
  const auto last = 1 + append_until_refused();
  free_space();
  open();
  EXPECT_GE(stores_.log->next(), last + 1);
  EXPECT_EQ(entries_of(*stores_.log, 1)[last - 1], entry(last));
  EXPECT_TRUE(append_one(*stores_.log, "after"));
}

/// As incompressible as what is stored may be.
std::string noise(int bytes) {
  std::string out;
  for (int i = 0; i < bytes / 32; ++i)
    out += sha256(std::to_string(i));
  return out;
}

TEST_F(DiskFull, StateCheckpointRefusesAndCommitsGoOn) {
  ASSERT_TRUE(stores_.state->commit({{"a", "1"}}));
  ASSERT_TRUE(stores_.state->checkpoint());
  fill();
  ASSERT_TRUE(stores_.state->commit({{"a", "2"}, {"noise", noise(600'000)}}));
  const auto refused = stores_.state->checkpoint();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 503);
  EXPECT_THAT(refused.error().message, HasSubstr("No space left on device"));
  ASSERT_TRUE(stores_.state->commit({{"b", "3"}}));
  EXPECT_EQ(stores_.state->get("a"), "2");
  free_space();
  const auto done = stores_.state->checkpoint();
  ASSERT_TRUE(done) << done.error().message;
  open();
  EXPECT_EQ(stores_.state->get("a"), "2");
  EXPECT_EQ(stores_.state->get("b"), "3");
}

TEST_F(DiskFull, StateWhoseFlushFailsGoesOn) {
  ASSERT_TRUE(stores_.state->commit({{"a", "2"}, {"noise", noise(600'000)}}));
  fill();
  fs::resize_file(small_.path() / "ballast", fs::file_size(small_.path() / "ballast") - 500'000);
  const auto refused = stores_.state->checkpoint();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("No space left on device"));
  EXPECT_EQ(stores_.state->get("a"), "2");
  free_space();
  const auto committed = stores_.state->commit({{"b", "3"}});
  ASSERT_TRUE(committed) << committed.error().message;
  const auto done = stores_.state->checkpoint();
  ASSERT_TRUE(done) << done.error().message;
  open();
  EXPECT_EQ(stores_.state->get("a"), "2");
  EXPECT_EQ(stores_.state->get("b"), "3");
}

TEST_F(DiskFull, BlobLeavesNothingBehind) {
  const auto before = files_below(small_.path() / "data" / "blobs");
  auto writer = stores_.blobs->create();
  ASSERT_TRUE(writer);
  Result<void> written;
  for (int i = 0; i < 1000 && written; ++i)
    written = (*writer)->write(std::string(65536, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().status, 503);
  EXPECT_THAT(written.error().message, HasSubstr("No space left on device"));
  EXPECT_EQ(files_below(small_.path() / "data" / "blobs"), before);
  EXPECT_FALSE((*writer)->write("more"));
  EXPECT_FALSE((*writer)->finish());
  EXPECT_TRUE(stores_.blobs->put(std::string(65536, 'x')));
}

TEST_F(DiskFull, FolderOnAFullDiskIsNamed) {
  stores_ = {};
  fill();
  const auto opened = open_folder(small_.path() / "other");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "DataFolderUnavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace tocsin::store
