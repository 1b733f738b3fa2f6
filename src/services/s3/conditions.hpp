// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/document.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {

/// The members that hold the four conditions of a request, and what a false If-None-Match is.
struct ConditionNames {
  std::string_view match = "IfMatch";
  std::string_view none_match = "IfNoneMatch";
  std::string_view modified = "IfModifiedSince";
  std::string_view unmodified = "IfUnmodifiedSince";
  bool not_modified_is_304 = true;  // of a copy's source: 412
};

/// RFC 9110, 13.2.2, as S3 applies it. Errors: PreconditionFailed (412), NotModified (304).
Result<void> check_conditions(const Document& params, const ObjectVersion& object,
                              const ConditionNames& names = {});

}  // namespace tocsin::s3
