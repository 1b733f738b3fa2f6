// SPDX-License-Identifier: Apache-2.0
// Blobs as files: blobs/ab/cdef… (by the hash's digits), and blobs/tmp for content on its way in.
//
// Durable means: the content is synced before it gets its name, and the name before `finish`
// returns.
#include <bitset>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "store/failure.hpp"
#include "store/files.hpp"
#include "store/folder_parts.hpp"

namespace tocsin::store {
namespace {

namespace fs = std::filesystem;

// The disk works while the rest of a long content still comes.
constexpr std::uint64_t kWriteAtOnce = 8 * 1024 * 1024;

/// What writers share with the adapter, and may outlive it with.
struct BlobFolder {
  fs::path root;
  Held lock;
  std::mutex mutex;
  std::bitset<256> shards;  // known to exist durably
  std::atomic<std::uint64_t> next_temporary = 1;

  fs::path shard_of(std::string_view sha256) const { return root / sha256.substr(0, 2); }
  fs::path path_of(std::string_view sha256) const { return shard_of(sha256) / sha256.substr(2); }
  fs::path temporary() { return root / "tmp" / std::to_string(next_temporary++); }

  /// Under the mutex.
  Result<void> ensure_shard(std::string_view sha256) {
    const auto index = static_cast<unsigned char>(unhex(sha256.substr(0, 2))->front());
    if (shards[index]) return {};
    TRY(make_folder(shard_of(sha256)));
    TRY(sync_folder(root));
    shards.set(index);
    return {};
  }

  /// Gives the finished file its name, or marks the same content that stands there as written now.
  Result<void> take(const fs::path& temporary, const BlobRef& ref) {
    std::scoped_lock guard(mutex);
    TRY(ensure_shard(ref.sha256));
    const auto path = path_of(ref.sha256);
    const auto there = file_facts(path);
    if (there && there->size == ref.size && ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) {
      ::unlink(temporary.c_str());
      return {};
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return unavailable("keep a blob", errno);
    return {};
  }
};

class FileWriter : public BlobWriter {
 public:
  FileWriter(std::shared_ptr<BlobFolder> folder, fs::path path, File file)
      : folder_(std::move(folder)), path_(std::move(path)), file_(std::move(file)) {}
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override { discard(); }

  Result<void> write(std::string_view bytes) override {
    if (path_.empty()) return unavailable("write a blob", "an earlier write has failed");
    if (auto written = file_.write(bytes); !written) {
      discard();
      return written;
    }
    hasher_.update(bytes);
    size_ += bytes.size();
    if (size_ - begun_ >= kWriteAtOnce) {
      file_.write_soon(begun_, size_ - begun_);
      begun_ = size_;
    }
    return {};
  }

  Result<BlobRef> finish() override {
    if (path_.empty()) return unavailable("keep a blob", "an earlier write has failed");
    const BlobRef ref{hex(hasher_.finish()), size_};
    auto kept = keep(ref);
    discard();
    TRY(std::move(kept));
    return ref;
  }

 private:
  Result<void> keep(const BlobRef& ref) {
    TRY(file_.sync());
    TRY(folder_->take(path_, ref));
    path_.clear();
    return sync_folder(folder_->shard_of(ref.sha256));
  }

  void discard() {
    file_.close();
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
  }

  std::shared_ptr<BlobFolder> folder_;
  fs::path path_;  // empty once kept or discarded
  File file_;
  Hasher hasher_{Hasher::Kind::Sha256};
  std::uint64_t size_ = 0;
  std::uint64_t begun_ = 0;  // so far the kernel was told to write
};

class FileReader : public BlobReader {
 public:
  FileReader(File file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  Result<std::string> read(std::uint64_t offset, std::size_t length) override {
    if (offset >= size_) return std::string();
    return file_.read(offset, std::min<std::uint64_t>(length, size_ - offset));
  }

 private:
  File file_;
  std::uint64_t size_;
};

class FileBlobs : public Blobs {
 public:
  explicit FileBlobs(std::shared_ptr<BlobFolder> folder) : folder_(std::move(folder)) {}

  Result<std::unique_ptr<BlobWriter>> create() override {
    auto path = folder_->temporary();
    auto file = TRY(File::open(path, O_WRONLY | O_CREAT | O_EXCL));
    return std::make_unique<FileWriter>(folder_, std::move(path), std::move(file));
  }

  Result<std::unique_ptr<BlobReader>> open(const BlobRef& ref) const override {
    if (!is_blob_name(ref.sha256)) return fail(internal_error("not a blob: " + ref.sha256));
    const auto path = folder_->path_of(ref.sha256);
    auto file = File::open(path, O_RDONLY);
    if (!file) return fail(internal_error("blob cannot be read: " + file.error().message));
    struct stat status {};
    if (::fstat(file->descriptor(), &status) != 0 ||
        static_cast<std::uint64_t>(status.st_size) != ref.size) {
      return fail(internal_error(fmt::format("blob {} does not have its {} bytes but {}",
                                             path.string(), ref.size, status.st_size)));
    }
    file->read_ahead();
    return std::make_unique<FileReader>(std::move(*file), ref.size);
  }

  void list(const Visit& visit) const override {
    for (int shard = 0; shard < 256; ++shard)
      list_shard(fmt::format("{:02x}", shard), visit);
  }

  Result<void> erase(const std::string& sha256, Time unless_written_after) override {
    if (!is_blob_name(sha256)) return fail(internal_error("not a blob: " + sha256));
    const auto path = folder_->path_of(sha256);
    std::scoped_lock guard(folder_->mutex);
    const auto facts = file_facts(path);
    if (!facts && facts.error().status == 404) return {};
    if (!facts) return fail(facts.error());
    if (facts->written > unless_written_after) return {};
    if (::unlink(path.c_str()) != 0) return unavailable("erase " + path.string(), errno);
    return {};
  }

 private:
  void list_shard(const std::string& shard, const Visit& visit) const {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator at(folder_->root / shard, error), end; !error && at != end;
         at.increment(error)) {
      auto name = shard + at->path().filename().string();
      if (is_blob_name(name)) names.push_back(std::move(name));
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      log_warning("blobs cannot be listed", {{"shard", shard}, {"cause", error.message()}});
    }
    std::ranges::sort(names);
    for (const auto& name : names) {
      if (const auto facts = file_facts(folder_->path_of(name))) visit(name, facts->written);
    }
  }

  std::shared_ptr<BlobFolder> folder_;
};

/// What a process that died has left.
Result<void> remove_temporaries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    left.push_back(at->path());
  }
  for (const auto& path : left) {
    if (!error) fs::remove(path, error);
  }
  if (error) return unavailable("clean " + folder.string(), error.message());
  return {};
}

}  // namespace

Result<std::unique_ptr<Blobs>> open_file_blobs(const fs::path& folder, Held lock) {
  TRY(make_folder(folder));
  TRY(make_folder(folder / "tmp"));
  TRY(remove_temporaries(folder / "tmp"));
  TRY(sync_folder(folder));
  auto shared = std::make_shared<BlobFolder>();
  shared->root = folder;
  shared->lock = std::move(lock);
  return std::make_unique<FileBlobs>(std::move(shared));
}

}  // namespace tocsin::store
