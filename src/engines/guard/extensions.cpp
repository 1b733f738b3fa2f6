// SPDX-License-Identifier: Apache-2.0
// Functions of ours, for rules that we ship (Options::extensions): ages and port sets. README.md
// says what they do.
#include <charconv>
#include <cmath>

#include "base/time.hpp"
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

constexpr double kDay = 86400;
constexpr std::int64_t kMostPort = 65535;
using Ports = std::pair<std::int64_t, std::int64_t>;

/// Seconds since the epoch of a number or an ISO 8601 text.
std::optional<double> moment(Value value) {
  if (!value.document) return std::nullopt;
  if (value.document->is_number()) return value.document->to_number<double>();
  const auto* text = value.string();
  const auto time = text ? parse_iso8601(*text) : std::nullopt;
  return time ? std::optional(to_seconds(*time)) : std::nullopt;
}

std::optional<std::int64_t> port(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

/// "443" or "1020-1025"; what is neither is left out.
void add_ports(std::string_view text, std::vector<Ports>& out) {
  const auto dash = text.find('-');
  const auto first = port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port(text.substr(dash + 1));
  if (first && last) out.emplace_back(*first, *last);
}

void add_allowed(Value value, std::vector<Ports>& out) {
  if (value.is_list()) {
    for (std::size_t at = 0; at < value.size(); ++at)
      add_allowed(value.item(at), out);
  } else if (const auto* text = value.string()) {
    std::string_view rest = *text;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      add_ports(rest.substr(0, comma), out);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  } else if (value.document && value.document->is_int64()) {
    out.emplace_back(value.document->get_int64(), value.document->get_int64());
  }
}

/// Whether all of `ports` is among `allowed`, which is sorted.
bool covered(Ports ports, const std::vector<Ports>& allowed) {
  auto next = ports.first;
  for (const auto& [first, last] : allowed) {
    if (first <= next && last >= next) next = last + 1;
  }
  return next > ports.second;
}

std::int64_t port_of(Value permission, std::string_view lower, std::string_view upper,
                     std::int64_t fallback) {
  auto value = permission.member(lower);
  if (!value) value = permission.member(upper);
  return value && value->document && value->document->is_int64() ? value->document->get_int64()
                                                                 : fallback;
}

}  // namespace

Results Evaluator::ages(const Results& over) {
  Results out;
  for (const auto& each : over) {
    const auto time = each.resolved() ? moment(each.value) : std::nullopt;
    if (!time) continue;
    const auto days = std::floor((static_cast<double>(inputs_.now) - *time) / kDay);
    out.push_back(keep(static_cast<std::int64_t>(days), each.value));
  }
  return out;
}

Results Evaluator::outside_ports(const Results& over, const Results& allowed) {
  std::vector<Ports> ports;
  for (const auto& each : allowed) {
    if (each.resolved()) add_allowed(each.value, ports);
  }
  std::ranges::sort(ports);
  Results out;
  for (const auto& each : over) {
    if (!each.resolved() || !each.value.is_struct()) continue;
    const Ports own{port_of(each.value, "fromPort", "FromPort", 0),
                    port_of(each.value, "toPort", "ToPort", kMostPort)};
    if (!covered(own, ports)) out.push_back(each);
  }
  return out;
}

}  // namespace tocsin::guard
