// SPDX-License-Identifier: Apache-2.0
// S3's errors in its words. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::s3 {

Failure no_such_bucket(std::string_view bucket);
Failure no_such_key(std::string_view key);
Failure no_such_version(std::string_view key, std::string_view version);
Failure no_such_upload(std::string_view upload);
Failure access_denied(std::string message = "Access Denied");
Failure invalid_argument(std::string message, std::string_view name = {},
                         std::string_view value = {});
Failure invalid_request(std::string message);
Failure malformed_xml();
Failure precondition_failed(std::string_view condition);
/// A header whose meaning Tocsin does not serve: SSE-KMS, SSE-C.
Failure not_implemented(std::string_view header);

}  // namespace tocsin::s3
