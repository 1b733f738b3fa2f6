// SPDX-License-Identifier: Apache-2.0
// The data folder: who may open it, what is refused, and what a disk that is full or broken does.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.hpp"
#include "store/testing.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Folder : public testing::Test {
 protected:
  Stores open() {
    auto opened = open_folder(path_);
    if (!opened) ADD_FAILURE() << opened.error().message;
    return opened ? std::move(*opened) : Stores{};
  }
  Error refused() {
    const auto opened = open_folder(path_);
    return opened ? Error{} : opened.error();
  }

  TemporaryFolder temporary_;
  fs::path path_ = temporary_.path() / "new" / "data";
};

TEST_F(Folder, IsPrivate) {
  const auto stores = open();
  for (const auto* part : {".", "log", "state", "blobs"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path_ / part).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u) << part;
  }
}

TEST_F(Folder, IsRefusedToASecondOwner) {
  auto stores = open();
  const auto error = refused();
  EXPECT_EQ(error.code, "DataFolderInUse");
  EXPECT_THAT(error.message, HasSubstr("process " + std::to_string(::getpid())));
  stores.log.reset();
  stores.state.reset();
  EXPECT_EQ(refused().code, "DataFolderInUse");
  stores.blobs.reset();
  open();
}

TEST_F(Folder, OfANewerVersionIsRefused) {
  open();
  write_text(path_ / "FORMAT", "tocsin data folder 2\n");
  EXPECT_EQ(refused().code, "DataFolderNewer");
  write_text(path_ / "FORMAT", "something else");
  EXPECT_EQ(refused().code, "DataFolderCorrupt");
}

TEST_F(Folder, ThatCannotBeWrittenIsNamed) {
  write_text(temporary_.path() / "file", "");
  path_ = temporary_.path() / "file";
  EXPECT_EQ(refused().code, "DataFolderUnavailable");
  path_ /= "below";
  EXPECT_EQ(refused().code, "DataFolderUnavailable");
  EXPECT_THAT(refused().message, HasSubstr(path_.string()));
}

TEST_F(Folder, ThatIsReadOnlyIsNamed) {
  TemporaryFolder small;
  if (!small.mount_small("8m") || !small.make_read_only()) GTEST_SKIP() << "may not mount";
  path_ = small.path();
  EXPECT_EQ(refused().code, "DataFolderUnavailable");
  EXPECT_THAT(refused().message, HasSubstr("Read-only file system"));
}

TEST_F(Folder, CorruptPartIsNamed) {
  ASSERT_TRUE(append_one(*open().log, "x"));
  fs::rename(path_ / "log" / "CURRENT", path_ / "kept");
  auto error = refused();
  EXPECT_EQ(error.code, "DataFolderCorrupt");
  EXPECT_THAT(error.message, HasSubstr("the log"));
  fs::rename(path_ / "kept", path_ / "log" / "CURRENT");
  write_text(path_ / "state" / "CURRENT", "MANIFEST-999999\n");
  error = refused();
  EXPECT_EQ(error.code, "DataFolderCorrupt");
  EXPECT_THAT(error.message, HasSubstr("the state"));
}

/// Changes one byte of the first "needle" in the log's files.
void damage(const fs::path& folder, std::string_view needle) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(file), {});
    const auto at = content.find(needle);
    if (at == std::string::npos) continue;
    content[at] ^= 1;
    write_text(entry.path(), content);
  }
}

TEST_F(Folder, DamagedLogFileIsRefusedNotForgotten) {
  {
    const auto stores = open();
    for (int i = 0; i < 9; ++i)
      ASSERT_TRUE(append_one(*stores.log, fmt::format("entry {} ", i)));
  }
  damage(path_ / "log", "entry 4 ");
  const auto error = refused();
  EXPECT_EQ(error.code, "DataFolderCorrupt");
  EXPECT_THAT(error.message, HasSubstr("the log"));
}

TEST_F(Folder, TornTailOfTheLogIsAnAppendThatNeverReturned) {
  {
    const auto stores = open();
    for (int i = 0; i < 9; ++i)
      ASSERT_TRUE(append_one(*stores.log, fmt::format("entry {} ", i)));
  }
  for (const auto& entry : fs::directory_iterator(path_ / "log")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 3) {
      fs::resize_file(entry.path(), entry.file_size() - 3);
    }
  }
  EXPECT_EQ(open().log->next(), 9u);
}

TEST_F(Folder, EntryThatFailsItsChecksumIsNamed) {
  ASSERT_TRUE(open().log->append(std::vector<std::string>{"one", "two", "three"}));
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, path_ / "log", &db).ok());
  const std::string key("\0\0\0\0\0\0\0\2", 8);
  ASSERT_TRUE(db->Put({}, key, "crc!two").ok());
  delete db;
  const auto stores = open();
  int visits = 0;
  const auto read = stores.log->read(1, [&](auto, auto) {
    ++visits;
    return Result<void>();
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(visits, 1);
  EXPECT_THAT(read.error().message, HasSubstr("entry 2 is corrupt"));
}

TEST_F(Folder, TemporariesOfADeadProcessAreRemoved) {
  open();
  write_text(path_ / "blobs" / "tmp" / "17", "half a blob");
  open();
  EXPECT_EQ(files_below(path_ / "blobs"), 0u);
}

TEST_F(Folder, BlobWithOtherContentIsNotServed) {
  const auto stores = open();
  const auto ref = stores.blobs->put("content");
  ASSERT_TRUE(ref);
  const auto path = path_ / "blobs" / ref->sha256.substr(0, 2) / ref->sha256.substr(2);
  write_text(path, "CONTENT");
  EXPECT_FALSE(stores.blobs->get(*ref));
  write_text(path, "cut");
  EXPECT_FALSE(stores.blobs->open(*ref));
  ASSERT_TRUE(stores.blobs->put("content"));
  EXPECT_EQ(stores.blobs->get(*ref), "content");
}

TEST_F(Folder, PuttingAgainCountsAsWrittenNow) {
  const auto stores = open();
  const auto ref = stores.blobs->put("content");
  ASSERT_TRUE(ref);
  const auto path = path_ / "blobs" / ref->sha256.substr(0, 2) / ref->sha256.substr(2);
  const std::array<timespec, 2> long_ago{timespec{1000, 0}, timespec{1000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), long_ago.data(), 0), 0);
  const auto written = [&] {
    Time time;
    stores.blobs->list([&](const std::string&, Time at) { time = at; });
    return time;
  };
  const auto before = written();
  EXPECT_EQ(before, from_ms(1'000'000));
  ASSERT_TRUE(stores.blobs->put("content"));
  EXPECT_GT(written(), before);
  ASSERT_TRUE(stores.blobs->erase(ref->sha256, before));
  EXPECT_EQ(stores.blobs->get(*ref), "content");
}

TEST_F(Folder, OpensQuickly) {
  const auto start = std::chrono::steady_clock::now();
  const auto stores = open();
  const auto taken = std::chrono::steady_clock::now() - start;
  RecordProperty("open_us", std::to_string(taken / std::chrono::microseconds(1)));
  EXPECT_LT(taken, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace tocsin::store
