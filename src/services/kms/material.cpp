// SPDX-License-Identifier: Apache-2.0
#include "services/kms/material.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::kms {

using core::Context;
using core::Key;

std::string material_id(const KmsKey& key, std::string_view secret) {
  return hex(sha256(fmt::format("kms key material {} ", key.id) + std::string(secret)));
}

void add_material(Context& context, KmsKey& key, std::string_view secret,
                  std::string_view rotation) {
  key.material = material_id(key, secret);
  const Material material{.id = key.material,
                          .secret = context.seal(secret),
                          .created = context.now(),
                          .rotation = std::string(rotation)};
  kMaterials.put(context, Key::of(key.scope, key.id, key.material), material);
}

void draw_material(Context& context, KmsKey& key, std::string_view rotation) {
  const auto* spec = spec_of(key.spec);
  if (spec->family != Family::Ecc) {
    return add_material(context, key, context.new_bytes(static_cast<std::size_t>(spec->bits) / 8),
                        rotation);
  }
  const auto pair =
      cryptography::make_ec(spec->curve, context.new_bytes(cryptography::seed_size(spec->curve)));
  key.public_key = base64(pair.public_key);
  add_material(context, key, pair.private_key);
}

Result<std::string> secret_of(const Context& context, const KmsKey& key,
                              std::string_view material) {
  const auto row = kMaterials.get(context, Key::of(key.scope, key.id, material));
  auto secret = row ? context.open(row->secret) : std::nullopt;
  if (!secret) return fail(internal_error("a key has lost its material"));
  return *std::move(secret);
}

void drop_materials(Context& context, const KmsKey& key) {
  for (const auto& material : kMaterials.all(context, row_of(key)))
    kMaterials.erase(context, Key::of(key.scope, key.id, material.id));
}

std::string draw(const core::Call& call, std::string_view purpose, std::size_t count) {
  return call.secrets().derive(fmt::format("kms {} {}", purpose, call.request().id), count);
}

void start_rsa(Context& context, int bits, core::Continuation then) {
  context.start({.work = core::JobSpec{.kind = "key.generate",
                                       .payload = Object{{"Bits", bits}},
                                       .secret_results = {"PrivateKey"}},
                 .retry = {.attempts = 5},
                 .then = std::move(then),
                 .name = fmt::format("RSA key of {} bits", bits)});
}

Result<cryptography::KeyPair> pair_from(Context& context, const core::Resumption& end) {
  const auto failed = fail("KMSInternalException",
                           "The request was rejected because an internal exception occurred.", 500);
  if (!end.outcome) return failed;
  const auto* sealed = find(*end.outcome, "PrivateKey");
  const auto encoded = sealed ? context.open(*sealed) : std::nullopt;
  const auto secret = encoded ? unbase64(*encoded) : std::nullopt;
  const auto open = unbase64(text(*end.outcome, "PublicKey"));
  if (!secret || !open) return failed;
  return cryptography::KeyPair{*secret, *open};
}

}  // namespace tocsin::kms
