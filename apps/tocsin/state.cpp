// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "base/time.hpp"
#include "client.hpp"
#include "telemetry_report.hpp"

namespace tocsin::app {
namespace {

constexpr std::string_view kUsage =
    "usage: tocsin state [--data DIR] [--endpoint URL] at [--region REGION] "
    "[--type TYPE [--id ID]] [--json] TIME\n"
    "TIME: 2026-11-24T04:11:25Z, or now. With --json: a resource a line, with its configuration.";
constexpr int kTablePage = 5'000, kWholePage = 500;

struct Options {
  ClientOptions client;
  std::string region;
  Object question;
  bool json = false;
};

std::string default_region() {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const char* region = std::getenv(name); region && *region) return region;
  }
  return "us-east-1";
}

Result<Options> options_in(std::span<char*> words) {
  Options options;
  options.client = TRY(client_options(words));
  const auto arguments = TRY(Arguments::parse(words, {"--region", "--type", "--id"}, {"--json"}));
  if (arguments.rest().size() != 2 || std::string_view(arguments.rest()[0]) != "at")
    return fail("Usage", std::string(kUsage));
  const std::string time(arguments.rest()[1]);
  if (time != "now") {
    const auto moment = parse_iso8601(time);
    if (!moment) return fail("Usage", fmt::format("\"{}\" is no time.\n{}", time, kUsage));
    options.question["Time"] = to_seconds(*moment);
  }
  options.region = arguments.value("--region", default_region());
  options.json = arguments.has("--json");
  if (arguments.has("--type")) options.question["ResourceType"] = arguments.value("--type");
  if (arguments.has("--id")) options.question["ResourceId"] = arguments.value("--id");
  options.question["IncludeConfiguration"] = options.json;
  options.question["MaxResults"] = options.json ? kWholePage : kTablePage;
  return options;
}

/// A resource as one line of JSON: times as text, configurations as JSON and not as texts of it.
std::string json_line(const Document& resource) {
  Object out = resource.as_object();
  if (const auto configuration = parse_json(text(resource, "Configuration")))
    out["Configuration"] = *configuration;
  Object beside;
  for (const auto& [name, value] : object_of(resource, "SupplementaryConfiguration")) {
    const auto parsed = parse_json(std::string_view(value.as_string()));
    beside[name] = parsed ? *parsed : value;
  }
  out["SupplementaryConfiguration"] = std::move(beside);
  Object change = object_of(resource, "LastChange");
  change["Time"] = iso8601_ms(from_seconds(change["Time"].to_number<double>()));
  out["LastChange"] = std::move(change);
  return to_json(out) + "\n";
}

using Row = std::array<std::string, 6>;

Row row_of(const Document& resource) {
  const auto& change = object_of(resource, "LastChange");
  const auto* time = find(change, "Time");
  const auto name = text(resource, "ResourceName");
  const auto id = text(resource, "ResourceId");
  return {std::string(text(resource, "ResourceType")),
          name.empty() || name == id ? std::string(id) : fmt::format("{} ({})", name, id),
          iso8601_ms(from_seconds(time->to_number<double>())),
          std::string(text(change, "EventName", "-")),
          std::string(text(change, "Principal", "-")),
          std::string(text(change, "EventId", "-"))};
}

Result<void> run(std::span<char*> words) {
  auto options = TRY(options_in(words));
  const auto key = TRY(root_key(options.client));
  Array table;
  for (;;) {
    const auto reply = TRY(
        call_server(options.client, key, {.region = options.region}, "GetState", options.question));
    for (const auto& resource : array_of(reply, "Resources")) {
      if (options.json)
        fmt::print("{}", json_line(resource));
      else
        table.push_back(resource);
    }
    const auto token = text(reply, "NextToken");
    if (token.empty()) break;
    options.question["NextToken"] = token;
  }
  if (!options.json) fmt::print("{}", state_text(table));
  return {};
}

}  // namespace

std::string state_text(const Array& resources) {
  std::vector<Row> rows{{"TYPE", "RESOURCE", "CHANGED", "BY CALL", "OF", "EVENT"}};
  for (const auto& resource : resources)
    rows.push_back(row_of(resource));
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out += fmt::format("{:{}}{}", row[i], widths[i], i + 1 < row.size() ? "  " : "\n");
  }
  return out;
}

int state(std::span<char*> words) {
  const auto done = run(words);
  if (done) return 0;
  fmt::print(stderr, "tocsin: {}\n", done.error().message);
  return done.error().code == "Usage" ? 2 : 1;
}

}  // namespace tocsin::app
