// SPDX-License-Identifier: Apache-2.0
// Topics: finding them, making, listing and deleting them, their tags.
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

Failure invalid(std::string_view reason);
/// The topic that the parameter names. Errors: InvalidParameter, NotFound.
Result<Topic> topic_of(core::Call& call, std::string_view parameter = "TopicArn");
/// sns:<operation> on the topic of the call, under the topic's policy. Of a subscription's ARN the
/// topic part counts.
core::Needs needs_topic(std::string operation, std::string parameter = "TopicArn");
std::vector<core::Access> needs_create_topic(core::Call& call);
/// "http://host:port" of the server as the caller knows it.
std::string address_of(const core::Call& call);
Texts tags_of(const Document& params);

core::Outcome create_topic(core::Call& call);
core::Outcome delete_topic(core::Call& call);
core::Outcome list_topics(core::Call& call);
core::Outcome tag_resource(core::Call& call);
core::Outcome untag_resource(core::Call& call);
core::Outcome list_tags_for_resource(core::Call& call);
void on_topic_steps(core::Registry& registry);
core::ResourceType topic_type();

}  // namespace tocsin::sns
