// SPDX-License-Identifier: Apache-2.0
// Messages that are no JSON, but of a format that the language knows.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "engines/insights/discovery.hpp"

namespace tocsin::insights {
namespace {

constexpr std::array<std::string_view, 14> kFlowFields{
    "version",  "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort",
    "protocol", "packets",   "bytes",       "start",   "end",     "action",  "logStatus"};

std::string_view word_at(std::string_view text, std::size_t at) {
  return text.substr(at, text.find_first_of(" \t\n", at) - at);
}

/// What follows `label` in a REPORT line.
std::string_view after(std::string_view line, std::string_view label) {
  const auto at = line.find(label);
  return at == std::string_view::npos ? std::string_view() : word_at(line, at + label.size());
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

void report_fields(std::string_view line, const Visit& visit) {
  const auto add = [&](std::string_view name, std::string_view label) {
    if (const auto value = after(line, label); !value.empty()) visit(name, value);
  };
  // Amounts of memory are told in bytes.
  const auto add_megabytes = [&](std::string_view name, std::string_view label) {
    const auto number = number_in(after(line, label));
    if (number) visit(name, fmt::format("{}", static_cast<std::int64_t>(*number * 1e6)));
  };
  add("@duration", "\tDuration: ");
  add("@billedDuration", "\tBilled Duration: ");
  add_megabytes("@memorySize", "\tMemory Size: ");
  add_megabytes("@maxMemoryUsed", "\tMax Memory Used: ");
  add("@initDuration", "\tInit Duration: ");
}

}  // namespace

bool is_lambda(const Event& event) {
  return event.source->log.find(":/aws/lambda/") != std::string::npos;
}

void lambda_fields(const Event& event, const Visit& visit) {
  const auto line = event.message;
  for (const std::string_view type : {"START", "END", "REPORT"}) {
    const auto label = fmt::format("{} RequestId: ", type);
    if (!line.starts_with(label)) continue;
    visit("@type", type);
    visit("@requestId", word_at(line, label.size()));
    if (type == "REPORT") report_fields(line, visit);
    return;
  }
  // What the runtime of Node writes for console.log: time, request id, level, text.
  const auto tab = line.find('\t');
  if (tab == std::string_view::npos) return;
  const auto id = line.substr(tab + 1, 36);
  if (is_uuid(id)) visit("@requestId", id);
}

void flow_fields(std::string_view message, const Visit& visit) {
  while (!message.empty() && (message.back() == '\n' || message.back() == ' '))
    message.remove_suffix(1);
  if (!message.starts_with("2 ") ||
      std::ranges::count(message, ' ') != static_cast<std::ptrdiff_t>(kFlowFields.size()) - 1 ||
      !word_at(message, message.find(' ', 2) + 1).starts_with("eni-"))
    return;
  for (const auto name : kFlowFields) {
    const auto end = message.find(' ');
    if (const auto value = message.substr(0, end); value != "-") visit(name, value);
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
  }
}

}  // namespace tocsin::insights
