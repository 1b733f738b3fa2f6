// SPDX-License-Identifier: Apache-2.0
// What never changes: security policies and limits.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
#include <array>
#include <fmt/format.h>

#include "services/elasticloadbalancing/operations.hpp"

namespace tocsin::elasticloadbalancing {
namespace {

// Letters of what a policy has. Protocols: 0 TLSv1, 1 TLSv1.1, 2 TLSv1.2, 3 TLSv1.3. Ciphers:
// t TLS 1.3; f forward secrecy with AES-GCM; c forward secrecy with CBC and SHA-2; s the same with
// SHA-1; g plain RSA with GCM; r plain RSA with CBC and SHA-2; o the same with SHA-1.
struct SslPolicy {
  std::string_view name, protocols, ciphers;
};
constexpr std::array<SslPolicy, 15> kPolicies{
    {{"ELBSecurityPolicy-2016-08", "012", "fcsgro"},
     {"ELBSecurityPolicy-TLS13-1-2-2021-06", "23", "tfc"},
     {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "23", "tf"},
     {"ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "23", "tfcgr"},
     {"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "23", "tfcsgro"},
     {"ELBSecurityPolicy-TLS13-1-1-2021-06", "123", "tfcsgro"},
     {"ELBSecurityPolicy-TLS13-1-0-2021-06", "0123", "tfcsgro"},
     {"ELBSecurityPolicy-TLS13-1-3-2021-06", "3", "t"},
     {"ELBSecurityPolicy-TLS-1-2-2017-01", "2", "fcgr"},
     {"ELBSecurityPolicy-TLS-1-1-2017-01", "12", "fcsgro"},
     {"ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "2", "fcsgro"},
     {"ELBSecurityPolicy-FS-2018-06", "012", "fcs"},
     {"ELBSecurityPolicy-FS-1-1-2019-08", "12", "fcs"},
     {"ELBSecurityPolicy-FS-1-2-2019-08", "2", "fcs"},
     {"ELBSecurityPolicy-FS-1-2-Res-2020-10", "2", "f"}}};

struct Cipher {
  char kind;
  std::string_view name;
};
constexpr std::array<Cipher, 21> kCiphers{{{'t', "TLS_AES_128_GCM_SHA256"},
                                           {'t', "TLS_AES_256_GCM_SHA384"},
                                           {'t', "TLS_CHACHA20_POLY1305_SHA256"},
                                           {'f', "ECDHE-ECDSA-AES128-GCM-SHA256"},
                                           {'f', "ECDHE-RSA-AES128-GCM-SHA256"},
                                           {'c', "ECDHE-ECDSA-AES128-SHA256"},
                                           {'c', "ECDHE-RSA-AES128-SHA256"},
                                           {'s', "ECDHE-ECDSA-AES128-SHA"},
                                           {'s', "ECDHE-RSA-AES128-SHA"},
                                           {'f', "ECDHE-ECDSA-AES256-GCM-SHA384"},
                                           {'f', "ECDHE-RSA-AES256-GCM-SHA384"},
                                           {'c', "ECDHE-ECDSA-AES256-SHA384"},
                                           {'c', "ECDHE-RSA-AES256-SHA384"},
                                           {'s', "ECDHE-RSA-AES256-SHA"},
                                           {'s', "ECDHE-ECDSA-AES256-SHA"},
                                           {'g', "AES128-GCM-SHA256"},
                                           {'r', "AES128-SHA256"},
                                           {'o', "AES128-SHA"},
                                           {'g', "AES256-GCM-SHA384"},
                                           {'r', "AES256-SHA256"},
                                           {'o', "AES256-SHA"}}};

struct Limit {
  std::string_view name, most;
};
constexpr std::array<Limit, 10> kLimits{{{"target-groups", "3000"},
                                         {"targets-per-application-load-balancer", "1000"},
                                         {"listeners-per-application-load-balancer", "50"},
                                         {"rules-per-application-load-balancer", "100"},
                                         {"network-load-balancers", "50"},
                                         {"targets-per-network-load-balancer", "3000"},
                                         {"listeners-per-network-load-balancer", "50"},
                                         {"condition-values-per-alb-rule", "5"},
                                         {"application-load-balancers", "50"},
                                         {"gateway-load-balancers", "100"}}};

Object shown(const SslPolicy& policy) {
  Array protocols, ciphers;
  for (const auto version : policy.protocols) {
    protocols.push_back(
        Document(boost::json::string(version == '0' ? "TLSv1" : fmt::format("TLSv1.{}", version))));
  }
  for (const auto& cipher : kCiphers) {
    if (policy.ciphers.find(cipher.kind) == std::string_view::npos) continue;
    ciphers.push_back(
        Object{{"Name", cipher.name}, {"Priority", static_cast<std::int64_t>(ciphers.size()) + 1}});
  }
  return {{"SslProtocols", std::move(protocols)},
          {"Ciphers", std::move(ciphers)},
          {"Name", policy.name},
          {"SupportedLoadBalancerTypes", Array{"application", "network"}}};
}

}  // namespace

bool is_ssl_policy(std::string_view name) {
  return std::ranges::find(kPolicies, name, &SslPolicy::name) != kPolicies.end();
}

Outcome describe_ssl_policies(Call& call) {
  const auto names = texts(call.params(), "Names");
  for (const auto& name : names) {
    if (!is_ssl_policy(name))
      return fail("SSLPolicyNotFound", fmt::format("SSL policy '{}' not found", name));
  }
  const auto type = text(call.params(), "LoadBalancerType", "application");
  Array out;
  for (const auto& policy : kPolicies) {
    if ((names.empty() || std::ranges::find(names, policy.name) != names.end()) &&
        type != "gateway")
      out.push_back(shown(policy));
  }
  return TRY(page(call, std::move(out), "SslPolicies"));
}

Outcome describe_account_limits(Call& call) {
  Array out;
  for (const auto& limit : kLimits)
    out.push_back(Object{{"Name", limit.name}, {"Max", limit.most}});
  return TRY(page(call, std::move(out), "Limits"));
}

}  // namespace tocsin::elasticloadbalancing
