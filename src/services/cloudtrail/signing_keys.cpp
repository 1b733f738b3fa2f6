// SPDX-License-Identifier: Apache-2.0
// The keys that digests are signed with: one at a time for each account and region, for a year.
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "engines/cryptography/cryptography.hpp"
#include "services/cloudtrail/parts.hpp"

namespace tocsin::cloudtrail {
namespace {

constexpr auto kValid = std::chrono::hours(24 * 365);

std::optional<SigningKey> key_at(const store::View& view, const Scope& scope, Time time) {
  std::optional<SigningKey> found;
  kSigningKeys.scan(view, core::Key::of(scope), [&](const auto&, const SigningKey& key) {
    if (time < key.until) found = key;
    return !found;
  });
  return found;
}

std::optional<Time> moment(const Document& params, std::string_view name) {
  const auto* found = find(params, name);
  if (!found || !found->is_number()) return std::nullopt;
  return from_seconds(found->to_number<double>());
}

}  // namespace

SigningKey signing_key(core::Context& context, const Scope& scope, Time time) {
  if (auto key = key_at(context, scope, time)) return *std::move(key);
  const auto made = cryptography::make_rsa(context.new_bytes(32));
  const auto public_key = cryptography::pkcs1_of(made.public_key);
  const auto from = std::chrono::floor<std::chrono::hours>(time);
  SigningKey key{.fingerprint = hex(md5(public_key)),
                 .public_key = base64(public_key),
                 .private_key = context.seal(base64(made.private_key)),
                 .from = from,
                 .until = from + kValid};
  kSigningKeys.put(context, core::Key::of(scope, fmt::format("{:016x}", to_ms(from))), key);
  return key;
}

void make_signing_key(core::Context& context, const core::Resumption& due) {
  (void)signing_key(context, decoded<Scope>(due.context), context.now());
}

std::string sign(const core::Context& context, const SigningKey& key, std::string_view text) {
  const auto opened = context.secrets().open(key.private_key);
  TOCSIN_ASSERT(opened);
  const auto signature = cryptography::sign_pkcs1(unbase64(*opened).value_or(""),
                                                  cryptography::Hash::Sha256, sha256(text));
  TOCSIN_ASSERT(signature);
  return hex(*signature);
}

core::Outcome list_public_keys(core::Call& call) {
  if (!text(call.params(), "NextToken").empty())
    return fail("InvalidTokenException", "The token is not valid.");
  const auto start = moment(call.params(), "StartTime").value_or(call.now());
  const auto end = moment(call.params(), "EndTime").value_or(call.now());
  if (start > end) return fail("InvalidTimeRangeException", "Start time must be before end time.");
  Array list;
  for (const auto& key : kSigningKeys.all(call, core::Key::of(call.scope()))) {
    if (key.until < start || key.from > end) continue;
    list.push_back(Object{{"Value", key.public_key},
                          {"ValidityStartTime", to_seconds(key.from)},
                          {"ValidityEndTime", to_seconds(key.until)},
                          {"Fingerprint", key.fingerprint}});
  }
  return Object{{"PublicKeyList", std::move(list)}};
}

}  // namespace tocsin::cloudtrail
