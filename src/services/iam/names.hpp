// SPDX-License-Identifier: Apache-2.0
// Names, paths, ids and tags: IAM's rules for them and its words where they are broken.
#pragma once

#include "core/tags.hpp"
#include "services/iam/state.hpp"

namespace tocsin::iam {

/// "AIDA" and 17 characters.
std::string new_iam_id(core::Context& context, std::string_view prefix);
/// "AKIA" and 16 characters.
std::string new_key_id(core::Context& context, std::string_view prefix);

/// How names are compared and keyed.
std::string fold(std::string_view name);

/// The parameter that an operation cannot do without, checked against IAM's name rule.
Result<std::string> required_name(core::Call& call, std::string_view member);
/// "/" where absent.
Result<std::string> path_of(core::Call& call, std::string_view member = "Path");

/// "arn:aws:iam::123456789012:user/path/name"
std::string iam_arn(const AccountId& account, std::string_view kind,
                    std::string_view path_and_name);

Failure no_such_entity(std::string message);
Failure exists_already(std::string message);
Failure delete_conflict(std::string message);
/// "Cannot exceed quota for GroupsPerUser: 10"
Failure limit_exceeded(std::string_view quota, std::int64_t limit);
Failure invalid(std::string message);

/// Adds the parameter Tags to what is there.
Result<void> add_tags(core::Call& call, Tags& tags);
using core::tag_list;

/// RFC 3986: how IAM gives policy documents.
std::string url_encoded(std::string_view text);

/// Length without white space: how IAM counts policies.
std::size_t policy_size(std::string_view document);

}  // namespace tocsin::iam
