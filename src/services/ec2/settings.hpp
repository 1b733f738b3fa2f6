// SPDX-License-Identifier: Apache-2.0
// What an account sets once for a region: encryption of new volumes and its key, what may not be
// made public, the serial console.
#pragma once

#include "core/context.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

struct Settings {
  bool encryption = false;
  std::string key = {};  // of EBS by default; empty: alias/aws/ebs
  std::string snapshot_block = "unblocked";
  std::string image_block = "block-new-sharing";
  bool serial_console = false;
};
BOOST_DESCRIBE_STRUCT(Settings, (), (encryption, key, snapshot_block, image_block, serial_console))

Settings settings_of(const store::View& view, const Scope& scope);

/// A key that encrypts; `managed`: AWS's own, whose snapshots cannot be shared.
struct EncryptionKey {
  std::string arn;
  bool managed = false;
};
/// `given` empty: the account's default.
Result<EncryptionKey> encryption_key(core::Call& call, std::string_view given);

core::Outcome get_encryption_by_default(core::Call& call);
core::Outcome enable_encryption_by_default(core::Call& call);
core::Outcome disable_encryption_by_default(core::Call& call);
core::Outcome get_default_key(core::Call& call);
core::Outcome modify_default_key(core::Call& call);
core::Outcome reset_default_key(core::Call& call);
core::Outcome get_snapshot_block(core::Call& call);
core::Outcome enable_snapshot_block(core::Call& call);
core::Outcome disable_snapshot_block(core::Call& call);
core::Outcome get_image_block(core::Call& call);
core::Outcome enable_image_block(core::Call& call);
core::Outcome disable_image_block(core::Call& call);
core::Outcome get_serial_console(core::Call& call);
core::Outcome enable_serial_console(core::Call& call);
core::Outcome disable_serial_console(core::Call& call);

}  // namespace tocsin::ec2
