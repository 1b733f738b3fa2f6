// SPDX-License-Identifier: Apache-2.0
#include "wire/post_form.hpp"

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

constexpr std::size_t kFieldsLimit = 20 * 1024;  // of everything before the file

Failure malformed() {
  return fail("MalformedPOSTRequest",
              "The body of your POST request is not well-formed multipart/form-data.");
}

/// The parameter of a header value: name="value" or name=value.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  for (const auto part : split(value, ';')) {
    const auto pair = trimmed(part);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !equals_ignore_case(pair.substr(0, equals), name))
      continue;
    auto text = pair.substr(equals + 1);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
      text = text.substr(1, text.size() - 2);
    return std::string(text);
  }
  return std::nullopt;
}

/// Content-Disposition among the header lines of a part.
std::string_view disposition_of(std::string_view lines) {
  constexpr std::string_view kName = "content-disposition:";
  for (auto line : split(lines, '\n')) {
    if (to_lower(line.substr(0, kName.size())) != kName) continue;
    line.remove_prefix(kName.size());
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }
  return {};
}

std::string base_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace

PostFormReader::PostFormReader(std::string_view content_type) {
  if (!to_lower(content_type).starts_with("multipart/form-data")) return;
  const auto boundary = parameter(content_type, "boundary");
  if (boundary && !boundary->empty()) delimiter_ = "\r\n--" + *boundary;
}

Result<void> PostFormReader::read(std::string_view bytes, const Begin& begin, const Take& take) {
  if (delimiter_.empty()) {
    return fail("PreconditionFailed",
                "Bucket POST must be of the enclosure-type multipart/form-data", 412);
  }
  if (state_ == State::Done) return {};
  buffer_ += bytes;
  while (TRY(step(begin, take))) {
  }
  if (state_ != State::File && state_ != State::Done &&
      before_file_ + buffer_.size() > kFieldsLimit) {
    return fail("MaxPostPreDataLengthExceeded",
                "Your POST request fields preceding the upload file were too large.");
  }
  return {};
}

/// Whether there may be more to do with what has come.
Result<bool> PostFormReader::step(const Begin& begin, const Take& take) {
  switch (state_) {
    case State::Headers:
      return read_headers(begin);
    case State::File:
      return read_file(take);
    case State::Done:
      buffer_.clear();
      return false;
    case State::Preamble:
    case State::Field:
      break;
  }
  const auto end = buffer_.find(delimiter_);
  if (end == std::string::npos) return false;
  if (state_ == State::Field && buffer_.size() >= end + delimiter_.size() + 2)
    form_.fields.emplace_back(field_, buffer_.substr(0, end));
  return to_next_part(end);
}

/// Behind a delimiter stands "\r\n", or "--" at the very end.
Result<bool> PostFormReader::to_next_part(std::size_t end) {
  const auto from = end + delimiter_.size();
  if (buffer_.size() < from + 2) return false;
  const auto mark = buffer_.substr(from, 2);
  if (mark != "--" && mark != "\r\n") return malformed();
  if (state_ != State::File) before_file_ += from + 2;
  state_ = mark == "--" || saw_file_ ? State::Done : State::Headers;
  buffer_.erase(0, from + 2);
  return true;
}

Result<bool> PostFormReader::read_headers(const Begin& begin) {
  const auto end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const auto disposition = disposition_of(std::string_view(buffer_).substr(0, end));
  const auto name = parameter(disposition, "name");
  if (!name) return malformed();
  field_ = to_lower(*name);
  before_file_ += end + 4;
  if (field_ == "file") {
    form_.file_name = base_name(parameter(disposition, "filename").value_or(""));
    saw_file_ = true;
    TRY(begin(form_));
  }
  buffer_.erase(0, end + 4);
  state_ = saw_file_ ? State::File : State::Field;
  return true;
}

Result<bool> PostFormReader::read_file(const Take& take) {
  const auto end = buffer_.find(delimiter_);
  if (end != std::string::npos) {
    if (buffer_.size() < end + delimiter_.size() + 2) return false;
    if (end > 0) TRY(take(std::string_view(buffer_).substr(0, end)));
    return to_next_part(end);
  }
  if (buffer_.size() < delimiter_.size()) return false;
  const auto safe = buffer_.size() - delimiter_.size() + 1;  // the rest may begin a delimiter
  TRY(take(std::string_view(buffer_).substr(0, safe)));
  buffer_.erase(0, safe);
  return false;
}

Result<void> PostFormReader::finish() {
  if (state_ != State::Done) return malformed();
  if (!saw_file_)
    return fail("InvalidArgument", "POST requires exactly one file upload per request.");
  return {};
}

}  // namespace tocsin::wire
