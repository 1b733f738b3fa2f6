// SPDX-License-Identifier: Apache-2.0
// Names of buckets and keys, and S3's own names of accounts.
#pragma once

#include <optional>
#include <string>

#include "base/arn.hpp"
#include "base/document.hpp"

namespace tocsin::s3 {

/// Error InvalidBucketName.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
Result<void> check_bucket_name(std::string_view name);
/// Error KeyTooLongError.
Result<void> check_key(std::string_view key);

/// Error InvalidArgument of what no version can be called.
Result<void> check_version_id(std::string_view id);

/// The canonical user id of an account: 64 hex digits, of which the account can be told.
std::string canonical_id(const AccountId& account);
std::optional<AccountId> account_of_canonical(std::string_view id);
/// {"ID": …}, as lists and ACLs show an owner. AWS stopped giving display names in 2025.
Object owner_document(const AccountId& account);

/// How keys are written with encoding-type url and in notifications: blanks as "+", slashes as they
/// are.
std::string url_encoded(std::string_view key);
std::optional<std::string> url_decoded(std::string_view text);

}  // namespace tocsin::s3
