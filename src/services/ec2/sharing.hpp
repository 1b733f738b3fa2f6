// SPDX-License-Identifier: Apache-2.0
// Who else may use a snapshot or an image: lists of {"UserId": …} and {"Group": "all"}.
#pragma once

#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// How a request says what is added and removed.
struct Sharing {
  std::string_view param;   // "CreateVolumePermission": {"Add": […], "Remove": […]}
  std::string_view groups;  // beside UserIds and OperationType
};
inline constexpr Sharing kSnapshotSharing{"CreateVolumePermission", "GroupNames"};
inline constexpr Sharing kImageSharing{"LaunchPermission", "UserGroups"};

Array asked_permissions(const Document& params, const Sharing& sharing, std::string_view operation);
/// Error InvalidParameterValue, InvalidUserID.Malformed.
Result<void> check_permission(const Document& permission);
/// `now` with those added and without those removed.
Array changed_permissions(const Array& now, const Array& added, const Array& removed);

bool names_account(const Array& permissions, std::string_view account);
bool names_all(const Array& permissions);

}  // namespace tocsin::ec2
