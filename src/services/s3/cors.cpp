// SPDX-License-Identifier: Apache-2.0
#include "services/s3/cors.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "services/s3/access.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostRules = 100;
constexpr std::array<std::string_view, 5> kMethods{"GET", "PUT", "HEAD", "POST", "DELETE"};

std::string_view text_of(const Document& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

Result<void> check_wildcards(const Document& rule, std::string_view list, std::string_view name) {
  for (const auto& each : array_of(rule, list)) {
    if (std::ranges::count(text_of(each), '*') <= 1) continue;
    return invalid_request(
        fmt::format("{} \"{}\" can not have more than one wildcard.", name, text_of(each)));
  }
  return {};
}

Result<void> check_rule(const Document& rule) {
  if (array_of(rule, "AllowedMethods").empty() || array_of(rule, "AllowedOrigins").empty())
    return malformed_xml();
  for (const auto& method : array_of(rule, "AllowedMethods")) {
    if (std::ranges::find(kMethods, text_of(method)) != kMethods.end()) continue;
    return invalid_request(fmt::format(
        "Found unsupported HTTP method in CORS config. Unsupported method is {}", text_of(method)));
  }
  TRY(check_wildcards(rule, "AllowedOrigins", "AllowedOrigin"));
  TRY(check_wildcards(rule, "AllowedHeaders", "AllowedHeader"));
  for (const auto& header : array_of(rule, "ExposeHeaders")) {
    if (!text_of(header).contains('*')) continue;
    return invalid_request(
        fmt::format("ExposeHeader \"{}\" contains wildcard. We currently do not support wildcard "
                    "for ExposeHeader.",
                    text_of(header)));
  }
  return {};
}

/// A pattern with at most one "*"; nothing else means more than itself.
bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const auto head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  return text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
}

bool any_matches(const Array& patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](const Document& each) { return matches(text_of(each), text); });
}

std::vector<std::string> list_of(std::string_view header) {
  std::vector<std::string> out;
  while (!header.empty()) {
    const auto part = header.substr(0, header.find(','));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    std::string name;
    for (const char c : part)
      if (c != ' ' && c != '\t') name += c;
    if (!name.empty()) out.push_back(to_lower(name));
  }
  return out;
}

bool allows_headers(const Document& rule, const std::vector<std::string>& headers) {
  Array allowed;
  for (const auto& each : array_of(rule, "AllowedHeaders"))
    allowed.emplace_back(to_lower(text_of(each)));
  return std::ranges::all_of(headers,
                             [&](const auto& header) { return any_matches(allowed, header); });
}

struct Asked {
  std::string_view origin, method;
  std::vector<std::string> headers;
};

const Document* rule_for(const Bucket& bucket, const Asked& asked) {
  for (const auto& rule : bucket.cors) {
    const auto& methods = array_of(rule, "AllowedMethods");
    const bool method = std::ranges::any_of(
        methods, [&](const Document& each) { return text_of(each) == asked.method; });
    if (method && any_matches(array_of(rule, "AllowedOrigins"), asked.origin) &&
        allows_headers(rule, asked.headers))
      return &rule;
  }
  return nullptr;
}

std::string joined(const Array& list) {
  std::string out;
  for (const auto& each : list)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", text_of(each));
  return out;
}

void add_headers(const Document& rule, std::string_view origin, Object& reply) {
  const bool everybody = std::ranges::any_of(
      array_of(rule, "AllowedOrigins"), [](const Document& each) { return text_of(each) == "*"; });
  reply["AllowOrigin"] = everybody ? std::string_view("*") : origin;
  reply["AllowMethods"] = joined(array_of(rule, "AllowedMethods"));
  if (!everybody) reply["AllowCredentials"] = "true";
  if (const auto exposed = joined(array_of(rule, "ExposeHeaders")); !exposed.empty())
    reply["ExposeHeaders"] = exposed;
  if (const auto seconds = integer(rule, "MaxAgeSeconds")) reply["MaxAge"] = *seconds;
  reply["Vary"] = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
}

Failure forbidden(const Asked& asked, std::string message) {
  Error error{"AccessForbidden", "CORSResponse: " + std::move(message), 403};
  error.members = {{"Method", asked.method}, {"ResourceType", "OBJECT"}};
  return fail(std::move(error));
}

}  // namespace

Outcome put_bucket_cors(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const auto& rules = array_of(object_of(call.params(), "CORSConfiguration"), "CORSRules");
  if (rules.empty()) return malformed_xml();
  if (rules.size() > kMostRules)
    return invalid_request(
        "The number of CORS rules should not exceed allowed limit of 100 rules.");
  for (const auto& rule : rules)
    TRY(check_rule(rule));
  bucket.cors = rules;
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_cors(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (!bucket.cors.empty()) {
    Object reply;
    reply["CORSRules"] = bucket.cors;
    return reply;
  }
  Error error{"NoSuchCORSConfiguration", "The CORS configuration does not exist", 404};
  error.members = {{"BucketName", bucket.name}};
  return error;
}

Outcome delete_bucket_cors(Call& call) {
  auto bucket = TRY(bucket_of(call));
  bucket.cors.clear();
  put_bucket(call, bucket);
  return Object{};
}

Outcome preflight(Call& call) {
  const auto& params = call.params();
  const Asked asked{text(params, "Origin"), text(params, "RequestMethod"),
                    list_of(text(params, "RequestHeaders"))};
  if (asked.origin.empty())
    return fail("BadRequest", "Insufficient information. Origin request header needed.");
  if (asked.method.empty())
    return fail("BadRequest", "Invalid Access-Control-Request-Method: null");
  const auto bucket = TRY(bucket_of(call));
  if (bucket.cors.empty()) return forbidden(asked, "CORS is not enabled for this bucket.");
  const auto* rule = rule_for(bucket, asked);
  if (!rule) {
    return forbidden(asked,
                     "This CORS request is not allowed. This is usually because the evalution of "
                     "Origin, request method / Access-Control-Request-Method or "
                     "Access-Control-Request-Headers are not whitelisted by the resource's CORS "
                     "spec.");
  }
  Object reply;
  add_headers(*rule, asked.origin, reply);
  std::string headers;
  for (const auto& each : asked.headers)
    headers += (headers.empty() ? "" : ", ") + each;
  if (!headers.empty()) reply["AllowHeaders"] = headers;
  return reply;
}

void add_cors(const Call& call, const Bucket& bucket, std::string_view method, Object& reply) {
  const auto origin = text(call.params(), "Origin");
  if (origin.empty() || bucket.cors.empty()) return;
  if (const auto* rule = rule_for(bucket, {origin, method, {}})) add_headers(*rule, origin, reply);
}

}  // namespace tocsin::s3
