// SPDX-License-Identifier: Apache-2.0
// AWS CloudTrail: the record of every call, its history, the trails that deliver it to S3,
// CloudWatch Logs and SNS, the signed digests that vouch for what was delivered, and the events
// that rules see. CloudTrail Lake is left out.
#pragma once

#include "core/registry.hpp"

namespace tocsin::cloudtrail {

/// Serves "cloudtrail" and becomes the machine's Audit.
void register_cloudtrail(core::Registry& registry);

}  // namespace tocsin::cloudtrail
