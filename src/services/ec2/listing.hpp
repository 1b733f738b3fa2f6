// SPDX-License-Identifier: Apache-2.0
// Describe operations: ids, filters and pages, the same for every kind.
#pragma once

#include <functional>

#include "core/registry.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// A Describe operation over one kind.
struct Listing {
  const Kind& kind;
  std::string_view ids;   // the parameter that names single ones
  std::string_view list;  // the reply's member
  Filters filters;
  std::int64_t least = 5;  // of MaxResults
  std::int64_t most = 1000;
};

using Show = std::function<Object(core::Call&, const Resource&)>;

/// The handler. `show`: what else the description has; filters see it.
core::Handler described(const Listing& listing, Show show = {});

/// The rows that the ids and filters of the call leave, as they are shown.
Result<Array> selected(core::Call& call, const Listing& listing, const Show& show);

/// A page of `items` by MaxResults and NextToken: {list: […], NextToken}.
Result<Object> page(const core::Call& call, Array items, std::string_view list,
                    std::int64_t least = 5, std::int64_t most = 1000);
/// The same where the filters have not been applied.
Result<Object> filtered_page(const core::Call& call, const Array& items, std::string_view list,
                             Filters filters, std::int64_t least = 5);

/// The texts of a list parameter.
std::vector<std::string> texts(const Document& params, std::string_view param);
/// Whether `one` is among the asked ones; nothing asked: everything is.
bool asked_for(const std::vector<std::string>& asked, std::string_view one);

}  // namespace tocsin::ec2
