// SPDX-License-Identifier: Apache-2.0
// The Blobs port: bulk content, kept by its SHA-256. A blob is durable before the input that names
// it. What nothing names is swept by the core after a grace period.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.hpp"
#include "base/document.hpp"
#include "base/time.hpp"

namespace tocsin::store {

struct BlobRef {
  std::string sha256;  // hex
  std::uint64_t size = 0;
  bool operator==(const BlobRef&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlobRef, (), (sha256, size))

/// How a Document names a blob: {"$blob": "<sha256>", "size": n}.
Document to_document(const BlobRef& ref);
/// The blob that a Document names; none where it is anything else.
std::optional<BlobRef> blob_ref(const Document& document);
/// 64 lower-case hex digits: what may become part of a path.
bool is_blob_name(std::string_view sha256);

/// Content on its way in, streamed: memory use does not grow with its size. A writer that is
/// destroyed before `finish`, or that has failed, leaves nothing behind. One thread at a time.
/// Errors: "ServiceUnavailable" 503 naming the cause (disk full …).
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Makes the content durable under its hash. Once. Content that is already there is kept once and
  /// counts as written now.
  virtual Result<BlobRef> finish() = 0;
};

/// Reads stay possible while the blob is erased beside it.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  virtual std::uint64_t size() const = 0;
  /// Up to `length` bytes from `offset`; empty at the end.
  virtual Result<std::string> read(std::uint64_t offset, std::size_t length) = 0;
};

/// Any thread.
class Blobs {
 public:
  virtual ~Blobs() = default;
  virtual Result<std::unique_ptr<BlobWriter>> create() = 0;
  /// Error "InternalFailure" where the blob is missing or of another size.
  virtual Result<std::unique_ptr<BlobReader>> open(const BlobRef& ref) const = 0;

  using Visit = std::function<void(const std::string& sha256, Time written)>;
  /// Every blob, in the order of the hashes. `written` is the wall clock's time of the last finish.
  virtual void list(const Visit& visit) const = 0;

  /// Erases a blob last written at `unless_written_after` or before: a sweep passes what `list`
  /// told it, so that content put again meanwhile stays. No error where the blob is gone or newer.
  virtual Result<void> erase(const std::string& sha256,
                             Time unless_written_after = Time::max()) = 0;

  Result<BlobRef> put(std::string_view bytes);
  /// The whole content, checked against its hash.
  Result<std::string> get(const BlobRef& ref) const;
};

}  // namespace tocsin::store
