// SPDX-License-Identifier: Apache-2.0
// A browser's upload form (multipart/form-data), read piece by piece: the fields are kept, the file
// is passed on. The file comes last; fields behind it do not count.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/headers.hpp"

namespace tocsin::wire {

struct PostForm {
  Headers fields;         // in order, names in lower case
  std::string file_name;  // without its path
};

class PostFormReader {
 public:
  using Take = std::function<Result<void>(std::string_view)>;
  /// Called once, when the fields are known and before the file's first byte.
  using Begin = std::function<Result<void>(const PostForm&)>;
  /// `content_type` is the request's.
  explicit PostFormReader(std::string_view content_type);

  /// Errors: MalformedPOSTRequest, MaxPostPreDataLengthExceeded, PreconditionFailed (another
  /// content type); those of `begin` and `take`.
  Result<void> read(std::string_view bytes, const Begin& begin, const Take& take);
  /// After the last byte. Errors: MalformedPOSTRequest; InvalidArgument where there was no file.
  Result<void> finish();
  const PostForm& form() const { return form_; }

 private:
  enum class State { Preamble, Headers, Field, File, Done };
  Result<bool> step(const Begin& begin, const Take& take);
  Result<bool> read_headers(const Begin& begin);
  Result<bool> read_file(const Take& take);
  Result<bool> to_next_part(std::size_t end);

  std::string delimiter_;  // "\r\n--boundary"; empty where the content type has none
  State state_ = State::Preamble;
  std::string buffer_ = "\r\n";  // what is not parsed yet
  std::size_t before_file_ = 0;
  std::string field_;  // the name of the present one
  bool saw_file_ = false;
  PostForm form_;
};

}  // namespace tocsin::wire
