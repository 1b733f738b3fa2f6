// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>
#include <mutex>
#include <netinet/in.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include "base/crypto.hpp"
#include "core/worker.hpp"
#include "store/store.hpp"
#include "workers/fd.hpp"

namespace tocsin::workers::testing {

struct ZipEntry {
  std::string path;
  std::string content;
  std::string link = {};  // a symbolic link to this
  unsigned permissions = 0600;
};

inline la_ssize_t append_zip(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

inline std::string make_zip(const std::vector<ZipEntry>& entries) {
  std::string out;
  auto* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  archive_write_set_bytes_per_block(zip, 0);
  archive_write_open(zip, &out, nullptr, append_zip, nullptr);
  for (const auto& source : entries) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, source.path.c_str());
    archive_entry_set_perm(entry, source.permissions);
    if (source.link.empty()) {
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_size(entry, static_cast<la_int64_t>(source.content.size()));
    } else {
      archive_entry_set_filetype(entry, AE_IFLNK);
      archive_entry_set_symlink(entry, source.link.c_str());
    }
    archive_write_header(zip, entry);
    if (source.link.empty()) archive_write_data(zip, source.content.data(), source.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(zip);
  archive_write_free(zip);
  return out;
}

/// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "workers-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs one job and waits for its end.
inline Result<Document> carry(core::Worker& worker, core::Job job) {
  std::promise<Result<Document>> promise;
  auto future = promise.get_future();
  worker.run(std::move(job),
             [&](Result<Document> result) { promise.set_value(std::move(result)); });
  return future.get();
}

/// Answers every HTTP request on a free port of the loopback with the same response.
class TinyServer {
 public:
  explicit TinyServer(std::string response) : response_(std::move(response)) {
    listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name);
    ::listen(listener_.get(), 16);
    socklen_t length = sizeof name;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&name), &length);
    port_ = ntohs(name.sin_port);
    thread_ = std::thread([this] { main(); });
  }
  ~TinyServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void main() {
    for (;;) {
      const Fd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) return;
      std::string request;
      while (request.find("\r\n\r\n") == request.npos) {
        char bytes[4096];
        const auto count = ::read(peer.get(), bytes, sizeof bytes);
        if (count <= 0) break;
        request.append(bytes, static_cast<std::size_t>(count));
      }
      {
        const std::scoped_lock lock(mutex_);
        requests_ += request;
      }
      [[maybe_unused]] const auto sent =
          ::send(peer.get(), response_.data(), response_.size(), MSG_NOSIGNAL);
    }
  }

  std::string response_;
  Fd listener_;
  int port_ = 0;
  std::mutex mutex_;
  std::string requests_;
  std::thread thread_;
};

/// A Python program that runs beside the test. Its first line of output is `first_line`.
class PythonProgram {
 public:
  explicit PythonProgram(const std::string& source) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(pipe[1], STDOUT_FILENO);
      ::execl("/usr/bin/python3", "python3", "-u", "-c", source.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(pipe[1]);
    output_ = Fd(pipe[0]);
    first_line = line();
  }
  ~PythonProgram() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::string line() {
    std::string out;
    char c = 0;
    while (::read(output_.get(), &c, 1) == 1 && c != '\n')
      out += c;
    return out;
  }
  std::string first_line;

 private:
  pid_t pid_ = -1;
  Fd output_;
};

}  // namespace tocsin::workers::testing
