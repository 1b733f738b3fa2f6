// SPDX-License-Identifier: Apache-2.0
// How a function says that it failed: Result<T> carries a value or an Error. No exception of ours
// crosses a room; libraries' exceptions are caught where the library is called.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <utility>

namespace tocsin {

enum class Fault { Client, Server };

/// An error as an AWS API reports it. `code` is the code that clients compare ("NoSuchBucket"),
/// `status` the HTTP status. `members` are further members of a modelled error shape.
struct Error {
  std::string code;
  std::string message;
  int status = 400;
  Fault fault = Fault::Client;
  boost::json::object members = {};

  bool operator==(const Error& other) const = default;
};

/// A fault of ours: code "InternalFailure", status 500. The message names the cause.
inline Error internal_error(std::string message) {
  return {"InternalFailure", std::move(message), 500, Fault::Server};
}

using Failure = std::unexpected<Error>;

/// `return fail("NoSuchBucket", "The specified bucket does not exist", 404);`
inline Failure fail(std::string code, std::string message, int status = 400) {
  return Failure(Error{std::move(code), std::move(message), status,
                       status >= 500 ? Fault::Server : Fault::Client});
}
inline Failure fail(Error error) {
  return Failure(std::move(error));
}

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

/// For TRY, which may also be used for the error alone.
template <class R>
typename R::value_type taken(R&& result) {
  return *std::move(result);
}

}  // namespace tocsin

/// The value of a Result, or return its error from the enclosing function. Not for coroutines:
/// g++ 12 crashes on co_return inside a statement expression.
#define TRY(...)                                                              \
  __extension__({                                                             \
    auto try_result_ = (__VA_ARGS__);                                         \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    ::tocsin::taken(std::move(try_result_));                                  \
  })
