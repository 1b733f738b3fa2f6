// SPDX-License-Identifier: Apache-2.0
// Events of groups under a key of KMS. KMS makes a data key for the group when the key is
// associated, in the name of CloudWatch Logs; kept is what only kms:Decrypt opens. Each row of
// events is encrypted under a key of its own, which the data key wraps. Rows from before lie as
// they came, rows of an earlier key stay under that one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
#pragma once

#include "services/logs/parts.hpp"

namespace tocsin::logs {

/// The parameter kmsKeyId: only the ARN of a key will do. Error InvalidParameterException.
Result<std::string> kms_key_in(const Call& call, std::string_view subject);
/// Puts the group under the key. Errors: InvalidParameterException, AccessDeniedException.
Result<void> put_under_key(Context& context, Group& group, std::string_view kms_key);

/// Opens data keys by asking KMS, each once: for reads, so that what KMS refuses is refused.
OpenKey keys_by_kms(Context& context, const std::string& group_id);
/// The same for what puts and keeps events: what KMS has opened once is used for five minutes.
OpenKey keys_for_a_while(Context& context, const std::string& group_id);
/// Those of a job's payload.
OpenKey keys_of_job(const Document& payload);
/// What the job of a worker is given to read the group: data key ids, each with a sealed key. The
/// group's present key must open; of earlier ones those that do. Errors as put_under_key.
Result<void> add_keys(Context& context, const Group& group, Object& keys);

/// Puts the lines of a segment into a blob, encrypted.
Result<void> put_encrypted(Context& context, Batch& batch, std::string lines,
                           const std::string& data_key, const OpenKey& keys);
/// Encrypts the lines of a row; they go to a blob where they are long.
Result<void> encrypt(Context& context, Batch& batch, const std::string& data_key,
                     const OpenKey& keys);
/// Notes that the row's lines lie in a blob that is encrypted under `key`.
Result<void> take_encrypted(Context& context, Batch& batch, const store::BlobRef& blob,
                            std::string_view key, const std::string& data_key, const OpenKey& keys);

void forget_data_key(Context& context, const core::Resumption& timer);
/// Of a group that is gone.
void drop_data_keys(Context& context, const std::string& group_id);

}  // namespace tocsin::logs
