// SPDX-License-Identifier: Apache-2.0
// Tags of buckets and objects.
#pragma once

#include "core/context.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

using Tags = std::map<std::string, std::string>;
inline constexpr std::size_t kBucketTags = 50;

/// x-amz-tagging: "team=blue&stage=test". Errors: InvalidArgument, InvalidTag, BadRequest (more
/// than ten).
Result<Tags> tags_from_header(std::string_view header);
/// {"TagSet": [{"Key": …, "Value": …}]}
Result<Tags> tags_from_set(const Document& tagging, std::size_t limit);

core::Outcome put_bucket_tagging(core::Call& call);
core::Outcome get_bucket_tagging(core::Call& call);
core::Outcome delete_bucket_tagging(core::Call& call);
core::Outcome put_object_tagging(core::Call& call);
core::Outcome get_object_tagging(core::Call& call);
core::Outcome delete_object_tagging(core::Call& call);

}  // namespace tocsin::s3
