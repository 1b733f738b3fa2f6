// SPDX-License-Identifier: Apache-2.0
#include "wire/function_url.hpp"

#include <algorithm>

#include "base/crypto.hpp"

namespace tocsin::wire {
namespace {

constexpr std::string_view kPath = "/_tocsin/lambda-url/";
constexpr std::string_view kHost = ".lambda-url.";

bool is_id(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
         });
}

std::string text_of(const Document& document, std::string_view member) {
  return unbase64(text(document, member)).value_or("");
}

/// Values of one name are joined by commas; cookies stand apart.
void add_headers(Object& params, const Headers& headers) {
  Object out;
  Array cookies;
  for (const auto& [name, value] : headers) {
    if (name == "cookie") {
      for (const auto cookie : split(value, ';'))
        cookies.push_back(boost::json::string(trimmed(cookie)));
    } else if (name == "authorization") {
      continue;  // AWS keeps signatures from functions
    } else if (const auto* there = out.if_contains(name)) {
      out[name] = std::string(there->get_string()) + "," + value;
    } else {
      out[name] = value;
    }
  }
  params["Headers"] = std::move(out);
  if (!cookies.empty()) params["Cookies"] = std::move(cookies);
}

}  // namespace

std::optional<FunctionUrl> function_url(const RequestHead& head) {
  if (head.path.starts_with(kPath)) {
    const auto rest = std::string_view(head.path).substr(kPath.size());
    const auto id = rest.substr(0, rest.find('/'));
    if (!is_id(id)) return std::nullopt;
    const auto path = rest.substr(id.size());
    return FunctionUrl{std::string(id), path.empty() ? "/" : std::string(path)};
  }
  const auto host = header(head.headers, "host");
  const auto at = host.find(kHost);
  if (at == host.npos || !is_id(host.substr(0, at))) return std::nullopt;
  return FunctionUrl{std::string(host.substr(0, at)), head.path};
}

Object function_url_params(const FunctionUrl& url, const RequestHead& head,
                           const std::string& body) {
  Object params{{"UrlId", url.id},
                {"Method", head.method},
                {"Path", uri_decode(url.path)},
                {"Query", head.query}};
  Object query;
  for (const auto& [name, value] : query_parameters(head.query)) {
    if (const auto* there = query.if_contains(name))
      query[name] = std::string(there->get_string()) + "," + value;
    else
      query[name] = value;
  }
  if (!query.empty()) params["QueryParameters"] = std::move(query);
  add_headers(params, head.headers);
  if (!body.empty()) params["Body"] = base64(body);
  return params;
}

Reply function_url_reply(const Document& answer) {
  Reply reply;
  const auto status = integer(answer, "StatusCode").value_or(200);
  reply.status = status >= 200 && status <= 599 ? static_cast<int>(status) : 502;
  const auto safe = [](std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
  };
  constexpr std::string_view kServers[] = {"content-length", "connection", "date",
                                           "transfer-encoding"};
  for (const auto& entry : object_of(answer, "Headers")) {
    const std::string name(entry.key());
    const auto value = text(object_of(answer, "Headers"), name);
    if (safe(name) && safe(value) && std::ranges::find(kServers, name) == std::end(kServers))
      reply.headers.emplace_back(name, value);
  }
  for (const auto& cookie : array_of(answer, "Cookies")) {
    if (const auto* value = cookie.if_string(); value && safe(*value))
      reply.headers.emplace_back("set-cookie", *value);
  }
  reply.body = text_of(answer, "Body");
  return reply;
}

Error function_url_error(const Error& error) {
  if (error.status != 403) return error;
  return {"AccessDeniedException",
          "Forbidden. For troubleshooting Function URL authorization issues, see: "
          "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
          403};
}

}  // namespace tocsin::wire
