// SPDX-License-Identifier: Apache-2.0
#include "services/s3/errors.hpp"

#include <fmt/format.h>

namespace tocsin::s3 {
namespace {

Failure with(std::string code, std::string message, int status, boost::json::object members) {
  Error error{std::move(code), std::move(message), status};
  error.members = std::move(members);
  return fail(std::move(error));
}

}  // namespace

Failure no_such_bucket(std::string_view bucket) {
  return with("NoSuchBucket", "The specified bucket does not exist", 404, {{"BucketName", bucket}});
}

Failure no_such_key(std::string_view key) {
  return with("NoSuchKey", "The specified key does not exist.", 404, {{"Key", key}});
}

Failure no_such_version(std::string_view key, std::string_view version) {
  return with("NoSuchVersion", "The specified version does not exist.", 404,
              {{"Key", key}, {"VersionId", version}});
}

Failure no_such_upload(std::string_view upload) {
  return with("NoSuchUpload",
              "The specified upload does not exist. The upload ID may be invalid, or the upload "
              "may have been aborted or completed.",
              404, {{"UploadId", upload}});
}

Failure access_denied(std::string message) {
  return fail("AccessDenied", std::move(message), 403);
}

Failure invalid_argument(std::string message, std::string_view name, std::string_view value) {
  boost::json::object members;
  if (!name.empty()) members = {{"ArgumentName", name}, {"ArgumentValue", value}};
  return with("InvalidArgument", std::move(message), 400, std::move(members));
}

Failure invalid_request(std::string message) {
  return fail("InvalidRequest", std::move(message));
}

Failure malformed_xml() {
  return fail("MalformedXML",
              "The XML you provided was not well-formed or did not validate against our published "
              "schema");
}

Failure precondition_failed(std::string_view condition) {
  return with("PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
              412, {{"Condition", condition}});
}

Failure not_implemented(std::string_view header) {
  return with("NotImplemented",
              "A header you provided implies functionality that is not implemented", 501,
              {{"Header", header}});
}

}  // namespace tocsin::s3
