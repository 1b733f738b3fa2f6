// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/owned.hpp"

#include <algorithm>

namespace tocsin::ssm {
namespace {

// The day on which these documents were written.
constexpr Time kCreated = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);

}  // namespace

const OwnedFile* owned_file(std::string_view name) {
  const auto found = std::ranges::find(kOwnedFiles, name, &OwnedFile::name);
  return found == kOwnedFiles.end() ? nullptr : &*found;
}

DocumentRow owned_document(const OwnedFile& file) {
  return {.name = std::string(file.name), .type = "Automation", .created = kCreated};
}

VersionRow owned_version(const OwnedFile& file) {
  return {.content = std::string(file.text), .format = "YAML", .created = kCreated};
}

}  // namespace tocsin::ssm
