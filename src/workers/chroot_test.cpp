// SPDX-License-Identifier: Apache-2.0
#include "workers/chroot.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace tocsin::workers {
namespace {

int exit_status_of(auto&& child) {
  const auto pid = ::fork();
  if (pid == 0) ::_exit(child());
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A debootstrap root entered with chroot(8): bubblewrap refuses a root that is no mount.
TEST(Chroot, ItsRootBecomesAMountThatShowsTheSame) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may chroot";
  const auto* base = std::getenv("TMPDIR");
  auto folder = std::string(base ? base : "/tmp") + "/tocsin-chroot-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directories(folder + "/work/root");
  std::filesystem::create_directories(folder + "/usr");
  EXPECT_EQ(exit_status_of([&] {
              if (::chroot(folder.c_str()) != 0 || ::chdir("/") != 0 || !in_chroot()) return 1;
              if (!mount_root("/work/root") || in_chroot()) return 2;
              return ::access("/usr", F_OK) == 0 && ::access("/proc", F_OK) != 0 ? 0 : 3;
            }),
            0);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tocsin::workers
