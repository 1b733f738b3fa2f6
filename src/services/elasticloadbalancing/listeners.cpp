// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
#include <fmt/format.h>

#include "services/elasticloadbalancing/actions.hpp"
#include "services/elasticloadbalancing/health.hpp"
#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

constexpr std::size_t kMostListeners = 50;
constexpr std::size_t kMostCertificates = 26;
constexpr std::string_view kUsualPolicy = "ELBSecurityPolicy-2016-08";

bool is_encrypted(std::string_view protocol) {
  return protocol == "HTTPS" || protocol == "TLS";
}

Result<void> check_protocol(const LoadBalancer& balancer, const Object& shape) {
  const auto protocol = text(shape, "Protocol");
  if (balancer.type == "gateway") {
    if (shape.contains("Protocol") || shape.contains("Port"))
      return invalid("You cannot specify a protocol or port for a Gateway Load Balancer listener");
    return {};
  }
  if (protocol.empty()) return invalid("A listener protocol must be specified");
  const auto port = integer(shape, "Port").value_or(0);
  if (port < 1 || port > 65'535) return invalid("A listener port must be specified");
  const bool http = protocol == "HTTP" || protocol == "HTTPS";
  const bool other =
      protocol == "TCP" || protocol == "TLS" || protocol == "UDP" || protocol == "TCP_UDP";
  if (balancer.type == "application" ? http : other) return {};
  return fail("UnsupportedProtocol",
              fmt::format("Listener protocol '{}' is not supported for load balancers with type "
                          "'{}'",
                          protocol, balancer.type));
}

bool is_certificate(std::string_view text) {
  const auto arn = Arn::parse(text);
  return arn && ((arn->service == "acm" && arn->resource.starts_with("certificate/")) ||
                 (arn->service == "iam" && arn->resource.starts_with("server-certificate/")));
}

Result<std::vector<std::string>> certificates_in(const Call& call) {
  std::vector<std::string> out;
  for (const auto& each : array_of(call.params(), "Certificates")) {
    auto name = string_of(each, "CertificateArn");
    if (!is_certificate(name)) {
      return fail("CertificateNotFound", fmt::format("Certificate ARN '{}' is not valid", name));
    }
    out.push_back(std::move(name));
  }
  return out;
}

/// Encrypted listeners have a certificate and a policy, others neither.
Result<void> check_encryption(Listener& listener) {
  const auto protocol = text(listener.shape, "Protocol");
  if (!is_encrypted(protocol)) {
    if (listener.shape.contains("SslPolicy") || !listener.certificates.empty()) {
      return fail("InvalidConfigurationRequest",
                  fmt::format("Certificates and security policies are not supported for listeners "
                              "with protocol '{}'",
                              protocol));
    }
    return {};
  }
  if (listener.certificates.empty())
    return invalid(fmt::format("A certificate must be specified for {} listeners", protocol));
  const auto policy = string_of(listener.shape, "SslPolicy", kUsualPolicy);
  if (!is_ssl_policy(policy))
    return fail("SSLPolicyNotFound", fmt::format("SSL policy '{}' not found", policy));
  listener.shape["SslPolicy"] = policy;
  return {};
}

Result<void> check_port(const Call& call, const LoadBalancer& balancer, const Listener& listener) {
  const auto others = listeners_of(call, balancer);
  if (others.size() >= kMostListeners && listener.default_rule.empty())
    return fail("TooManyListeners", "A load balancer has at most 50 listeners");
  for (const auto& each : others) {
    if (each.arn == listener.arn) continue;
    if (integer(each.shape, "Port") == integer(listener.shape, "Port")) {
      return fail("DuplicateListener",
                  fmt::format("A listener already exists on this port for this load balancer '{}'",
                              balancer.arn));
    }
  }
  return {};
}

Result<void> take(const Call& call, const LoadBalancer& balancer, Listener& listener) {
  for (const auto* member : {"Port", "Protocol", "SslPolicy", "AlpnPolicy"}) {
    if (const auto* value = find(call.params(), member)) listener.shape[member] = *value;
  }
  if (!is_encrypted(text(listener.shape, "Protocol")) && find(call.params(), "Protocol") &&
      !find(call.params(), "SslPolicy") && !listener.default_rule.empty()) {
    listener.shape.erase("SslPolicy");
    listener.certificates.clear();
  }
  TRY(check_protocol(balancer, listener.shape));
  if (auto given = TRY(certificates_in(call)); !given.empty()) {
    if (given.size() > 1)
      return fail("TooManyCertificates", "You must specify exactly one default certificate");
    listener.certificates = std::move(given);
  }
  TRY(check_encryption(listener));
  TRY(check_port(call, balancer, listener));
  if (find(call.params(), "DefaultActions") || listener.default_rule.empty()) {
    listener.shape["DefaultActions"] =
        TRY(checked_actions(call, balancer, array_of(call.params(), "DefaultActions")));
  }
  return {};
}

Outcome listed(const Listener& listener) {
  return Object{{"Listeners", Array{shown(listener)}}};
}

Array certificate_list(const Listener& listener, bool all) {
  Array out;
  for (std::size_t each = 0; each < listener.certificates.size(); ++each) {
    if (each > 0 && !all) break;
    Object shape{{"CertificateArn", listener.certificates[each]}};
    if (all) shape["IsDefault"] = each == 0;
    out.push_back(std::move(shape));
  }
  return out;
}

}  // namespace

Object shown(const Listener& listener) {
  Object out{{"ListenerArn", listener.arn}, {"LoadBalancerArn", listener.balancer}};
  for (const auto& [name, value] : listener.shape)
    out[name] = value;
  if (!listener.certificates.empty()) out["Certificates"] = certificate_list(listener, false);
  out["DefaultActions"] = shown_actions(array_of(listener.shape, "DefaultActions"));
  return out;
}

void erase_listener(Context& context, const Listener& listener) {
  for (const auto& rule : rules_of(context, listener))
    kRules.erase(context, key_of(rule));
  kListeners.erase(context, key_of(listener));
}

Outcome create_listener(Call& call) {
  const auto balancer = TRY(balancer_named(call, text(call.params(), "LoadBalancerArn")));
  Listener listener{
      .scope = call.scope(), .balancer = balancer.arn, .created = call.now(), .shape = {}};
  TRY(take(call, balancer, listener));
  listener.tags = TRY(new_tags(call));
  const auto place = balancer.arn.substr(balancer.arn.find("loadbalancer/") + 13);
  const auto suffix = new_suffix(call);
  listener.arn =
      arn("elasticloadbalancing", call.scope(), fmt::format("listener/{}/{}", place, suffix));
  listener.default_rule =
      arn("elasticloadbalancing", call.scope(),
          fmt::format("listener-rule/{}/{}/{}", place, suffix, new_suffix(call)));
  kListeners.put(call, key_of(listener), listener);
  refresh_uses(call);
  return listed(listener);
}

Outcome modify_listener(Call& call) {
  auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  const auto balancer = TRY(balancer_named(call, listener.balancer));
  TRY(take(call, balancer, listener));
  kListeners.put(call, key_of(listener), listener);
  refresh_uses(call);
  return listed(listener);
}

Outcome delete_listener(Call& call) {
  const auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  erase_listener(call, listener);
  refresh_uses(call);
  return Object{};
}

Outcome describe_listeners(Call& call) {
  const auto& params = call.params();
  const auto arns = texts(params, "ListenerArns");
  Array out;
  if (!arns.empty()) {
    for (const auto& arn : arns) {
      const auto listener = kListeners.get(call, Key::of(call.scope(), arn));
      if (!listener) return fail("ListenerNotFound", "One or more listeners not found");
      out.push_back(shown(*listener));
    }
    return TRY(page(call, std::move(out), "Listeners"));
  }
  if (text(params, "LoadBalancerArn").empty())
    return invalid("You must specify either listener ARNs or a load balancer ARN");
  const auto balancer = TRY(balancer_named(call, text(params, "LoadBalancerArn")));
  for (const auto& listener : listeners_of(call, balancer))
    out.push_back(shown(listener));
  return TRY(page(call, std::move(out), "Listeners"));
}

Outcome add_certificates(Call& call) {
  auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  if (!is_encrypted(text(listener.shape, "Protocol")))
    return fail("InvalidConfigurationRequest", "Certificates are not supported for this listener");
  const auto given = TRY(certificates_in(call));
  Array out;
  for (const auto& each : given) {
    if (std::ranges::find(listener.certificates, each) == listener.certificates.end())
      listener.certificates.push_back(each);
    out.push_back(Object{{"CertificateArn", each}, {"IsDefault", false}});
  }
  if (listener.certificates.size() > kMostCertificates)
    return fail("TooManyCertificates", "A listener has at most 25 certificates beside its default");
  kListeners.put(call, key_of(listener), listener);
  return Object{{"Certificates", std::move(out)}};
}

Outcome remove_certificates(Call& call) {
  auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  for (const auto& each : TRY(certificates_in(call))) {
    if (!listener.certificates.empty() && each == listener.certificates.front())
      return fail("OperationNotPermitted", "The default certificate cannot be removed");
    std::erase(listener.certificates, each);
  }
  kListeners.put(call, key_of(listener), listener);
  return Object{};
}

Outcome describe_certificates(Call& call) {
  const auto listener = TRY(listener_named(call, text(call.params(), "ListenerArn")));
  return TRY(page(call, certificate_list(listener, true), "Certificates"));
}

}  // namespace tocsin::elasticloadbalancing
