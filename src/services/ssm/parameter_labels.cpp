// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html
#include <algorithm>
#include <fmt/format.h>

#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostLabels = 10, kLongestLabel = 100;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel) return false;
  if ((label[0] >= '0' && label[0] <= '9') || label.starts_with("aws") || label.starts_with("ssm"))
    return false;
  return std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// A label is at one version at a time.
void take_from_others(Call& call, Parameter& parameter, const std::set<std::string>& labels,
                      std::int64_t but) {
  for (auto version : versions_of(call, parameter)) {
    const auto gone =
        std::erase_if(version.labels, [&](const auto& label) { return labels.contains(label); });
    if (!gone || version.number == but) continue;
    if (version.number == parameter.latest.number) parameter.latest = version;
    put_version(call, parameter, version);
  }
}

std::string selector_in(const Document& params) {
  const auto number = integer(params, "ParameterVersion");
  return number ? fmt::format(":{}", *number) : std::string();
}

}  // namespace

Outcome label_parameter_version(Call& call) {
  const auto& params = call.params();
  auto parameter = TRY(parameter_named(call, selected(text(params, "Name")).name));
  auto version = TRY(version_of(call, parameter, selector_in(params)));
  std::set<std::string> labels;
  Array refused;
  for (const auto& each : array_of(params, "Labels")) {
    if (is_label(each.as_string()))
      labels.emplace(each.as_string());
    else
      refused.push_back(each);
  }
  auto all = version.labels;
  all.insert(labels.begin(), labels.end());
  if (all.size() > kMostLabels)
    return fail("ParameterVersionLabelLimitExceeded",
                fmt::format("A parameter version can have a maximum of {} labels. Move one or more "
                            "labels to another version and try again.",
                            kMostLabels));
  take_from_others(call, parameter, labels, version.number);
  version.labels = std::move(all);
  put_version(call, parameter, version);
  if (!labels.empty()) tell_change(call, parameter, "LabelParameterVersion");
  return Object{{"InvalidLabels", std::move(refused)}, {"ParameterVersion", version.number}};
}

Outcome unlabel_parameter_version(Call& call) {
  const auto& params = call.params();
  const auto parameter = TRY(parameter_named(call, selected(text(params, "Name")).name));
  auto version = TRY(version_of(call, parameter, selector_in(params)));
  Array removed, missing;
  for (const auto& each : array_of(params, "Labels"))
    (version.labels.erase(std::string(each.as_string())) ? removed : missing).push_back(each);
  put_version(call, parameter, version);
  return Object{{"RemovedLabels", std::move(removed)}, {"InvalidLabels", std::move(missing)}};
}

}  // namespace tocsin::ssm
