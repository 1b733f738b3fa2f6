// SPDX-License-Identifier: Apache-2.0
// The documents that AWS owns: content/ssm-documents, as it was when this binary was built.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "services/ssm/state.hpp"

namespace tocsin::ssm {

struct OwnedFile {
  std::string_view name;  // "AWS-EnableS3BucketEncryption"
  std::string_view text;
};
/// By name.
extern const std::span<const OwnedFile> kOwnedFiles;

/// Null where AWS has no such document here.
const OwnedFile* owned_file(std::string_view name);
/// As rows of nobody's account.
DocumentRow owned_document(const OwnedFile& file);
VersionRow owned_version(const OwnedFile& file);

}  // namespace tocsin::ssm
