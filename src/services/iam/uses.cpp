// SPDX-License-Identifier: Apache-2.0
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Key;
using core::Principal;

constexpr auto kEvery = std::chrono::minutes(5);

/// The service as IAM's actions name it.
std::string_view namespace_of(std::string_view service) {
  static const std::map<std::string_view, std::string_view> kOthers{
      {"monitoring", "cloudwatch"},
      {"configservice", "config"},
      {"sfn", "states"},
      {"stepfunctions", "states"},
      {"resourcegroupstaggingapi", "tag"}};
  const auto found = kOthers.find(service);
  return found == kOthers.end() ? service : found->second;
}

/// Whose use a call is; empty: nobody's of this account's.
std::string entity_of(const Principal& who) {
  switch (who.kind) {
    case Principal::Kind::Root:
    case Principal::Kind::User:
      return who.id;
    case Principal::Kind::AssumedRole:
    case Principal::Kind::FederatedUser:
      return who.issuer_id;
    case Principal::Kind::Service:
    case Principal::Kind::Anonymous:
      break;
  }
  return {};
}

}  // namespace

void note_use(core::Context& context, const core::CallRecord& call) {
  const auto entity = entity_of(call.principal);
  if (entity.empty()) return;
  const auto& id = call.principal.access_key_id;
  const Key key{entity, id.starts_with("AKIA") ? std::string_view(id) : std::string_view(),
                namespace_of(call.request.service)};
  const auto known = kUses.get(context, key);
  if (known && call.time - known->time < kEvery) return;
  // IAM is in one place for all regions.
  const bool global = call.request.service == "iam";
  kUses.put(context, key, {call.time, global ? "us-east-1" : call.request.scope.region});
}

std::optional<LastUse> last_use(const store::View& view, const std::string& entity_id,
                                const std::string& key_id) {
  std::optional<LastUse> last;
  kUses.scan(view, Key{entity_id, key_id}, [&](const auto& key, const Use& use) {
    if (!last || use.time > last->time) last = LastUse{use.time, use.region, key[2]};
    return true;
  });
  return last;
}

std::map<std::string, LastUse> uses_of(const store::View& view, const std::string& entity_id) {
  std::map<std::string, LastUse> uses;
  kUses.scan(view, Key{entity_id}, [&](const auto& key, const Use& use) {
    auto& last = uses[key[2]];
    if (use.time > last.time) last = {use.time, use.region, key[2]};
    return true;
  });
  return uses;
}

namespace {

void forget(core::Context& context, const Key& prefix) {
  std::vector<Key> keys;
  kUses.scan(context, prefix, [&](const auto& key, const Use&) {
    keys.push_back(Key{key[0], key[1], key[2]});
    return true;
  });
  for (const auto& key : keys)
    kUses.erase(context, key);
}

}  // namespace

void forget_uses(core::Context& context, const std::string& entity_id, const std::string& key_id) {
  forget(context, Key{entity_id, key_id});
}
void forget_uses(core::Context& context, const std::string& entity_id) {
  forget(context, Key{entity_id});
}

Object role_last_used(const store::View& view, const Identity& role) {
  const auto last = last_use(view, role.id, "");
  if (!last) return {};
  return {{"LastUsedDate", to_seconds(last->time)}, {"Region", last->region}};
}

}  // namespace tocsin::iam
