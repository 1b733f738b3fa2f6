// SPDX-License-Identifier: Apache-2.0
// What a phone photographs to learn the seed of a virtual MFA device.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::iam {

/// `text` as a QR code, as the bytes of a PNG; empty where it is too long for one.
std::string qr_code_png(std::string_view text);

}  // namespace tocsin::iam
