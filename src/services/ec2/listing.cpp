// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/listing.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/spelling.hpp"
#include "services/ec2/errors.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

Result<std::vector<Resource>> chosen(const Call& call, const Listing& listing) {
  const auto ids = texts(call.params(), listing.ids);
  if (ids.empty()) return all(call, call.scope(), listing.kind);
  return existing(call, listing.kind, ids);
}

Result<std::size_t> start_of(const Call& call) {
  const auto token = text(call.params(), "NextToken");
  if (token.empty()) return std::size_t{0};
  const auto plain = unbase64(token).value_or("");
  std::size_t at = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), at);
  if (plain.empty() || error != std::errc() || end != plain.data() + plain.size())
    return fail("InvalidPaginationToken", "The specified pagination token is not valid.");
  return at;
}

Result<std::size_t> limit_of(const Call& call, std::int64_t least, std::int64_t most) {
  const auto limit = integer(call.params(), "MaxResults");
  if (!limit) return std::size_t{1000};
  if (*limit < least) {
    return invalid_value(
        fmt::format("Value ( {} ) for parameter maxResults is invalid. Expecting a value greater "
                    "than {}.",
                    *limit, least));
  }
  return static_cast<std::size_t>(std::min(*limit, most));
}

}  // namespace

std::vector<std::string> texts(const Document& params, std::string_view param) {
  return values_at(params, param);
}

bool asked_for(const std::vector<std::string>& asked, std::string_view one) {
  return asked.empty() || has(asked, one);
}

Result<Array> selected(Call& call, const Listing& listing, const Show& show) {
  TRY(check_filters(call.params(), listing.filters));
  Array items;
  for (const auto& row : TRY(chosen(call, listing))) {
    Document item(show ? show(call, row) : shown(row));
    if (passes(call.params(), listing.filters, item)) items.push_back(std::move(item));
  }
  return items;
}

Result<Object> page(const Call& call, Array items, std::string_view list, std::int64_t least,
                    std::int64_t most) {
  const auto limit = TRY(limit_of(call, least, most));
  const auto start = std::min(TRY(start_of(call)), items.size());
  const auto end = std::min(start + limit, items.size());
  Object out;
  auto& shown = out[list].emplace_array();
  for (auto at = start; at < end; ++at)
    shown.push_back(std::move(items[at]));
  if (end < items.size()) out["NextToken"] = base64(std::to_string(end));
  return out;
}

Result<Object> filtered_page(const Call& call, const Array& items, std::string_view list,
                             Filters filters, std::int64_t least) {
  TRY(check_filters(call.params(), filters));
  Array left;
  for (const auto& item : items) {
    if (passes(call.params(), filters, item)) left.push_back(item);
  }
  return page(call, std::move(left), list, least);
}

core::Handler described(const Listing& listing, Show show) {
  return [listing, show = std::move(show)](Call& call) -> Outcome {
    if (!texts(call.params(), listing.ids).empty() && find(call.params(), "MaxResults")) {
      return invalid_combination(
          fmt::format("The parameter {} cannot be used with the parameter maxResults",
                      lower_first(listing.ids)));
    }
    return TRY(
        page(call, TRY(selected(call, listing, show)), listing.list, listing.least, listing.most));
  };
}

}  // namespace tocsin::ec2
