// SPDX-License-Identifier: Apache-2.0
// Encryption at rest, of topics with a KmsMasterKeyId: the message, never its subject or its
// attributes, lies under a data key that KMS gives the publisher. SNS reuses a data key of a
// publisher and topic for five minutes. Until its last delivery a message takes its key along,
// sealed under the house's own: deliveries ask KMS no more.
// https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// The data key for what the caller publishes now, sealed; none for a topic without encryption.
/// Errors: KMSAccessDenied, KMSDisabled and the like.
Result<std::optional<Document>> data_key_for(core::Call& call, const Topic& topic);

/// As the publication is kept, and as it was.
Publication enclosed(core::Context& context, Publication publication);
Publication disclosed(const core::Context& context, Publication publication);

/// Seals what a job of the publication carries of the message.
void seal_work(core::Context& context, const Publication& publication, core::JobSpec& job);

void on_data_key_timers(core::Registry& registry);

}  // namespace tocsin::sns
