// SPDX-License-Identifier: Apache-2.0
// The declarative life of a bucket: CloudFormation's properties, made so by S3's own operations as
// the caller.
#pragma once

#include "core/context.hpp"

namespace tocsin::s3 {

/// Replies {"Id": the bucket's name}.
core::Outcome declare_bucket(core::Call& call, const Object& properties);
/// What the properties do not name goes back to its default. Replies {"Id": …}.
core::Outcome redeclare_bucket(core::Call& call, const std::string& id, const Object& properties);
core::Outcome undeclare_bucket(core::Call& call, const std::string& id);

}  // namespace tocsin::s3
