// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/identify_host.hpp"

#include <algorithm>
#include <vector>

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

std::string without_port(std::string_view host) {
  auto name = to_lower(host.substr(0, host.find(':')));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_address(std::string_view name) {
  return name.empty() || name.front() == '[' ||
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// "s3", and the old form of a region's: "s3-us-west-2".
bool is_s3_label(std::string_view label) {
  if (label == "s3") return true;
  if (!label.starts_with("s3-")) return false;
  return label != "s3-control" && label != "s3-accesspoint" && label != "s3-object-lambda" &&
         !label.starts_with("s3-website") && !label.starts_with("s3-outposts");
}

/// Where the label of S3 begins, the last one that there is; a bucket may be called so, too.
std::size_t s3_label(std::string_view name) {
  for (auto end = name.size();;) {
    const auto dot = name.rfind('.', end - 1);
    const auto from = dot == std::string_view::npos || end == 0 ? 0 : dot + 1;
    if (is_s3_label(name.substr(from, end - from))) return from;
    if (from < 2) return std::string_view::npos;
    end = from - 1;
  }
}

}  // namespace

HostName host_name(std::string_view host) {
  const auto name = without_port(host);
  if (is_address(name)) return {};
  if (const auto at = s3_label(name); at != std::string::npos)
    return {"s3", at == 0 ? std::string() : name.substr(0, at - 1)};
  constexpr std::string_view kLocal = ".localhost";
  const auto first = name.substr(0, name.find('.'));
  if (name.ends_with(kLocal)) return {first, name.substr(0, name.size() - kLocal.size()), true};
  if (first.size() == name.size()) return {};
  const bool old_queue = name.starts_with("queue.") || name.find(".queue.") != std::string::npos;
  return {old_queue ? "sqs" : first, {}};
}

}  // namespace tocsin::wire
