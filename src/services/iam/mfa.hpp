// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/iam/names.hpp"

namespace tocsin::iam {

/// SerialNumber and TokenCode of an STS call: true where they prove a device of the caller, false
/// where the call has none. Error AccessDenied in STS's words. No code is taken twice.
Result<bool> prove_mfa(core::Call& call);

/// The seed of a device as base32 text, for tests and for CreateVirtualMFADevice.
std::string seed_of(const core::Secrets& secrets, const MfaDevice& device);

}  // namespace tocsin::iam
