// SPDX-License-Identifier: Apache-2.0
// The cryptographic operations.
#pragma once

#include "core/registry.hpp"

namespace tocsin::kms {

core::Outcome encrypt(core::Call& call);
core::Outcome decrypt(core::Call& call);
core::Outcome re_encrypt(core::Call& call);

core::Outcome generate_data_key(core::Call& call);
core::Outcome generate_data_key_without_plaintext(core::Call& call);
core::Outcome generate_data_key_pair(core::Call& call);
core::Outcome generate_data_key_pair_without_plaintext(core::Call& call);
core::Outcome generate_random(core::Call& call);
void on_data_key_resumes(core::Registry& registry);

core::Outcome sign(core::Call& call);
core::Outcome verify(core::Call& call);
core::Outcome derive_shared_secret(core::Call& call);
core::Outcome generate_mac(core::Call& call);
core::Outcome verify_mac(core::Call& call);

core::Outcome get_parameters_for_import(core::Call& call);
core::Outcome import_key_material(core::Call& call);
core::Outcome delete_imported_key_material(core::Call& call);
void on_import_resumes(core::Registry& registry);

}  // namespace tocsin::kms
