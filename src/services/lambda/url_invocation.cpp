// SPDX-License-Identifier: Apache-2.0
// A request to a function's address as its event, payload format 2.0, and the function's answer as
// the response. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/lambda/cors.hpp"
#include "services/lambda/invocation.hpp"
#include "services/lambda/urls.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

Failure forbidden() {
  return fail("AccessDeniedException", "Forbidden", 403);
}

/// What a text function gets as text; the rest as base64.
bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("application/javascript") || type.starts_with("application/xml") ||
         type.starts_with("application/x-www-form-urlencoded");
}

Object iam_of(const core::Principal& who) {
  return {{"accessKey", who.access_key_id},
          {"accountId", who.account.str()},
          {"callerId", who.id},
          {"cognitoIdentity", nullptr},
          {"principalOrgId", nullptr},
          {"userArn", who.arn},
          {"userId", who.id}};
}

Object request_context(const Call& call, const UrlConfig& url, const Object& headers) {
  const auto& params = call.params();
  const auto domain = fmt::format("{}.lambda-url.{}.on.aws", url.id, url.scope.region);
  Object context{{"accountId", url.auth == "NONE" ? "anonymous" : call.principal().account.str()},
                 {"apiId", url.id},
                 {"domainName", domain},
                 {"domainPrefix", url.id},
                 {"http", Object{{"method", text(params, "Method")},
                                 {"path", text(params, "Path")},
                                 {"protocol", "HTTP/1.1"},
                                 {"sourceIp", call.request().source_ip},
                                 {"userAgent", text(headers, "user-agent")}}},
                 {"requestId", call.request().id},
                 {"routeKey", "$default"},
                 {"stage", "$default"},
                 {"time", format_time(call.now(), "%d/%b/%Y:%H:%M:%S +0000")},
                 {"timeEpoch", to_ms(call.now())}};
  if (url.auth != "NONE") context["authorizer"] = Object{{"iam", iam_of(call.principal())}};
  return context;
}

Object event_of(const Call& call, const UrlConfig& url) {
  const auto& params = call.params();
  const auto& headers = object_of(params, "Headers");
  Object event{{"version", "2.0"},
               {"routeKey", "$default"},
               {"rawPath", text(params, "Path")},
               {"rawQueryString", text(params, "Query")}};
  if (const auto& cookies = array_of(params, "Cookies"); !cookies.empty())
    event["cookies"] = cookies;
  event["headers"] = headers;
  if (const auto& query = object_of(params, "QueryParameters"); !query.empty())
    event["queryStringParameters"] = query;
  event["requestContext"] = request_context(call, url, headers);
  const auto body = unbase64(opened(call, params, "Body")).value_or("");
  const bool plain = is_text(text(headers, "content-type")) || body.empty();
  if (!body.empty()) event["body"] = plain ? body : base64(body);
  event["isBase64Encoded"] = !plain;
  return event;
}

Object response(int status, std::string_view body, std::string_view type) {
  return {
      {"StatusCode", status}, {"Headers", Object{{"content-type", type}}}, {"Body", base64(body)}};
}

std::string text_of(const Document& value) {
  const auto* string = value.if_string();
  return string ? std::string(*string) : to_json(value);
}

/// {"statusCode": …, "headers": …, "body": …}.
Object shaped(const Document& answer) {
  Object headers{{"content-type", "application/json"}};
  for (const auto& header : object_of(answer, "headers")) {
    std::string name(header.key());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    headers[name] = text_of(header.value());
  }
  const auto* body = find(answer, "body");
  auto bytes = body && !body->is_null() ? text_of(*body) : std::string();
  if (flag(answer, "isBase64Encoded")) bytes = unbase64(bytes).value_or("");
  Object out{{"StatusCode", integer(answer, "statusCode").value_or(200)},
             {"Headers", std::move(headers)},
             {"Body", base64(bytes)}};
  if (const auto& cookies = array_of(answer, "cookies"); !cookies.empty()) out["Cookies"] = cookies;
  return out;
}

/// What has no statusCode is the body of a good response.
Object response_of(const std::string& payload) {
  const auto answer = parse_json(payload);
  if (answer && answer->is_object() && integer(*answer, "statusCode")) return shaped(*answer);
  const auto* string = answer ? answer->if_string() : nullptr;
  return response(200, string ? std::string(*string) : payload, "application/json");
}

/// The record of the call names the function, which only the state knows behind an address.
void name_function(const Call& call, const std::string& arn) {
  const_cast<Document&>(call.params()).as_object()["FunctionName"] = arn;
}

std::optional<UrlConfig> url_of(const Call& call) {
  return kUrlIds.get(call, Key{text(call.params(), "UrlId")});
}

}  // namespace

Outcome invoke_url(Call& call) {
  const auto url = url_of(call);
  if (!url) return forbidden();
  call.set_scope(url->scope);
  const auto& headers = object_of(call.params(), "Headers");
  if (auto answer = preflight_answer(*url, text(call.params(), "Method"), headers))
    return *std::move(answer);
  const auto target = TRY(chosen_target(call, {url->scope, url->function, url->qualifier}));
  const auto event = to_json(event_of(call, *url));
  if (event.size() > 6'291'456)
    return fail("RequestTooLargeException", "Request Entity Too Large", 413);
  const auto token = call.park();
  TRY(launch(call, target,
             {.kind = Run::Kind::Url,
              .function = url->function,
              .qualifier = url->qualifier,
              .event = call.seal(event),
              .request = call.request().id,
              .token = token.id,
              .origin = string_of(headers, "origin")}));
  return token;
}

void url_ended(Context& context, const Run& run, const Result<Document>& outcome) {
  const core::Token token{run.token};
  const bool failed = !outcome || find(*outcome, "FunctionError");
  auto answer = failed ? response(502, "Internal Server Error", "application/json")
                       : response_of(opened(context, *outcome, "Payload"));
  if (const auto url = kUrls.get(context, Key::of(context.scope(), run.function, run.qualifier)))
    add_cors_headers(*url, run.origin, answer["Headers"].as_object());
  context.resolve(token, Document(std::move(answer)));
}

/// A URL of the type NONE is open to whom the function's policy lets in; nobody is asked who they
/// are.
std::vector<core::Access> needs_invoke_url(Call& call) {
  const auto url = url_of(call);
  if (!url) return {{.action = "lambda:InvokeFunctionUrl", .policy_required = true}};
  if (preflight_answer(*url, text(call.params(), "Method"), object_of(call.params(), "Headers")))
    return {};
  const Reference reference{url->scope, url->function, url->qualifier};
  name_function(call, reference.arn());
  return {{.action = "lambda:InvokeFunctionUrl",
           .resource = reference.arn(),
           .owner = url->scope.account,
           .resource_policy = policy_text(policy_of(call, reference)),
           .context = {{"lambda:FunctionUrlAuthType", {url->auth}},
                       {"lambda:InvokedViaFunctionUrl", {"true"}}}}};
}

}  // namespace tocsin::lambda
