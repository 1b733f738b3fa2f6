// SPDX-License-Identifier: Apache-2.0
// The policy of a browser's upload form: until when, and what the fields and the file may be.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
#pragma once

#include "base/document.hpp"
#include "base/time.hpp"
#include "wire/post_form.hpp"

namespace tocsin::wire {

struct PostedFile {
  std::string bucket;
  std::string key;  // with the file's name put in
  std::uint64_t size = 0;
};

/// `policy` is the field as it was sent, in base64. Errors: InvalidPolicyDocument; AccessDenied for
/// what the policy does not allow, fields that it does not mention among it; EntityTooSmall,
/// EntityTooLarge.
Result<void> check_post_policy(std::string_view policy, const PostForm& form,
                               const PostedFile& file, Time now);

}  // namespace tocsin::wire
