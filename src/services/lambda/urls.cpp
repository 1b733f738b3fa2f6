// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/urls.hpp"

#include <fmt/format.h>

#include "services/lambda/code.hpp"
#include "services/lambda/paging.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::string_view kIdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

/// Path form, which needs no name service: src/wire/function_url.hpp.
std::string address_of(const Call& call, const UrlConfig& url) {
  return fmt::format("{}/_tocsin/lambda-url/{}/", base_url(call), url.id);
}

Object url_shown(const Call& call, const UrlConfig& url) {
  Object out{{"FunctionUrl", address_of(call, url)},
             {"FunctionArn", Reference{url.scope, url.function, url.qualifier}.arn()},
             {"AuthType", url.auth},
             {"CreationTime", iso8601_ms(url.created)},
             {"InvokeMode", "BUFFERED"}};
  if (url.cors) out["Cors"] = *url.cors;
  return out;
}

Object with_modified(Object shown, const UrlConfig& url) {
  shown["LastModifiedTime"] = iso8601_ms(url.modified);
  return shown;
}

/// A URL is of a function or of one of its aliases.
Result<Reference> addressed(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (reference.qualifier == kLatest || is_number(reference.qualifier))
    return violation(reference.qualifier, "qualifier",
                     "Member must satisfy regular expression pattern: "
                     "((?!^\\d+$)^[0-9a-zA-Z-_]+$)");
  return reference;
}

Key key_of(const Reference& reference) {
  return Key::of(reference.scope, reference.name, reference.qualifier);
}

Result<void> read(const Document& params, UrlConfig& url) {
  url.auth = string_of(params, "AuthType", url.auth);
  if (url.auth != "NONE" && url.auth != "AWS_IAM")
    return violation(url.auth, "authType", "Member must satisfy enum value set: [NONE, AWS_IAM]");
  if (text(params, "InvokeMode", "BUFFERED") != "BUFFERED")
    return invalid("Tocsin serves function URLs with the InvokeMode BUFFERED only.");
  if (const auto& cors = object_of(params, "Cors"); !cors.empty()) url.cors = cors;
  return {};
}

void keep(core::Context& context, const UrlConfig& url) {
  kUrls.put(context, Key::of(url.scope, url.function, url.qualifier), url);
  kUrlIds.put(context, Key{url.id}, url);
}

}  // namespace

Outcome create_url_config(Call& call) {
  const auto reference = TRY(addressed(call));
  TRY(target_of(call, reference));
  call.set_scope(reference.scope);
  if (kUrls.contains(call, key_of(reference))) {
    return fail("ResourceConflictException",
                fmt::format("Failed to create function url config for [functionArn = {}]. Error "
                            "message:  FunctionUrlConfig exists for this Lambda function",
                            reference.arn()),
                409);
  }
  UrlConfig url{.id = call.new_id(kIdAlphabet, 32),
                .scope = reference.scope,
                .function = reference.name,
                .qualifier = reference.qualifier,
                .created = call.now(),
                .modified = call.now()};
  TRY(read(call.params(), url));
  keep(call, url);
  return url_shown(call, url);
}

Outcome get_url_config(Call& call) {
  const auto url = kUrls.get(call, key_of(TRY(addressed(call))));
  if (!url) return no_resource();
  return with_modified(url_shown(call, *url), *url);
}

Outcome update_url_config(Call& call) {
  auto url = kUrls.get(call, key_of(TRY(addressed(call))));
  if (!url) return no_resource();
  TRY(read(call.params(), *url));
  url->modified = call.now();
  keep(call, *url);
  return with_modified(url_shown(call, *url), *url);
}

Outcome delete_url_config(Call& call) {
  const auto reference = TRY(addressed(call));
  const auto url = kUrls.get(call, key_of(reference));
  if (!url) return no_resource();
  kUrls.erase(call, key_of(reference));
  kUrlIds.erase(call, Key{url->id});
  return Object{};
}

Outcome list_url_configs(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (!kFunctions.contains(call, reference.key())) return not_found(reference);
  return list_page<UrlConfig>(
      call, kUrls, reference.key(), "FunctionUrlConfigs",
      [&](const UrlConfig& url) { return Document(with_modified(url_shown(call, url), url)); });
}

core::Needs needs_url_config(std::string action) {
  return [check = needs(std::move(action))](Call& call) {
    auto accesses = check(call);
    auto auth = string_of(call.params(), "AuthType");
    if (const auto reference = reference_of(call); reference && auth.empty()) {
      if (const auto url = kUrls.get(call, key_of(*reference))) auth = url->auth;
    }
    if (!auth.empty()) accesses[0].context["lambda:FunctionUrlAuthType"] = {auth};
    return accesses;
  };
}

}  // namespace tocsin::lambda
