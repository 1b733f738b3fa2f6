// SPDX-License-Identifier: Apache-2.0
// Virtual MFA devices.
#include "services/iam/mfa.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/qr_code.hpp"
#include "services/iam/totp.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr std::size_t kDevicesPerUser = 8;
constexpr std::size_t kSeedBytes = 40;

std::string seed_bytes(const core::Secrets& secrets, const MfaDevice& device) {
  return secrets.derive("iam mfa seed " + device.seed_id, kSeedBytes);
}

void save(Call& call, const MfaDevice& device) {
  kMfaDevices.put(call, Key{call.account().str(), device.serial}, device);
}

Failure no_such_device(std::string_view serial) {
  return no_such_entity(
      fmt::format("VirtualMFADevice with serial number {} doesn't exist.", serial));
}

Result<MfaDevice> device_of(Call& call) {
  const auto serial = string_of(call.params(), "SerialNumber");
  auto device = kMfaDevices.get(call, Key{call.account().str(), serial});
  if (!device) return no_such_device(serial);
  return *std::move(device);
}

/// One that is enabled for the user whom the call names.
Result<MfaDevice> device_of_user(Call& call) {
  const auto user = TRY(identity_of(call, kUser));
  const auto serial = string_of(call.params(), "SerialNumber");
  auto device = kMfaDevices.get(call, Key{call.account().str(), serial});
  if (!device || device->user != user.name)
    return no_such_entity(fmt::format(
        "MFA device with serial number {} is not enabled for user {}.", serial, user.name));
  return *std::move(device);
}

/// Two codes in a row, of about now; gives the step of the second.
Result<std::int64_t> consecutive(Call& call, const MfaDevice& device) {
  const auto seed = seed_bytes(call.secrets(), device);
  const auto now = totp_step(call.now());
  for (auto step = now - 4; step <= now + 1; ++step) {
    if (totp_code(seed, step) == text(call.params(), "AuthenticationCode1") &&
        totp_code(seed, step + 1) == text(call.params(), "AuthenticationCode2")) {
      return step + 1;
    }
  }
  return fail("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403);
}

Object listed(const MfaDevice& device) {
  return {{"UserName", device.user},
          {"SerialNumber", device.serial},
          {"EnableDate", to_seconds(device.enabled)}};
}

/// https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html
std::string qr_code_of(const Call& call, const MfaDevice& device) {
  return qr_code_png(fmt::format("otpauth://totp/{}@{}?secret={}", device.name,
                                 call.account().str(), seed_of(call.secrets(), device)));
}

Failure denied(std::string_view why) {
  return fail("AccessDenied", fmt::format("MultiFactorAuthentication failed{}", why), 403);
}

}  // namespace

std::string seed_of(const core::Secrets& secrets, const MfaDevice& device) {
  return base32(seed_bytes(secrets, device));
}

std::vector<MfaDevice> devices_of(const store::View& view, const AccountId& account,
                                  const std::string& user) {
  std::vector<MfaDevice> devices;
  kMfaDevices.scan(view, Key{account.str()}, [&](const auto&, const MfaDevice& device) {
    if (device.user == user) devices.push_back(device);
    return true;
  });
  return devices;
}

Result<bool> prove_mfa(Call& call) {
  const auto serial = string_of(call.params(), "SerialNumber");
  const auto* given = find(call.params(), "TokenCode");
  const auto code = given ? call.open(*given).value_or("") : std::string();
  if (serial.empty() && code.empty()) return false;
  auto device = kMfaDevices.get(call, Key{call.account().str(), serial});
  if (!device || code.empty() || call.principal().kind != core::Principal::Kind::User ||
      device->user != call.principal().name) {
    return denied(
        ", unable to validate MFA code.  Please verify your MFA serial number is valid and "
        "associated with this user.");
  }
  const auto seed = seed_bytes(call.secrets(), *device);
  const auto now = totp_step(call.now());
  for (auto step = std::max(now - 1, device->last_step + 1); step <= now + 1; ++step) {
    if (totp_code(seed, step) != code) continue;
    device->last_step = step;
    save(call, *device);
    return true;
  }
  return denied(" with invalid MFA one time pass code. ");
}

Outcome create_virtual_mfa_device(Call& call) {
  MfaDevice device {
    .name = TRY(required_name(call, "VirtualMFADeviceName"))
    , .path = TRY(path_of(call))
    , .created = call.now()
  };
  device.serial = iam_arn(call.account(), "mfa", device.path + device.name);
  TRY(add_tags(call, device.tags));
  if (kMfaDevices.contains(call, Key{call.account().str(), device.serial}))
    return exists_already("MFADevice entity at the same path and name already exists.");
  device.seed_id = call.new_uuid();
  save(call, device);
  Object out{{"SerialNumber", device.serial},
             {"Base32StringSeed", base64(seed_of(call.secrets(), device))},
             {"QRCodePNG", base64(qr_code_of(call, device))}};
  if (!device.tags.empty()) out["Tags"] = tag_list(device.tags);
  return Object{{"VirtualMFADevice", std::move(out)}};
}

Outcome delete_virtual_mfa_device(Call& call) {
  const auto device = TRY(device_of(call));
  if (!device.user.empty())
    return delete_conflict("MFA VirtualDevice in use. Must deactivate first.");
  kMfaDevices.erase(call, Key{call.account().str(), device.serial});
  return Object{};
}

Outcome enable_mfa_device(Call& call) {
  const auto user = TRY(identity_of(call, kUser));
  auto device = TRY(device_of(call));
  if (!device.user.empty()) return exists_already("MFA Device is already in use.");
  if (devices_of(call, call.account(), user.name).size() >= kDevicesPerUser)
    return limit_exceeded("MFADevicesPerUser", kDevicesPerUser);
  device.last_step = TRY(consecutive(call, device));
  device.user = user.name;
  device.enabled = call.now();
  save(call, device);
  return Object{};
}

Outcome resync_mfa_device(Call& call) {
  auto device = TRY(device_of_user(call));
  device.last_step = TRY(consecutive(call, device));
  save(call, device);
  return Object{};
}

Outcome deactivate_mfa_device(Call& call) {
  auto device = TRY(device_of_user(call));
  device.user.clear();
  device.enabled = {};
  save(call, device);
  return Object{};
}

Outcome list_mfa_devices(Call& call) {
  const auto user = TRY(user_or_caller(call));
  std::map<std::string, Document> found;
  if (user) {
    for (const auto& device : devices_of(call, call.account(), user->name))
      found.emplace(device.serial, listed(device));
  }
  return paged(call, "MFADevices", found);
}

Outcome get_mfa_device(Call& call) {
  const auto device = TRY(device_of(call));
  Object out{{"SerialNumber", device.serial}};
  if (!device.user.empty()) {
    out["UserName"] = device.user;
    out["EnableDate"] = to_seconds(device.enabled);
  }
  return out;
}

Outcome list_virtual_mfa_devices(Call& call) {
  const auto status = string_of(call.params(), "AssignmentStatus", "Any");
  return paged_rows(call, "VirtualMFADevices", kMfaDevices,
                    [&](const MfaDevice& device) -> std::optional<Object> {
                      const bool assigned = !device.user.empty();
                      if (status != "Any" && assigned != (status == "Assigned"))
                        return std::nullopt;
                      Object out{{"SerialNumber", device.serial}};
                      if (!assigned) return out;
                      out["EnableDate"] = to_seconds(device.enabled);
                      if (const auto user = find_identity(call, kUser, call.account(), device.user))
                        out["User"] = listed(kUser, *user);
                      return out;
                    });
}

std::vector<core::Access> on_device(Call& call) {
  auto serial = string_of(call.params(), "SerialNumber");
  if (serial.empty()) {
    serial = iam_arn(
        call.account(), "mfa",
        string_of(call.params(), "Path", "/") + string_of(call.params(), "VirtualMFADeviceName"));
  }
  const auto device = kMfaDevices.get(call, Key{call.account().str(), serial});
  return {access_to(call, serial, device ? device->tags : Tags{})};
}

}  // namespace tocsin::iam
