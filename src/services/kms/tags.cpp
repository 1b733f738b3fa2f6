// SPDX-License-Identifier: Apache-2.0
#include "services/kms/tags.hpp"

#include <set>

#include "core/tags.hpp"
#include "services/kms/page.hpp"
#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMost = 50, kLongestName = 128, kLongestValue = 256;

Failure tag_error(std::string message) {
  return fail("TagException", std::move(message));
}

}  // namespace

Result<void> add_tags(KmsKey& key, const Array& tags) {
  std::set<std::string> seen;
  for (const auto& tag : tags) {
    const auto name = string_of(tag, "TagKey"), value = string_of(tag, "TagValue");
    if (name.empty() || name.size() > kLongestName) return tag_error("The tag key is not valid.");
    if (value.size() > kLongestValue) return tag_error("The tag value is not valid.");
    if (name.starts_with("aws:")) return tag_error("System tags cannot be added or changed.");
    if (!seen.insert(name).second) return tag_error("Duplicate tag keys");
    key.tags[name] = value;
  }
  if (key.tags.size() > kMost) return fail("LimitExceededException", "Too many tags");
  return {};
}

Outcome tag_resource(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_not_pending_deletion(key));
  TRY(add_tags(key, array_of(call.params(), "Tags")));
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome untag_resource(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_not_pending_deletion(key));
  core::remove_tags(key.tags, array_of(call.params(), "TagKeys"));
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome list_resource_tags(Call& call) {
  const auto key = TRY(key_of(call));
  const std::vector<std::pair<std::string, std::string>> all(key.tags.begin(), key.tags.end());
  return page_of_list(call, {"Tags", 50, 50}, all, [](const auto& tag) {
    return Object{{"TagKey", tag.first}, {"TagValue", tag.second}};
  });
}

}  // namespace tocsin::kms
