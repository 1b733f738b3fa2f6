// SPDX-License-Identifier: Apache-2.0
// Text messages: settings, and the numbers that want none. They go out through the gateway of
// `serve --sms` (docs/notifications.md).
// https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

bool is_phone_number(std::string_view number);
/// Error OptedOut.
Result<void> check_reachable(core::Context& context, const Scope& scope, const std::string& number);
void opt_out(core::Context& context, const Scope& scope, const std::string& number);
/// Who a message is from: its AWS.SNS.SMS.SenderID, else DefaultSenderID.
std::string sender_of(core::Context& context, const Publication& publication);

core::Outcome set_sms_attributes(core::Call& call);
core::Outcome get_sms_attributes(core::Call& call);
core::Outcome check_if_phone_number_is_opted_out(core::Call& call);
core::Outcome opt_in_phone_number(core::Call& call);
core::Outcome list_phone_numbers_opted_out(core::Call& call);

}  // namespace tocsin::sns
