// SPDX-License-Identifier: Apache-2.0
// content/iam as it was when this binary was built: what IAM knows may not change under a log.
#pragma once

#include <span>
#include <string_view>

namespace tocsin::iam {

struct ContentFile {
  std::string_view name;  // "service-role/AWSLambdaBasicExecutionRole"
  std::string_view text;
};
extern const std::span<const ContentFile> kPolicyFiles;
extern const std::string_view kLinkedRoles;  // service-linked-roles.json

}  // namespace tocsin::iam
