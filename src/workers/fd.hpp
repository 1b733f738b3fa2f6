// SPDX-License-Identifier: Apache-2.0
// Small owners of operating-system things, and a poll set.
#pragma once

#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tocsin::workers {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// The descriptors of one wait. Filled anew for every wait.
class PollSet {
 public:
  void clear() { entries_.clear(); }
  void add(int fd, short events) { entries_.push_back({fd, events, 0}); }
  /// Waits for at most `timeout_ms` (-1: without end).
  void wait(int timeout_ms) { ::poll(entries_.data(), entries_.size(), timeout_ms); }
  /// What is ready on `fd`: 0 where it is not in the set.
  short ready(int fd) const {
    for (const auto& entry : entries_) {
      if (entry.fd == fd) return entry.revents;
    }
    return 0;
  }

 private:
  std::vector<pollfd> entries_;
};

enum class Io { Open, Closed };

/// Appends what can be read now to `out`, at most `limit` bytes. Closed: end of file or an error.
Io read_available(int fd, std::string& out, std::size_t limit);
/// Writes what can be written now and cuts it from the front of `pending`.
Io write_available(int fd, std::string& pending);

/// The first of the waiting connections, non-blocking; none where there is none.
Fd accept_one(int listener);

/// The whole of a small file; empty where it cannot be read.
std::string read_small_file(const std::string& path);
/// False with errno set where the file cannot be written. Does not create it.
bool write_small_file(const std::string& path, std::string_view content);

}  // namespace tocsin::workers
