// SPDX-License-Identifier: Apache-2.0
// Whose request is this? One port serves all.
#include <fmt/format.h>

#include "base/glob.hpp"
#include "wire/protocols/codec.hpp"
#include "wire/protocols/identify_host.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire {
namespace {

using detail::Pairs;
using detail::parse_form;

bool is_form(const HttpMessage& message) {
  return to_lower(message.header("content-type").value_or(""))
      .starts_with("application/x-www-form-urlencoded");
}

std::string_view parameter(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return {};
}

/// Action and Version, in the query string or in a form.
std::pair<std::string, std::string> action_and_version(const HttpMessage& message) {
  for (const auto& source : {message.query, is_form(message) ? message.body : std::string()}) {
    const auto pairs = parse_form(source);
    if (!pairs) continue;
    const auto action = parameter(*pairs, "Action");
    if (!action.empty()) return {std::string(action), std::string(parameter(*pairs, "Version"))};
  }
  return {};
}

Protocol json_protocol(const HttpMessage& message, const model::Service* service) {
  const auto type = message.header("content-type").value_or("");
  if (type.find("json-1.0") != std::string_view::npos) return Protocol::Json10;
  if (type.find("json-1.1") != std::string_view::npos) return Protocol::Json11;
  return service && service->json_version == "1.0" ? Protocol::Json10 : Protocol::Json11;
}

Protocol rest_protocol(model::Protocol primary) {
  return primary == model::Protocol::RestJson ? Protocol::RestJson : Protocol::RestXml;
}

bool is_rest(const model::Service& service) {
  return service.primary == model::Protocol::RestJson ||
         service.primary == model::Protocol::RestXml;
}

bool is_cbor(const HttpMessage& message) {
  return message.header("smithy-protocol") == "rpc-v2-cbor";
}

/// The protocol of a message to `service`, by what it shows of itself.
Protocol protocol_of(const HttpMessage& message, const model::Service& service) {
  if (is_cbor(message)) return Protocol::Cbor;
  if (is_rest(service)) return rest_protocol(service.primary);
  if (message.header("x-amz-target")) return json_protocol(message, &service);
  if (service.primary == model::Protocol::Ec2) return Protocol::Ec2;
  if (service.speaks(model::Protocol::Query)) return Protocol::Query;
  return json_protocol(message, &service);
}

model::Protocol family(Protocol protocol) {
  switch (protocol) {
    case Protocol::Query:
      return model::Protocol::Query;
    case Protocol::Ec2:
      return model::Protocol::Ec2;
    case Protocol::RestJson:
      return model::Protocol::RestJson;
    case Protocol::RestXml:
      return model::Protocol::RestXml;
    case Protocol::Cbor:
      return model::Protocol::Cbor;
    default:
      return model::Protocol::Json;
  }
}

Result<Route> route_to(const HttpMessage& message, const model::Service& service) {
  const auto protocol = protocol_of(message, service);
  if (!service.speaks(family(protocol))) {
    return fail("UnknownOperationException",
                fmt::format("{} does not speak {}", service.full_name, protocol_name(protocol)));
  }
  return Route{&service, protocol};
}

/// The service that the Host names, where it is one of ours.
const model::Service* service_of_host(const HttpMessage& message) {
  const auto host = host_name(message.header("host").value_or(""));
  // A server is likely to be called tocsin.example.org: our own service is found by its target.
  const bool is_name = !host.service.empty() && host.service != "tocsin";
  const auto* service = is_name ? model::service(host.service) : nullptr;
  if (service || !host.ambiguous) return service;
  return model::service("s3");
}

/// "/2015-03-31/functions": only Lambda's paths begin with a date.
bool begins_with_date(std::string_view path) {
  if (path.size() < 12 || path[0] != '/' || path[11] != '/') return false;
  for (std::size_t i = 1; i < 11; ++i) {
    const bool dash = i == 5 || i == 8;
    if (dash ? path[i] != '-' : path[i] < '0' || path[i] > '9') return false;
  }
  return true;
}

const model::Service* service_of_action(const HttpMessage& message) {
  const auto [action, version] = action_and_version(message);
  if (action.empty()) return nullptr;
  for (const auto& id : model::service_ids()) {
    const auto* service = model::service(id);
    const bool speaks =
        service->speaks(model::Protocol::Query) || service->speaks(model::Protocol::Ec2);
    if (speaks && (version.empty() || version == service->api_version) &&
        service->operation(action)) {
      return service;
    }
  }
  return nullptr;
}

const model::Service* unscoped_service(const HttpMessage& message) {
  if (const auto target = message.header("x-amz-target")) {
    if (const auto* found = model::service_of_target(target->substr(0, target->rfind('.')))) {
      return found;
    }
  }
  if (is_cbor(message)) {
    const auto path = detail::rpc_path(message.path);
    return path ? model::service_of_target(path->service) : nullptr;
  }
  if (const auto* found = service_of_host(message)) return found;
  if (begins_with_date(message.path)) return model::service("lambda");
  if (const auto* found = service_of_action(message)) return found;
  const bool seems_s3 =
      !message.header("x-amz-target") && action_and_version(message).first.empty();
  return seems_s3 ? model::service("s3") : nullptr;
}

}  // namespace

Result<Route> identify(const HttpMessage& message, std::string_view scope) {
  // S3 Control signs as S3, and always names the account.
  if (scope == "s3" && message.path.starts_with("/v20180820/") &&
      message.header("x-amz-account-id")) {
    return route_to(message, *model::service("s3control"));
  }
  if (!scope.empty()) {
    const auto* service = model::service(scope);
    if (service) return route_to(message, *service);
    return fail("UnknownOperationException",
                fmt::format("The service {} is not served here", scope));
  }
  if (const auto* service = unscoped_service(message)) return route_to(message, *service);
  const auto target = message.header("x-amz-target");
  if (target) {
    return fail("UnknownOperationException",
                fmt::format("The target {} is not served here", *target));
  }
  if (is_cbor(message)) {
    return fail("UnknownOperationException",
                fmt::format("The path {} is not served here", message.path), 404);
  }
  const auto [action, version] = action_and_version(message);
  return fail("InvalidAction",
              fmt::format("Could not find operation {} for version {}", action, version));
}

std::string virtual_bucket(const HttpMessage& message, const Route& route, std::string_view scope) {
  if (route.service->id != "s3") return {};
  auto host = host_name(message.header("host").value_or(""));
  const bool is_bucket = !host.ambiguous || scope == "s3" || !model::service(host.service);
  return is_bucket ? std::move(host.bucket) : std::string();
}

HttpReply encode_unrouted(const HttpMessage& message, const Error& error,
                          const std::string& request_id) {
  Route route{nullptr, Protocol::RestXml};
  if (is_cbor(message)) {
    route.protocol = Protocol::Cbor;
  } else if (message.header("x-amz-target")) {
    route.protocol = json_protocol(message, nullptr);
  } else if (!action_and_version(message).first.empty()) {
    route.protocol = Protocol::Query;
  } else if (message.header("content-type").value_or("").starts_with("application/json") ||
             begins_with_date(message.path)) {
    route.protocol = Protocol::RestJson;
  }
  return encode_error(route, error, request_id, message.method);
}

}  // namespace tocsin::wire
