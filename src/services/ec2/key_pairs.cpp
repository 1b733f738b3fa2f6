// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/key_pairs.hpp"

#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/ssh_keys.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr std::string_view kMade = "ec2.key_made";
constexpr std::size_t kLongestName = 255;
constexpr int kBits = 2048;

constexpr std::array<Filter, 3> kFilters{
    {{"key-pair-id", "KeyPairId"}, {"fingerprint", "KeyFingerprint"}, {"key-name", "KeyName"}}};

struct Pending {
  std::string name;
  core::Tags tags;
  std::string token;
};
BOOST_DESCRIBE_STRUCT(Pending, (), (name, tags, token))

Failure duplicate(std::string_view name) {
  return fail("InvalidKeyPair.Duplicate", fmt::format("The keypair already exists: {}", name));
}

Result<void> check_name(const Context& context, std::string_view name) {
  if (name.empty()) return missing_parameter("keyName");
  if (name.size() > kLongestName) {
    return invalid_value(name, "keyName", "Key names may be up to 255 ASCII characters.");
  }
  if (key_pair_named(context, name)) return duplicate(name);
  return {};
}

Resource keep(Context& context, const std::string& name, core::Tags tags, const SshKey& key) {
  auto pair = new_resource(context, kKeyPair, std::move(tags));
  pair.shape = {{"KeyPairId", pair.id},
                {"KeyFingerprint", key.fingerprint},
                {"KeyName", name},
                {"KeyType", key.type},
                {"CreateTime", to_seconds(context.now())}};
  pair.more = {{"PublicKey", fmt::format("{} {}\n", key.line, name)}};
  save(context, kKeyPair, pair);
  return pair;
}

Object reply_of(const Resource& pair) {
  Object out;
  for (const auto* name : {"KeyFingerprint", "KeyName", "KeyPairId"})
    out[name] = text(pair.shape, name);
  out["Tags"] = core::tag_list(pair.tags);
  return out;
}

Object made_reply(const Resource& pair, const MadeKey& made) {
  auto out = reply_of(pair);
  out["KeyMaterial"] = made.private_text;
  return out;
}

/// Before the key is made: a dry run makes none.
Result<void> check_dry_run(const Call& call) {
  if (flag(call.params(), "DryRun")) return dry_run();
  return {};
}

Outcome create_rsa(Call& call, const std::string& name, core::Tags tags) {
  const auto token = call.park();
  call.start({.work = core::JobSpec{.kind = "key.generate",
                                    .payload = Object{{"Bits", kBits}},
                                    .secret_results = {"PrivateKey"}},
              .retry = {.attempts = 3, .on = core::Retry::On::Any},
              .then = {std::string(kMade), encode(Pending{name, std::move(tags), token.id})}});
  return token;
}

Result<Document> made(Context& context, const Pending& pending, const core::Resumption& end) {
  if (!end.outcome) return fail(end.outcome.error());
  if (key_pair_named(context, pending.name)) return duplicate(pending.name);
  const auto secret = context.open(end.outcome->at("PrivateKey"));
  const auto private_key = unbase64(secret.value_or(""));
  const auto public_key = unbase64(text(*end.outcome, "PublicKey"));
  if (!private_key || !public_key) return fail(internal_error("the key worker made no key"));
  const auto key = rsa_from(*private_key, *public_key);
  if (!key) return fail(internal_error("the key worker made no RSA key"));
  return Document(made_reply(keep(context, pending.name, pending.tags, key->key), *key));
}

Result<Resource> requested(const Call& call) {
  const auto id = text(call.params(), "KeyPairId");
  const auto name = text(call.params(), "KeyName");
  if (id.empty() && name.empty()) return missing_parameter("keyName");
  auto found = id.empty() ? key_pair_named(call, name) : get(call, call.scope(), kKeyPair, id);
  if (found) return *std::move(found);
  if (id.empty()) return missing(kKeyPair, {std::string(name)});
  return fail("InvalidKeyPair.NotFound", fmt::format("The key pair ID '{}' does not exist", id));
}

}  // namespace

std::optional<Resource> key_pair_named(const Context& context, std::string_view name) {
  for (auto& key : all(context, context.scope(), kKeyPair)) {
    if (text(key.shape, "KeyName") == name) return std::move(key);
  }
  return std::nullopt;
}

Outcome create_key_pair(Call& call) {
  const auto& params = call.params();
  const auto name = string_of(params, "KeyName");
  TRY(check_name(call, name));
  const auto type = text(params, "KeyType", "rsa");
  if (type != "rsa" && type != "ed25519") return invalid_value(type, "keyType");
  if (text(params, "KeyFormat", "pem") != "pem") {
    return invalid_value(text(params, "KeyFormat"), "keyFormat",
                         "Only the format pem is served here.");
  }
  auto tags = TRY(specified_tags(call, kKeyPair));
  TRY(check_dry_run(call));
  if (type == "rsa") return create_rsa(call, name, std::move(tags));
  const auto key = ed25519_from(call.new_bytes(32), call.new_bytes(4));
  if (!key) return internal_error("no ED25519 key could be made");
  return made_reply(keep(call, name, std::move(tags), key->key), *key);
}

Outcome import_key_pair(Call& call) {
  const auto name = string_of(call.params(), "KeyName");
  TRY(check_name(call, name));
  const auto material = unbase64(text(call.params(), "PublicKeyMaterial"));
  if (!material || material->empty()) return missing_parameter("publicKeyMaterial");
  const auto key = read_public(*material);
  if (!key) return fail("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  return reply_of(keep(call, name, TRY(specified_tags(call, kKeyPair)), *key));
}

Outcome delete_key_pair(Call& call) {
  const auto pair = requested(call);
  if (!pair && pair.error().code != "InvalidKeyPair.NotFound") return pair.error();
  Object out{{"Return", true}};
  if (pair) {
    erase(call, kKeyPair, *pair);
    out["KeyPairId"] = pair->id;
  }
  return out;
}

Outcome describe_key_pairs(Call& call) {
  const auto names = texts(call.params(), "KeyNames");
  for (const auto& name : names) {
    if (!key_pair_named(call, name)) return missing(kKeyPair, {name});
  }
  const bool with_public = flag(call.params(), "IncludePublicKey");
  const Listing listing{kKeyPair, "KeyPairIds", "KeyPairs", kFilters};
  const auto items = TRY(selected(call, listing, [&](Call&, const Resource& pair) {
    auto out = shown(pair);
    if (with_public) out["PublicKey"] = text(pair.more, "PublicKey");
    return out;
  }));
  Array left;
  for (const auto& item : items) {
    if (asked_for(names, text(item, "KeyName"))) left.push_back(item);
  }
  return Object{{"KeyPairs", std::move(left)}};
}

void on_key_pairs(core::Registry& registry) {
  registry.on_resume(std::string(kMade), [](Context& context, const core::Resumption& end) {
    const auto pending = decoded<Pending>(end.context);
    context.resolve({pending.token}, made(context, pending, end));
  });
}

}  // namespace tocsin::ec2
