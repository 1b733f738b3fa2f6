// SPDX-License-Identifier: Apache-2.0
// What subscribers see: the JSON of a notification, and the text that its signature is made over.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
#pragma once

#include "services/sns/state.hpp"

namespace tocsin::sns {

std::string message_for(const Publication& publication, const std::string& protocol);
std::string unsubscribe_url(const Subscription& subscription);
bool raw(const Subscription& subscription);
/// Whether what is delivered carries a signature.
bool carries_signature(const Publication& publication, const Subscription& subscription);

/// The texts to be signed, by protocol where it has a message of its own, else "default".
Texts signable(const Publication& publication);

/// A notification in three parts: what all subscribers of the protocol share, and in the middle
/// what is the subscription's own (its links).
struct Parts {
  std::string head, tail;
};
Parts shared_parts(const Publication& publication, const std::string& protocol);
std::string own_part(const Publication& publication, const Subscription& subscription);

/// Raw, or the notification.
std::string body_of(const Publication& publication, const Subscription& subscription);
/// Records[0].Sns of a function's event.
Object lambda_notification(const Publication& publication, const Subscription& subscription);

/// SubscriptionConfirmation and UnsubscribeConfirmation.
struct Handshake {
  std::string type, id, token, topic, message, url;
  std::string signature_version = "1";
  Time time{};
};
std::string signable(const Handshake& handshake);
std::string body_of(const Handshake& handshake, std::string_view signature,
                    std::string_view certificate_url);

}  // namespace tocsin::sns
