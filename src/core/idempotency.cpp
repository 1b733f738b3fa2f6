// SPDX-License-Identifier: Apache-2.0
#include "core/idempotency.hpp"

#include <map>

#include "base/crypto.hpp"
#include "core/table.hpp"

namespace tocsin::core {
namespace {

struct TokenRow {
  Document sealed;  // the parameters' digest and the reply: both may tell of a secret
};
BOOST_DESCRIBE_STRUCT(TokenRow, (), (sealed))

constexpr Table<TokenRow> kTokens{"core.tokens"};  // account, region, service, operation, token
constexpr std::string_view kForget = "core.forget_token";

std::string token_of(const Call& call, const Operation& operation) {
  return operation.token.empty() ? std::string()
                                 : std::string(text(call.params(), operation.token));
}

Key key_of(const Call& call, const std::string& token) {
  return Key::of(call.scope(), call.request().service, call.request().operation, token);
}

/// Texts opened, and members in order of their names: the order on the wire says nothing.
Document plain(const Call& call, const Document& value) {
  if (auto opened = call.open(value)) return Document(*opened);
  if (const auto* array = value.if_array()) {
    Array out;
    for (const auto& item : *array)
      out.push_back(plain(call, item));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return Document(value);
  std::map<std::string, Document> members;
  for (const auto& [name, member] : *object)
    members.emplace(name, plain(call, member));
  Object out;
  for (auto& [name, member] : members)
    out[name] = std::move(member);
  return out;
}

std::string digest_of(const Call& call) {
  return hex(sha256(to_json(plain(call, call.params()))));
}

}  // namespace

std::optional<Outcome> earlier_reply(const Call& call, const Operation& operation) {
  const auto token = token_of(call, operation);
  if (token.empty()) return std::nullopt;
  const auto row = kTokens.get(call, key_of(call, token));
  if (!row) return std::nullopt;
  const auto earlier = boost::json::parse(call.open(row->sealed).value_or("{}"));
  if (text(earlier, "digest") != digest_of(call)) {
    return fail("IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in "
                "previous request(s).");
  }
  return Outcome(Document(earlier.at("reply")));
}

void remember_reply(Call& call, const Operation& operation, const Document& reply) {
  auto token = token_of(call, operation);
  if (token.empty()) return;
  const Document earlier(Object{{"digest", digest_of(call)}, {"reply", reply}});
  kTokens.put(call, key_of(call, token), {call.seal(to_json(earlier))});
  const auto& request = call.request();
  call.at(call.now() + kTokenAge,
          {std::string(kForget), Array{request.service, request.operation, std::move(token)}});
}

void register_idempotency(Registry& registry) {
  registry.on_resume(std::string(kForget), [](Context& context, const Resumption& due) {
    auto key = Key::of(context.scope());
    for (const auto& part : due.context.as_array())
      key.add(std::string_view(part.as_string()));
    kTokens.erase(context, key);
  });
}

}  // namespace tocsin::core
