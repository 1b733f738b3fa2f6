// SPDX-License-Identifier: Apache-2.0
#include "services/sns/encryption.hpp"

#include "base/crypto.hpp"
#include "core/data_keys.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Context;
using core::Key;

constexpr auto kReuse = std::chrono::minutes(5);
constexpr std::size_t kNonce = 12;

// KMS's code, and what SNS makes of it.
constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
    {"AccessDenied", "KMSAccessDenied"},
    {"AccessDeniedException", "KMSAccessDenied"},
    {"DisabledException", "KMSDisabled"},
    {"InvalidArnException", "KMSNotFound"},
    {"InvalidKeyUsageException", "KMSInvalidState"},
    {"KMSInvalidStateException", "KMSInvalidState"},
    {"NotFoundException", "KMSNotFound"},
    {"ThrottlingException", "KMSThrottling"}};

Result<Document> ask_kms(Call& call, const Topic& topic, std::string operation, Object params) {
  params["EncryptionContext"] = Object{{"aws:sns:topicArn", arn_of(topic)}};
  auto spec = call.as_caller("kms", std::move(operation), std::move(params));
  spec.scope = topic.scope;
  spec.credential.service = "sns.amazonaws.com";
  spec.credential.source_arn = call.request().credential.source_arn;
  auto reply = call.call(spec).result();
  if (!reply) return core::refused_by_kms(reply.error(), kCodes);
  return reply;
}

/// Opened again before it is used, as AWS does: who publishes needs kms:Decrypt too.
Result<std::string> new_data_key(Call& call, const Topic& topic, const std::string& master) {
  const auto made = TRY(
      ask_kms(call, topic, "GenerateDataKey", Object{{"KeyId", master}, {"KeySpec", "AES_256"}}));
  const auto opened = TRY(
      ask_kms(call, topic, "Decrypt", Object{{"CiphertextBlob", text(made, "CiphertextBlob")}}));
  return core::data_key_in(call, opened);
}

Key place_of(const Call& call, const Topic& topic, const std::string& master) {
  return Key::of(topic.scope, topic.name, core::data_key_holder(call.principal()),
                 call.request().credential.source_arn, master);
}

void keep_key(Call& call, const Key& place, const Document& secret) {
  const auto until = call.now() + kReuse;
  kDataKeys.put(call, place, {secret, until});
  call.upkeep(until, {"sns.forget_data_key", core::data_key_reference(place)});
}

void forget_data_key(Context& context, const core::Resumption& timer) {
  const auto place = core::data_key_place(timer.context);
  const auto kept = kDataKeys.get(context, place);
  if (kept && kept->until <= context.now()) kDataKeys.erase(context, place);
}

std::string key_in(const Context& context, const Publication& publication) {
  return context.open(*publication.secret).value_or("");
}

}  // namespace

Result<std::optional<Document>> data_key_for(Call& call, const Topic& topic) {
  const auto master = attribute_of(topic.attributes, "KmsMasterKeyId");
  if (master.empty()) return std::nullopt;
  const auto place = place_of(call, topic, master);
  if (auto kept = kDataKeys.get(call, place); kept && kept->until > call.now())
    return std::optional(std::move(kept->secret));
  auto secret = call.seal(TRY(new_data_key(call, topic, master)));
  keep_key(call, place, secret);
  return std::optional(std::move(secret));
}

Publication enclosed(Context& context, Publication publication) {
  if (!publication.secret) return publication;
  const Object open{{"message", publication.message}, {"by_protocol", publication.by_protocol}};
  publication.sealed = base64(
      seal_with_nonce(key_in(context, publication), context.new_bytes(kNonce), to_json(open)));
  publication.message.clear();
  publication.by_protocol.clear();
  return publication;
}

Publication disclosed(const Context& context, Publication publication) {
  if (!publication.secret) return publication;
  const auto sealed = unbase64(publication.sealed);
  const auto text = sealed ? unseal(key_in(context, publication), *sealed) : std::nullopt;
  const auto open = text ? parse_json(*text) : Result<Document>(Object{});
  publication.sealed.clear();
  if (!open) return publication;
  publication.message = string_of(*open, "message");
  publication.by_protocol = object_of(*open, "by_protocol");
  return publication;
}

void seal_work(Context& context, const Publication& publication, core::JobSpec& job) {
  if (!publication.secret || !job.payload.is_object()) return;
  for (const auto* member : {"Body", "Text", "Message", "Title"}) {
    auto* value = job.payload.as_object().if_contains(member);
    if (value && value->is_string()) *value = context.seal(std::string(value->as_string()));
  }
}

void on_data_key_timers(core::Registry& registry) {
  registry.on_resume("sns.forget_data_key", forget_data_key);
}

}  // namespace tocsin::sns
