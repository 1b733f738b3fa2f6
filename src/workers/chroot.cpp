// SPDX-License-Identifier: Apache-2.0
#include "workers/chroot.hpp"

#include <fcntl.h>
#include <linux/stat.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tocsin::workers {
namespace {

constexpr int kDeepest = 256;  // how many folders deep a chroot may lie

/// What is mounted here must not appear in the host's namespace. The mount to make private is
/// above the chroot, so the process steps out of it, as root may (chroot(2)), and back in.
bool make_private(const char* folder) {
  const int inside = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (inside < 0 || ::chdir("/") != 0 || ::chroot(folder) != 0) return false;
  for (int i = 0; i < kDeepest; ++i) {
    if (::chdir("..") != 0) return false;
  }
  return ::mount(nullptr, ".", nullptr, MS_PRIVATE | MS_REC, nullptr) == 0 &&
         ::fchdir(inside) == 0 && ::chroot(".") == 0;
}

}  // namespace

bool in_chroot() {
  struct statx root {};
  if (::statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT, STATX_MODE, &root) != 0) return false;
  return (root.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
         (root.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

bool mount_root(const char* folder) {
  return ::unshare(CLONE_NEWNS) == 0 && make_private(folder) &&
         ::mount("/", folder, nullptr, MS_BIND | MS_REC, nullptr) == 0 && ::chroot(folder) == 0 &&
         ::chdir("/") == 0;
}

}  // namespace tocsin::workers
