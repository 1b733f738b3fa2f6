// SPDX-License-Identifier: Apache-2.0
// Sandboxes where the server itself lives in a chroot.
//
// bubblewrap needs a root that is a mount, whose parent shares nothing (pivot_root(2)). In a plain
// chroot the root is only a folder; so root, who alone may make namespaces there
// (user_namespaces(7)), first makes it a mount.
#pragma once

namespace tocsin::workers {

/// Whether `/` is no mount: the server runs in a plain chroot.
bool in_chroot();

/// For the child after fork, as root: only async-signal-safe calls. Leaves the process in a mount
/// namespace of its own, with `/` a mount that shows what the chroot showed. `folder` exists, is
/// empty and is not `/`. False where the system refuses it.
bool mount_root(const char* folder);

}  // namespace tocsin::workers
