// SPDX-License-Identifier: Apache-2.0
#include "services/s3/conditions.hpp"

#include "services/s3/content.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

std::optional<Time> moment(const Document& params, std::string_view member) {
  const auto* value = find(params, member);
  if (!value || !value->is_number()) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(from_seconds(value->to_number<double>()));
}

/// One tag, "*", or a list of them.
bool matches(std::string_view tags, std::string_view etag) {
  while (!tags.empty()) {
    auto tag = tags.substr(0, tags.find(','));
    tags.remove_prefix(std::min(tag.size() + 1, tags.size()));
    while (tag.starts_with(' '))
      tag.remove_prefix(1);
    while (tag.ends_with(' '))
      tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || unquoted(tag) == etag) return true;
  }
  return false;
}

Failure unchanged(const ConditionNames& names, const ObjectVersion& object,
                  std::string_view condition) {
  if (!names.not_modified_is_304) return precondition_failed(condition);
  Error error{"NotModified", "Not Modified", 304};
  error.members = {{"ETag", quoted_etag(object.etag)}};
  return fail(std::move(error));
}

}  // namespace

Result<void> check_conditions(const Document& params, const ObjectVersion& object,
                              const ConditionNames& names) {
  const auto match = text(params, names.match), none = text(params, names.none_match);
  const auto modified = moment(params, names.modified),
             unmodified = moment(params, names.unmodified);
  if (!match.empty()) {
    if (!matches(match, object.etag)) return precondition_failed("If-Match");
  } else if (unmodified && object.modified > *unmodified) {
    return precondition_failed("If-Unmodified-Since");
  }
  if (!none.empty()) {
    if (matches(none, object.etag)) return unchanged(names, object, "If-None-Match");
  } else if (modified && object.modified <= *modified) {
    return unchanged(names, object, "If-Modified-Since");
  }
  return {};
}

}  // namespace tocsin::s3
