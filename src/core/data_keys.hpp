// SPDX-License-Identifier: Apache-2.0
// What services share that keep things under a data key of KMS (GenerateDataKey, Decrypt).
#pragma once

#include <span>
#include <utility>

#include "core/context.hpp"
#include "core/key.hpp"

namespace tocsin::core {

inline constexpr std::size_t kDataKeyBytes = 32;  // KeySpec AES_256

/// The key in a reply of GenerateDataKey or Decrypt. Error InternalFailure.
Result<std::string> data_key_in(const Context& context, const Document& reply);

/// Who holds a data key that is kept for a while: it is never shared between callers.
std::string data_key_holder(const Principal& who);

/// What KMS refused, under the code that the service has for KMS's ({KMS's, the service's}…) and in
/// the words of SNS and SQS; as it is where the service has none.
using KmsCodes = std::span<const std::pair<std::string_view, std::string_view>>;
Failure refused_by_kms(const Error& error, KmsCodes codes);

/// The place of a kept data key, in the context of the timer that forgets it.
Object data_key_reference(const Key& place);
Key data_key_place(const Document& reference);

}  // namespace tocsin::core
