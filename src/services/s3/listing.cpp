// SPDX-License-Identifier: Apache-2.0
#include "services/s3/listing.hpp"

#include <fmt/format.h>

#include "services/s3/errors.hpp"
#include "services/s3/names.hpp"

namespace tocsin::s3 {

Result<ListRequest> ListRequest::from(const Document& params, std::string_view limit_member,
                                      std::string_view limit_name) {
  ListRequest request{.prefix = string_of(params, "Prefix"),
                      .delimiter = string_of(params, "Delimiter")};
  const auto limit = integer(params, limit_member).value_or(1000);
  if (limit < 0 || limit > 2147483647) {
    std::string member(limit_member);
    member[0] = 'm';  // "maxKeys"
    return invalid_argument(
        fmt::format("Argument {} must be an integer between 0 and 2147483647", member), limit_name,
        std::to_string(limit));
  }
  request.limit = std::min<std::int64_t>(limit, 1000);
  const auto encoding = text(params, "EncodingType");
  if (!encoding.empty() && encoding != "url")
    return invalid_argument("Invalid Encoding Method specified in Request", "encoding-type",
                            encoding);
  request.encoded = encoding == "url";
  return request;
}

std::string ListRequest::shown(std::string_view key) const {
  return encoded ? url_encoded(key) : std::string(key);
}

ListPage::Next ListPage::offer(const std::string& key) {
  if (!key.starts_with(request_.prefix)) return key < request_.prefix ? Next::Pass : Next::Stop;
  if (!request_.delimiter.empty()) {
    const auto end = key.find(request_.delimiter, request_.prefix.size());
    if (end != std::string::npos) return roll_up(key.substr(0, end + request_.delimiter.size()));
  }
  if (count_ < request_.limit) return Next::Take;
  truncated_ = request_.limit > 0;
  return Next::Stop;
}

ListPage::Next ListPage::roll_up(std::string prefix) {
  skip_to_ = prefix + '\xff';  // no UTF-8 text has this byte
  if (prefix <= request_.after) return Next::Skip;
  if (count_ >= request_.limit) {
    truncated_ = request_.limit > 0;
    return Next::Stop;
  }
  took(prefix);
  prefixes_.push_back(std::move(prefix));
  return Next::Skip;
}

Array ListPage::common_prefixes() const {
  Array out;
  for (const auto& prefix : prefixes_)
    out.push_back(Object{{"Prefix", request_.shown(prefix)}});
  return out;
}

}  // namespace tocsin::s3
