// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/cors.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace tocsin::lambda {
namespace {

std::string joined(const Array& values) {
  std::string out;
  for (const auto& value : values) {
    if (const auto* text = value.if_string()) out += (out.empty() ? "" : ", ") + std::string(*text);
  }
  return out;
}

bool allows(const Object& cors, const std::string& origin) {
  return std::ranges::any_of(array_of(cors, "AllowOrigins"), [&](const Document& value) {
    const auto* allowed = value.if_string();
    return allowed && (*allowed == "*" || to_lower(std::string(*allowed)) == to_lower(origin));
  });
}

}  // namespace

void add_cors_headers(const UrlConfig& url, const std::string& origin, Object& headers) {
  if (!url.cors || origin.empty() || !allows(*url.cors, origin)) return;
  const auto& cors = *url.cors;
  headers["access-control-allow-origin"] = origin;
  headers["vary"] = "Origin";
  if (flag(cors, "AllowCredentials")) headers["access-control-allow-credentials"] = "true";
  if (const auto exposed = joined(array_of(cors, "ExposeHeaders")); !exposed.empty())
    headers["access-control-expose-headers"] = exposed;
}

std::optional<Object> preflight_answer(const UrlConfig& url, std::string_view method,
                                       const Object& headers) {
  const auto origin = string_of(headers, "origin");
  if (!url.cors || method != "OPTIONS" || origin.empty() ||
      text(headers, "access-control-request-method").empty()) {
    return std::nullopt;
  }
  Object told;
  add_cors_headers(url, origin, told);
  if (!told.empty()) {
    const auto& cors = *url.cors;
    if (const auto methods = joined(array_of(cors, "AllowMethods")); !methods.empty())
      told["access-control-allow-methods"] = methods;
    if (const auto names = joined(array_of(cors, "AllowHeaders")); !names.empty())
      told["access-control-allow-headers"] = names;
    if (const auto age = integer(cors, "MaxAge"))
      told["access-control-max-age"] = std::to_string(*age);
  }
  return Object{{"StatusCode", 200}, {"Headers", std::move(told)}, {"Body", ""}};
}

}  // namespace tocsin::lambda
