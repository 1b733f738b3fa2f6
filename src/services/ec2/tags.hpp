// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// The tags that TagSpecifications give to what is made, unchecked: for authorisation.
core::Tags tags_in_request(const Document& params, const Kind& made);
/// The same, checked. `also`: further kinds that the operation can tag.
Result<core::Tags> specified_tags(const core::Call& call, const Kind& made,
                                  const std::vector<const Kind*>& also = {});
Result<core::Tags> specified_tags(const core::Call& call, const Document& params, const Kind& made,
                                  const std::vector<const Kind*>& also = {});

std::vector<core::Access> tagging_needs(core::Call& call);
core::Outcome create_tags(core::Call& call);
core::Outcome delete_tags(core::Call& call);
core::Outcome describe_tags(core::Call& call);

}  // namespace tocsin::ec2
