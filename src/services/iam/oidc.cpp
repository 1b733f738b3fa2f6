// SPDX-License-Identifier: Apache-2.0
// OpenID Connect providers, as records: who may be trusted, and since when.
#include <fmt/format.h>

#include "services/iam/operations.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kMostClients = 100;
constexpr std::size_t kMostThumbprints = 5;
constexpr std::size_t kMostProviders = 100;

std::vector<std::string> texts(Call& call, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& each : array_of(call.params(), member)) {
    if (each.is_string()) out.emplace_back(each.as_string());
  }
  return out;
}

void save(Call& call, const OidcProvider& provider) {
  kOidcProviders.put(call, Key{call.account().str(), provider.arn}, provider);
}

Result<OidcProvider> provider_of(Call& call) {
  const auto arn = string_of(call.params(), "OpenIDConnectProviderArn");
  auto provider = kOidcProviders.get(call, Key{call.account().str(), arn});
  if (!provider)
    return no_such_entity(fmt::format("OpenIDConnect Provider not found for arn {}", arn));
  return *std::move(provider);
}

Result<std::vector<std::string>> thumbprints_in(Call& call) {
  auto thumbprints = texts(call, "ThumbprintList");
  if (thumbprints.size() > kMostThumbprints)
    return invalid("Thumbprint list must contain fewer than 5 entries.");
  return thumbprints;
}

Result<std::string> url_in(Call& call) {
  const auto url = string_of(call.params(), "Url");
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || url.size() == kScheme.size())
    return fail("ValidationError", "Invalid Open ID Connect Provider URL");
  return url.substr(kScheme.size());
}

Document list_of(const std::vector<std::string>& texts) {
  Array out;
  for (const auto& text : texts)
    out.push_back(boost::json::string(text));
  return out;
}

}  // namespace

Outcome create_oidc_provider(Call& call) {
  OidcProvider provider {
    .url = TRY(url_in(call))
    , .clients = texts(call, "ClientIDList"), .thumbprints = TRY(thumbprints_in(call))
    , .created = call.now()
  };
  provider.arn = iam_arn(call.account(), "oidc-provider/", provider.url);
  TRY(add_tags(call, provider.tags));
  if (provider.clients.size() > kMostClients)
    return limit_exceeded("ClientIdsPerOpenIdConnectProvider", kMostClients);
  if (kOidcProviders.contains(call, Key{call.account().str(), provider.arn}))
    return exists_already(
        fmt::format("Provider with url https://{} already exists.", provider.url));
  if (kOidcProviders.all(call, Key{call.account().str()}).size() >= kMostProviders)
    return limit_exceeded("OpenIdConnectProvidersPerAccount", kMostProviders);
  save(call, provider);
  Object out{{"OpenIDConnectProviderArn", provider.arn}};
  if (!provider.tags.empty()) out["Tags"] = tag_list(provider.tags);
  return out;
}

Outcome get_oidc_provider(Call& call) {
  const auto provider = TRY(provider_of(call));
  return Object{{"Url", provider.url},
                {"ClientIDList", list_of(provider.clients)},
                {"ThumbprintList", list_of(provider.thumbprints)},
                {"CreateDate", to_seconds(provider.created)},
                {"Tags", tag_list(provider.tags)}};
}

Outcome list_oidc_providers(Call& call) {
  Array arns;
  for (const auto& provider : kOidcProviders.all(call, Key{call.account().str()}))
    arns.push_back(Object{{"Arn", provider.arn}});
  return Object{{"OpenIDConnectProviderList", std::move(arns)}};
}

Outcome delete_oidc_provider(Call& call) {
  kOidcProviders.erase(
      call, Key{call.account().str(), string_of(call.params(), "OpenIDConnectProviderArn")});
  return Object{};
}

Outcome add_client_to_oidc_provider(Call& call) {
  auto provider = TRY(provider_of(call));
  const auto client = string_of(call.params(), "ClientID");
  if (std::find(provider.clients.begin(), provider.clients.end(), client) ==
      provider.clients.end()) {
    provider.clients.push_back(client);
  }
  if (provider.clients.size() > kMostClients)
    return limit_exceeded("ClientIdsPerOpenIdConnectProvider", kMostClients);
  save(call, provider);
  return Object{};
}

Outcome remove_client_from_oidc_provider(Call& call) {
  auto provider = TRY(provider_of(call));
  std::erase(provider.clients, string_of(call.params(), "ClientID"));
  save(call, provider);
  return Object{};
}

Outcome update_oidc_thumbprints(Call& call) {
  auto provider = TRY(provider_of(call));
  provider.thumbprints = TRY(thumbprints_in(call));
  save(call, provider);
  return Object{};
}

std::vector<core::Access> on_oidc_provider(Call& call) {
  auto arn = string_of(call.params(), "OpenIDConnectProviderArn");
  if (arn.empty()) {
    const auto url = url_in(call);
    arn = iam_arn(call.account(), "oidc-provider/", url ? *url : "*");
  }
  const auto provider = kOidcProviders.get(call, Key{call.account().str(), arn});
  return {access_to(call, arn, provider ? provider->tags : Tags{})};
}

}  // namespace tocsin::iam
