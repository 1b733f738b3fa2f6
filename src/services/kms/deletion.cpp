// SPDX-License-Identifier: Apache-2.0
// Deletion after a window of 7 to 30 days, in which the key cannot be used and can be kept after
// all. https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
#include <fmt/format.h>

#include "services/kms/aliases.hpp"
#include "services/kms/grants.hpp"
#include "services/kms/keys.hpp"
#include "services/kms/material.hpp"
#include "services/kms/resolve.hpp"
#include "services/kms/rotation.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr int kShortest = 7, kLongest = 30;

Result<int> window_from(const Call& call) {
  const auto days = integer(call.params(), "PendingWindowInDays").value_or(kLongest);
  const auto value = std::to_string(days);
  if (days < kShortest) {
    return constraint(value, "pendingWindowInDays",
                      fmt::format("have value greater than or equal to {}", kShortest));
  }
  if (days > kLongest) {
    return constraint(value, "pendingWindowInDays",
                      fmt::format("have value less than or equal to {}", kLongest));
  }
  return static_cast<int>(days);
}

void delete_key(Context& context, const core::Resumption& end) {
  auto key = kKeys.get(context, core::Key::of(context.scope(), text(end.context, "key")));
  if (!key || key->state != KeyState::PendingDeletion) return;
  stop_rotating(context, *key);
  context.cancel(key->import.expiry_timer);
  drop_materials(context, *key);
  drop_aliases(context, *key);
  drop_grants(context, *key);
  kKeys.erase(context, row_of(*key));
  emit_key_event(context, *key, "KMS CMK Deletion");
}

}  // namespace

Outcome schedule_key_deletion(Call& call) {
  auto key = TRY(key_of(call));
  TRY(check_not_pending_deletion(key));
  key.deletion_window_days = TRY(window_from(call));
  key.deletion = call.now() + std::chrono::days(key.deletion_window_days);
  key.state = KeyState::PendingDeletion;
  key.deletion_timer = call.at(*key.deletion, {"kms.delete_key", Object{{"key", key.id}}});
  kKeys.put(call, row_of(key), key);
  return Object{{"KeyId", arn_of(key)},
                {"DeletionDate", to_seconds(*key.deletion)},
                {"KeyState", "PendingDeletion"},
                {"PendingWindowInDays", key.deletion_window_days}};
}

Outcome cancel_key_deletion(Call& call) {
  auto key = TRY(key_of(call));
  if (key.state != KeyState::PendingDeletion)
    return invalid_state(arn_of(key) + " is not pending deletion.");
  call.cancel(key.deletion_timer);
  key.deletion_timer.clear();
  key.deletion.reset();
  key.deletion_window_days = 0;
  key.state = key.material.empty() ? KeyState::PendingImport : KeyState::Disabled;
  kKeys.put(call, row_of(key), key);
  return Object{{"KeyId", arn_of(key)}};
}

void on_deletion_resumes(core::Registry& registry) {
  registry.on_resume("kms.delete_key", delete_key);
}

}  // namespace tocsin::kms
