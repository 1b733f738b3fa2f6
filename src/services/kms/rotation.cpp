// SPDX-License-Identifier: Apache-2.0
#include "services/kms/rotation.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/kms/keys.hpp"
#include "services/kms/material.hpp"
#include "services/kms/page.hpp"
#include "services/kms/resolve.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr int kShortestPeriod = 90, kLongestPeriod = 2560;
constexpr int kMostOnDemand = 25;

/// Only symmetric keys with material of KMS's own rotate.
Result<void> check_rotates(const KmsKey& key) {
  if (key.origin == "EXTERNAL") {
    return unsupported(
        fmt::format("{} origin is EXTERNAL which is not valid for this operation.", arn_of(key)));
  }
  if (!is_symmetric_encryption(key))
    return unsupported(arn_of(key) + " is not a symmetric encryption KMS key.");
  return {};
}

Result<KmsKey> rotating_key_of(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_usable(key));
  TRY(check_rotates(key));
  return key;
}

void set_timer(Context& context, KmsKey& key) {
  context.cancel(key.rotation.timer);
  key.rotation.timer = context.upkeep(key.rotation.next, {"kms.rotate", Object{{"key", key.id}}});
}

void rotate(Context& context, const core::Resumption& end) {
  auto key = kKeys.get(context, core::Key::of(context.scope(), text(end.context, "key")));
  if (!key || !key->rotation.enabled) return;
  key->rotation.timer.clear();
  if (key->state == KeyState::Enabled) {
    draw_material(context, *key, "AUTOMATIC");
    key->rotation.next = context.now() + std::chrono::days(key->rotation.period_days);
    set_timer(context, *key);
    emit_key_event(context, *key, "KMS CMK Rotation");
  }
  kKeys.put(context, row_of(*key), *key);
}

/// What the key was rotated to, latest last.
std::vector<Material> rotations_of(const Call& call, const KmsKey& key) {
  auto all = kMaterials.all(call, row_of(key));
  std::erase_if(all, [](const Material& material) { return material.rotation.empty(); });
  std::ranges::sort(all, {}, [](const Material& each) { return std::pair(each.created, each.id); });
  return all;
}

}  // namespace

void begin_managed_rotation(const Context& context, KmsKey& key) {
  key.rotation.enabled = true;
  key.rotation.next = context.now() + std::chrono::days(key.rotation.period_days);
}

void rotate_managed(Context& context, KmsKey& key) {
  if (key.managed_for.empty() || context.now() < key.rotation.next) return;
  draw_material(context, key, "AUTOMATIC");
  begin_managed_rotation(context, key);
  kKeys.put(context, row_of(key), key);
}

void start_rotating(Context& context, KmsKey& key) {
  key.rotation.enabled = true;
  key.rotation.next = context.now() + std::chrono::days(key.rotation.period_days);
  set_timer(context, key);
}

void stop_rotating(Context& context, KmsKey& key) {
  context.cancel(key.rotation.timer);
  key.rotation.timer.clear();
  key.rotation.enabled = false;
}

void resume_rotating(Context& context, KmsKey& key) {
  if (key.rotation.enabled && key.rotation.timer.empty()) set_timer(context, key);
}

Outcome enable_key_rotation(Call& call) {
  auto key = TRY(rotating_key_of(call));
  if (const auto days = integer(call.params(), "RotationPeriodInDays")) {
    const auto value = std::to_string(*days);
    if (*days < kShortestPeriod || *days > kLongestPeriod) {
      return constraint(value, "rotationPeriodInDays",
                        *days < kShortestPeriod ? "have value greater than or equal to 90"
                                                : "have value less than or equal to 2560");
    }
    key.rotation.period_days = static_cast<int>(*days);
  }
  start_rotating(call, key);
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome disable_key_rotation(Call& call) {
  auto key = TRY(rotating_key_of(call));
  stop_rotating(call, key);
  kKeys.put(call, row_of(key), key);
  return Object{};
}

Outcome get_key_rotation_status(Call& call) {
  const auto key = TRY(key_of(call));
  TRY(check_rotates(key));
  const bool enabled = key.rotation.enabled && key.state != KeyState::PendingDeletion;
  Object out{{"KeyId", key.id}, {"KeyRotationEnabled", enabled}};
  if (enabled) {
    out["RotationPeriodInDays"] = key.rotation.period_days;
    out["NextRotationDate"] = to_seconds(key.rotation.next);
  }
  return out;
}

Outcome rotate_key_on_demand(Call& call) {
  auto key = TRY(rotating_key_of(call));
  if (key.rotation.on_demand >= kMostOnDemand) {
    return fail("LimitExceededException",
                fmt::format("The on-demand rotation quota of {} is exceeded.", arn_of(key)));
  }
  ++key.rotation.on_demand;
  draw_material(call, key, "ON_DEMAND");
  kKeys.put(call, row_of(key), key);
  emit_key_event(call, key, "KMS CMK Rotation");
  return Object{{"KeyId", key.id}};
}

Outcome list_key_rotations(Call& call) {
  const auto key = TRY(key_of(call));
  TRY(check_rotates(key));
  return page_of_list(call, {"Rotations", 100, 1000}, rotations_of(call, key),
                      [&](const Material& material) {
                        return Object{{"KeyId", key.id},
                                      {"RotationDate", to_seconds(material.created)},
                                      {"RotationType", material.rotation}};
                      });
}

void on_rotation_resumes(core::Registry& registry) {
  registry.on_resume("kms.rotate", rotate);
}

}  // namespace tocsin::kms
