// SPDX-License-Identifier: Apache-2.0
#include "services/iam/paging.hpp"

#include "base/crypto.hpp"

namespace tocsin::iam {

Page::Page(core::Call& call)
    : given_(string_of(call.params(), "Marker")),
      limit_(static_cast<std::size_t>(
          std::clamp<std::int64_t>(integer(call.params(), "MaxItems").value_or(100), 1, 1000))) {}

Result<std::string> Page::after() const {
  if (given_.empty()) return std::string();
  const auto key = unbase64(given_);
  if (!key || !key->starts_with("v1:")) return fail("ValidationError", "Invalid Marker.");
  return key->substr(3);
}

bool Page::add(std::string_view key, Document item) {
  if (items_.size() == limit_) {
    truncated_ = true;
    return false;
  }
  items_.push_back(std::move(item));
  last_ = key;
  return true;
}

std::string Page::marker() const {
  return base64("v1:" + last_);
}

Object Page::reply(std::string_view member) && {
  Object out{{member, std::move(items_)}, {"IsTruncated", truncated_}};
  if (truncated_) out["Marker"] = marker();
  return out;
}

core::Outcome paged(core::Call& call, std::string_view member,
                    const std::map<std::string, Document>& all, Object out) {
  Page page(call);
  const auto after = page.after();
  if (!after) return after.error();
  for (auto at = after->empty() ? all.begin() : all.upper_bound(*after); at != all.end(); ++at) {
    if (!page.add(at->first, at->second)) break;
  }
  for (const auto& entry : std::move(page).reply(member))
    out[entry.key()] = entry.value();
  return out;
}

}  // namespace tocsin::iam
