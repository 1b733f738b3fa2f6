// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/settings.hpp"

#include "services/ec2/errors.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr core::Table<Settings> kSettings{"ec2.settings"};
constexpr std::string_view kManagedKey = "alias/aws/ebs";
constexpr std::string_view kUnblocked = "unblocked";
constexpr std::string_view kBlockNew = "block-new-sharing";

void keep(Call& call, const Settings& settings) {
  kSettings.put(call, core::Key::of(call.scope()), settings);
}

Settings own(const Call& call) {
  return settings_of(call, call.scope());
}

Outcome set_encryption(Call& call, bool on) {
  auto settings = own(call);
  settings.encryption = on;
  keep(call, settings);
  return Object{{"EbsEncryptionByDefault", on}};
}

Outcome set_snapshot_block(Call& call, std::string_view state) {
  auto settings = own(call);
  settings.snapshot_block = state;
  keep(call, settings);
  return Object{{"State", state}};
}

Outcome set_image_block(Call& call, std::string_view state) {
  auto settings = own(call);
  settings.image_block = state;
  keep(call, settings);
  return Object{{"ImageBlockPublicAccessState", state}};
}

Outcome set_serial_console(Call& call, bool on) {
  auto settings = own(call);
  settings.serial_console = on;
  keep(call, settings);
  return Object{{"SerialConsoleAccessEnabled", on}};
}

}  // namespace

Settings settings_of(const store::View& view, const Scope& scope) {
  return kSettings.get(view, core::Key::of(scope)).value_or(Settings{});
}

Result<EncryptionKey> encryption_key(Call& call, std::string_view given) {
  std::string asked(given);
  if (asked.empty()) asked = own(call).key;
  if (asked.empty()) asked = kManagedKey;
  auto spec = call.as_caller("kms", "DescribeKey", Object{{"KeyId", asked}});
  spec.credential.service = "ec2.amazonaws.com";
  const auto reply = call.call(spec).result();
  if (reply) {
    const auto& metadata = object_of(*reply, "KeyMetadata");
    return EncryptionKey{string_of(metadata, "Arn"), text(metadata, "KeyManager") == "AWS"};
  }
  if (asked != kManagedKey && reply.error().code != "NotImplemented")
    return invalid_value(asked, "KmsKeyId", reply.error().message);
  const bool managed = asked.ends_with(kManagedKey);
  if (asked.starts_with("arn:")) return EncryptionKey{asked, managed};
  return EncryptionKey{
      arn("kms", call.scope(), asked.starts_with("alias/") ? asked : "key/" + asked), managed};
}

Outcome get_encryption_by_default(Call& call) {
  return Object{{"EbsEncryptionByDefault", own(call).encryption}};
}
Outcome enable_encryption_by_default(Call& call) {
  return set_encryption(call, true);
}
Outcome disable_encryption_by_default(Call& call) {
  return set_encryption(call, false);
}

Outcome get_default_key(Call& call) {
  const auto key = own(call).key;
  return Object{{"KmsKeyId", key.empty() ? std::string(kManagedKey) : key}};
}

Outcome modify_default_key(Call& call) {
  const auto given = text(call.params(), "KmsKeyId");
  if (given.empty()) return missing_parameter("KmsKeyId");
  auto settings = own(call);
  settings.key = TRY(encryption_key(call, given))
  .arn;
  keep(call, settings);
  return Object{{"KmsKeyId", settings.key}};
}

Outcome reset_default_key(Call& call) {
  auto settings = own(call);
  settings.key.clear();
  keep(call, settings);
  return Object{{"KmsKeyId", kManagedKey}};
}

Outcome get_snapshot_block(Call& call) {
  return Object{{"State", own(call).snapshot_block}};
}
Outcome enable_snapshot_block(Call& call) {
  const auto state = text(call.params(), "State");
  if (state != "block-all-sharing" && state != kBlockNew) return invalid_value(state, "State");
  return set_snapshot_block(call, state);
}
Outcome disable_snapshot_block(Call& call) {
  return set_snapshot_block(call, kUnblocked);
}

Outcome get_image_block(Call& call) {
  return Object{{"ImageBlockPublicAccessState", own(call).image_block}};
}
Outcome enable_image_block(Call& call) {
  const auto state = text(call.params(), "ImageBlockPublicAccessState");
  if (state != kBlockNew) return invalid_value(state, "ImageBlockPublicAccessState");
  return set_image_block(call, state);
}
Outcome disable_image_block(Call& call) {
  return set_image_block(call, kUnblocked);
}

Outcome get_serial_console(Call& call) {
  return Object{{"SerialConsoleAccessEnabled", own(call).serial_console}};
}
Outcome enable_serial_console(Call& call) {
  return set_serial_console(call, true);
}
Outcome disable_serial_console(Call& call) {
  return set_serial_console(call, false);
}

}  // namespace tocsin::ec2
