// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <fmt/format.h>
#include <fstream>
#include <optional>

#include "wire/sigv4.hpp"
#include "workers/curl.hpp"

namespace tocsin::app {
namespace {

/// The value of `--name VALUE` or `--name=VALUE` at the front of `words`, taken off; none where
/// another word stands there.
Result<std::optional<std::string>> take_option(std::span<char*>& words, std::string_view name) {
  if (words.empty()) return std::nullopt;
  const std::string_view word = words.front();
  if (word == name) {
    if (words.size() < 2) return fail("Usage", fmt::format("{} needs a value", name));
    std::string value = words[1];
    words = words.subspan(2);
    return value;
  }
  if (!word.starts_with(name) || !word.substr(name.size()).starts_with('=')) return std::nullopt;
  words = words.subspan(1);
  return std::string(word.substr(name.size() + 1));
}

std::size_t take_bytes(char* bytes, std::size_t size, std::size_t count, void* data) {
  static_cast<std::string*>(data)->append(bytes, size * count);
  return size * count;
}

struct HttpReply {
  long status = 0;
  std::string body;
};

/// POSTs `body` where there are headers, else GETs.
Result<HttpReply> fetch(const ClientOptions& options, const std::string& path,
                        const workers::CurlList& headers, const std::string& body) {
  workers::init_curl();
  const workers::Easy easy(curl_easy_init());
  auto* handle = easy.get();
  HttpReply reply;
  char cause[CURL_ERROR_SIZE] = {};
  const auto url = options.endpoint + path;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 3'000L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, cause);
  if (!options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  if (headers.get()) {
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
  }
  if (curl_easy_perform(handle) != CURLE_OK) {
    return fail("NoServer", fmt::format("no server answers at {}: {}\nStart one with `tocsin "
                                        "serve`, or name its address with --endpoint.",
                                        options.endpoint, cause));
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

/// "127.0.0.1:4566" of "http://127.0.0.1:4566".
std::string host_of(std::string_view endpoint) {
  const auto scheme = endpoint.find("://");
  return std::string(scheme == endpoint.npos ? endpoint : endpoint.substr(scheme + 3));
}

Error error_of(const HttpReply& reply) {
  const auto body = parse_json(reply.body).value_or(Object{});
  const auto code = string_of(body, "__type", "HTTP");
  return {code, string_of(body, "message", string_of(body, "Message", reply.body)),
          static_cast<int>(reply.status)};
}

}  // namespace

Result<ClientOptions> client_options(std::span<char*>& words) {
  ClientOptions options;
  while (true) {
    const auto data = TRY(take_option(words, "--data"));
    const auto endpoint = TRY(take_option(words, "--endpoint"));
    if (!data && !endpoint) break;
    if (data) options.data = *data;
    if (endpoint) options.endpoint = endpoint->contains("://") ? *endpoint : "http://" + *endpoint;
  }
  while (options.endpoint.ends_with('/'))
    options.endpoint.pop_back();
  if (const auto ca = options.data / "tls" / "ca.pem"; std::filesystem::exists(ca))
    options.ca_file = ca;
  return options;
}

Result<RootKey> root_key(const ClientOptions& options) {
  const auto file = options.data / "root-credentials";
  std::ifstream in(file);
  if (!in) {
    return fail("NoKey", fmt::format("cannot read the root key in {}.\nA server makes it at its "
                                     "first start; name the server's data folder with --data DIR.",
                                     file.string()));
  }
  RootKey key;
  for (std::string name, equals, value; in >> name;) {
    if (name == "[default]") continue;
    if (!(in >> equals >> value)) break;
    if (name == "aws_access_key_id") key.access_key_id = value;
    if (name == "aws_secret_access_key") key.secret_access_key = value;
  }
  if (key.access_key_id.empty() || key.secret_access_key.empty())
    return fail("NoKey", fmt::format("{} holds no root key", file.string()));
  return key;
}

Result<void> check_server(const ClientOptions& options) {
  const auto reply = TRY(fetch(options, "/healthz", {}, {}));
  if (reply.status == 200) return {};
  return fail(
      "NoServer",
      fmt::format("what answers at {} is not a Tocsin server: its /healthz has the status {}",
                  options.endpoint, reply.status));
}

Result<Document> call_server(const ClientOptions& options, const RootKey& key,
                             const std::string& operation, const Object& params) {
  return call_server(options, key, JsonService{}, operation, params);
}

Result<Document> call_server(const ClientOptions& options, const RootKey& key,
                             const JsonService& service, const std::string& operation,
                             const Object& params) {
  const auto body = to_json(params);
  wire::RequestHead head{.method = "POST", .path = "/"};
  head.headers = {{"host", host_of(options.endpoint)},
                  {"content-type", "application/x-amz-json-1.1"},
                  {"x-amz-target", service.target_prefix + "." + operation}};
  wire::sign(head, body,
             {key.access_key_id, key.secret_access_key, "", service.region, service.signing_name},
             wall_now());
  workers::CurlList headers;
  for (const auto& [name, value] : head.headers)
    headers.add(name + ": " + value);
  const auto reply = TRY(fetch(options, "/", headers, body));
  if (reply.status != 200) return fail(error_of(reply));
  return parse_json(reply.body);
}

}  // namespace tocsin::app
