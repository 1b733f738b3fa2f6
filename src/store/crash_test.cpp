// SPDX-License-Identifier: Apache-2.0
// kill -9 while a child works in the folder: what it had acknowledged is there.
//
// The child is this program again (RocksDB's threads do not survive a fork), in the disabled test
// below; it acknowledges each step on descriptor 3.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.hpp"
#include "store/testing.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

constexpr int kAcknowledge = 3;
constexpr int kBatch = 3;
constexpr int kCheckpointEvery = 20;
constexpr auto kChildFolder = "TOCSIN_STORE_CRASH_FOLDER";

std::string entry(std::uint64_t sequence) {
  return fmt::format("entry {} {}", sequence, std::string(sequence % 700, 'e'));
}

/// One step as the machine does it: log, then state with the sequence applied, at times a
/// checkpoint.
bool step(Stores& stores, int number) {
  std::vector<std::string> entries;
  const auto next = stores.log->next();
  for (int i = 0; i < kBatch; ++i)
    entries.push_back(entry(next + i));
  if (!stores.log->append(entries)) return false;
  const auto applied = std::to_string(stores.log->next() - 1);
  if (!stores.state->commit({{"applied", applied}, {"same", applied}})) return false;
  if (!stores.blobs->put(entry(next))) return false;
  if (number % kCheckpointEvery != 0) return true;
  return stores.state->checkpoint() && stores.log->truncate_below(stores.log->next() - kBatch);
}

TEST(Crash, DISABLED_Child) {
  const auto* folder = std::getenv(kChildFolder);
  ASSERT_NE(folder, nullptr);
  auto stores = open_folder(folder);
  ASSERT_TRUE(stores) << stores.error().message;
  for (int number = 1; step(*stores, number); ++number) {
    const std::uint64_t acknowledged = stores->log->next() - 1;
    if (::write(kAcknowledge, &acknowledged, sizeof acknowledged) < 0) return;
  }
}

class Child {
 public:
  explicit Child(const fs::path& folder) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) std::abort();
    ::setenv(kChildFolder, folder.c_str(), 1);
    process_ = ::fork();
    if (process_ == 0) run(pipe[1]);
    ::close(pipe[1]);
    read_end_ = pipe[0];
  }
  ~Child() { ::close(read_end_); }

  /// The last sequence acknowledged, once `steps` have been and the child is killed.
  std::uint64_t kill_after(int steps) {
    std::uint64_t last = 0;
    std::uint64_t acknowledged = 0;
    const auto receive = [&] {
      return ::read(read_end_, &acknowledged, sizeof acknowledged) == sizeof acknowledged;
    };
    for (int i = 0; i < steps && receive(); ++i)
      last = acknowledged;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    while (receive())
      last = acknowledged;
    return last;
  }

 private:
  [[noreturn]] static void run(int write_end) {
    ::dup2(write_end, kAcknowledge);
    const int quiet = ::open("/dev/null", O_WRONLY);
    ::dup2(quiet, STDOUT_FILENO);
    ::execl("/proc/self/exe", "store_test", "--gtest_also_run_disabled_tests",
            "--gtest_filter=Crash.DISABLED_Child", nullptr);
    ::_exit(127);
  }

  pid_t process_ = 0;
  int read_end_ = -1;
};

void expect_consistent(const Stores& stores, std::uint64_t acknowledged) {
  const auto first = stores.log->first();
  EXPECT_GE(stores.log->next(), acknowledged + 1);
  const auto entries = entries_of(*stores.log, first);
  EXPECT_EQ(first + entries.size(), stores.log->next());
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(entries[i], entry(first + i));
  const auto applied = stores.state->get("applied");
  EXPECT_EQ(applied, stores.state->get("same"));
  const std::uint64_t sequence = applied ? std::stoull(*applied) : 0;
  EXPECT_GE(sequence + 1, first);
  EXPECT_LT(sequence, stores.log->next());
}

TEST(Crash, WhatWasAcknowledgedIsThere) {
  TemporaryFolder temporary;
  const auto folder = temporary.path() / "data";
  for (const int steps : {1, 7, 20, 33, 61}) {
    const auto acknowledged = Child(folder).kill_after(steps);
    ASSERT_GT(acknowledged, 0u);
    const auto stores = open_folder(folder);
    ASSERT_TRUE(stores) << stores.error().message;
    expect_consistent(*stores, acknowledged);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder / "blobs" / "tmp"), {}), 0);
    const auto newest = entry(acknowledged - kBatch + 1);
    EXPECT_EQ(stores->blobs->get({hex(sha256(newest)), newest.size()}), newest);
  }
}

}  // namespace
}  // namespace tocsin::store
