// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/encryption.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/data_keys.hpp"
#include "services/sqs/attributes.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;

constexpr std::string_view kService = "sqs.amazonaws.com";
constexpr std::size_t kNonce = 12;

std::string house_key(const Context& context) {
  return context.secrets().derive("bodies of messages", core::kDataKeyBytes);
}

std::string sealed_text(Context& context, std::string_view key, std::string_view text) {
  return base64(seal_with_nonce(key, context.new_bytes(kNonce), text));
}

Result<std::string> opened_text(std::string_view key, std::string_view sealed) {
  const auto bytes = unbase64(sealed);
  auto text = bytes ? unseal(key, *bytes) : std::nullopt;
  if (!text) return fail(internal_error("the body of a message does not open"));
  return *std::move(text);
}

// KMS's code, and what SQS makes of it.
constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
    {"AccessDenied", "KmsAccessDenied"},
    {"AccessDeniedException", "KmsAccessDenied"},
    {"DisabledException", "KmsDisabled"},
    {"InvalidArnException", "KmsNotFound"},
    {"InvalidKeyUsageException", "KmsInvalidKeyUsage"},
    {"KMSInvalidStateException", "KmsInvalidState"},
    {"NotFoundException", "KmsNotFound"},
    {"ThrottlingException", "KmsThrottled"}};

Result<Document> ask_kms(Context& context, const Asker& asker, const Queue& queue,
                         std::string operation, Object params) {
  const core::CallSpec spec{.service = "kms",
                            .operation = std::move(operation),
                            .params = std::move(params),
                            .scope = queue.scope,
                            .credential = {.kind = core::Credential::Kind::Session,
                                           .access_key_id = asker.principal.access_key_id,
                                           .service = std::string(kService),
                                           .source_arn = asker.source_arn},
                            .principal = asker.principal};
  auto reply = context.call(spec).result();
  if (!reply) return core::refused_by_kms(reply.error(), kCodes);
  return reply;
}

Key place_of(const Queue& queue, const Asker& asker, std::string_view use) {
  return Key{queue.origin, core::data_key_holder(asker.principal), asker.source_arn, use};
}

std::optional<std::string> kept_key(Context& context, const Key& place, std::string* blob) {
  const auto kept = kDataKeys.get(context, place);
  if (!kept || kept->until <= context.now()) return std::nullopt;
  if (blob) *blob = kept->blob;
  return context.open(kept->secret);
}

void keep_key(Context& context, const Queue& queue, const Key& place, const std::string& blob,
              std::string_view key) {
  const auto until =
      context.now() + std::chrono::seconds(number_attribute(queue, "KmsDataKeyReusePeriodSeconds"));
  kDataKeys.put(context, place, {blob, context.seal(key), until});
  context.upkeep(until, {"sqs.forget_data_key", core::data_key_reference(place)});
}

Object decrypt_params(const Envelope& envelope) {
  return {{"CiphertextBlob", envelope.data_key},
          {"EncryptionContext", Object{{"aws:sqs:arn", envelope.queue}}}};
}

/// A new one is opened again before it is used, as AWS does: who sends needs kms:Decrypt too.
Result<std::string> key_to_send(Context& context, const Asker& sender, const Queue& queue,
                                Envelope& envelope) {
  const auto master = attribute(queue, "KmsMasterKeyId");
  const auto place = place_of(queue, sender, "send " + master);
  if (auto kept = kept_key(context, place, &envelope.data_key)) return *std::move(kept);
  const auto made =
      TRY(ask_kms(context, sender, queue, "GenerateDataKey",
                  Object{{"KeyId", master},
                         {"KeySpec", "AES_256"},
                         {"EncryptionContext", Object{{"aws:sqs:arn", envelope.queue}}}}));
  envelope.data_key = string_of(made, "CiphertextBlob");
  const auto verified = TRY(ask_kms(context, sender, queue, "Decrypt", decrypt_params(envelope)));
  auto key = TRY(core::data_key_in(context, verified));
  keep_key(context, queue, place, envelope.data_key, key);
  return key;
}

Result<std::string> key_to_receive(Context& context, const Asker& receiver, const Queue& queue,
                                   const Envelope& envelope) {
  const auto place = place_of(queue, receiver, hex(sha256(envelope.data_key)));
  if (auto kept = kept_key(context, place, nullptr)) return *std::move(kept);
  const auto opened = TRY(ask_kms(context, receiver, queue, "Decrypt", decrypt_params(envelope)));
  auto key = TRY(core::data_key_in(context, opened));
  keep_key(context, queue, place, envelope.data_key, key);
  return key;
}

Result<std::string> key_to_open(Context& context, const Asker& receiver, const Queue& queue,
                                const Message& message) {
  if (message.envelope) return key_to_receive(context, receiver, queue, *message.envelope);
  return house_key(context);
}

Result<Letter> shared_letter(Context& context, const Message& message) {
  auto content = kContents.get(context, Key{*message.content}).value_or(Content{});
  auto body = TRY(opened_text(house_key(context), content.sealed));
  body.insert(std::min(content.head, body.size()), message.fill.value_or(""));
  return Letter{std::move(body), std::move(content.attributes)};
}

void forget_data_key(Context& context, const core::Resumption& timer) {
  const auto place = core::data_key_place(timer.context);
  const auto kept = kDataKeys.get(context, place);
  if (kept && kept->until <= context.now()) kDataKeys.erase(context, place);
}

}  // namespace

Asker asker_of(const core::Call& call) {
  return {call.principal(), call.request().credential.source_arn};
}

bool under_kms(const Queue& queue) {
  return !attribute(queue, "KmsMasterKeyId").empty();
}

Result<void> enclose(Context& context, const Asker& sender, const Queue& queue, Message& message,
                     std::string_view body) {
  message.body.reset();
  message.sealed.reset();
  message.envelope.reset();
  if (under_kms(queue)) {
    Envelope envelope{.queue = arn_of(queue)};
    const auto key = TRY(key_to_send(context, sender, queue, envelope));
    message.sealed = sealed_text(context, key, body);
    message.envelope = std::move(envelope);
  } else if (attribute(queue, "SqsManagedSseEnabled") == "true") {
    message.sealed = sealed_text(context, house_key(context), body);
  } else {
    message.body = body;
  }
  return {};
}

Result<Letter> letter_of(Context& context, const Asker& receiver, const Queue& queue,
                         const Message& message) {
  if (message.content) return shared_letter(context, message);
  auto attributes = message.attributes.value_or(Object{});
  if (!message.sealed) return Letter{message.body.value_or(""), std::move(attributes)};
  const auto key = TRY(key_to_open(context, receiver, queue, message));
  auto body = TRY(opened_text(key, *message.sealed));
  return Letter{std::move(body), std::move(attributes)};
}

Content content_of(Context& context, std::string_view head, std::string_view tail,
                   const Object& attributes) {
  return {sealed_text(context, house_key(context), fmt::format("{}{}", head, tail)), head.size(),
          attributes};
}

void on_data_key_timers(core::Registry& registry) {
  registry.on_resume("sqs.forget_data_key", forget_data_key);
}

}  // namespace tocsin::sqs
