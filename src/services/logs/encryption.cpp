// SPDX-License-Identifier: Apache-2.0
#include "services/logs/encryption.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/data_keys.hpp"
#include "engines/content/content.hpp"
#include "services/logs/kms.hpp"

namespace tocsin::logs {
namespace {

constexpr auto kReuse = std::chrono::minutes(5);
constexpr std::size_t kNonce = 12;
constexpr std::string_view kIdAlphabet = "0123456789abcdefghijklmnopqrstuv";

Object encryption_context(const DataKey& key) {
  return {{"aws:logs:arn", key.group}};
}

/// The group's data key under this key of KMS, made by an earlier association.
std::optional<DataKey> earlier_key(const Context& context, const Group& group,
                                   std::string_view kms_key) {
  std::optional<DataKey> found;
  kDataKeys.scan(context, Key{group.id}, [&](const auto&, const DataKey& key) {
    if (key.kms_key == kms_key) found = key;
    return !found;
  });
  return found;
}

Result<DataKey> make_data_key(Context& context, const Group& group, std::string_view kms_key) {
  DataKey key{
      .id = context.new_id(kIdAlphabet, 16), .scope = group.scope, .group = group_arn(group)};
  const auto made = TRY(ask_kms(context, KmsUser{group.scope, key.group}, "GenerateDataKey",
                                Object{{"KeyId", kms_key},
                                       {"KeySpec", "AES_256"},
                                       {"EncryptionContext", encryption_context(key)}}));
  key.kms_key = string_of(made, "KeyId");
  key.blob = string_of(made, "CiphertextBlob");
  return key;
}

Failure no_data_key() {
  return fail(internal_error("a data key of a log group is missing"));
}

Result<std::string> opened_by_kms(Context& context, const DataKey& key) {
  const auto opened = TRY(ask_kms(context, KmsUser{key.scope, key.group}, "Decrypt",
                                  Object{{"CiphertextBlob", key.blob},
                                         {"KeyId", key.kms_key},
                                         {"EncryptionContext", encryption_context(key)}}));
  return core::data_key_in(context, opened);
}

Result<std::string> opened_by_kms(Context& context, const std::string& group_id,
                                  const std::string& id) {
  const auto key = kDataKeys.get(context, Key{group_id, id});
  if (!key) return no_data_key();
  return opened_by_kms(context, *key);
}

Result<std::string> opened_for_a_while(Context& context, const std::string& group_id,
                                       const std::string& id) {
  const Key place{group_id, id};
  if (const auto kept = kOpenedKeys.get(context, place); kept && kept->until > context.now()) {
    if (auto key = context.open(kept->secret)) {
      if (auto bytes = unbase64(*key)) return *std::move(bytes);
    }
  }
  auto key = TRY(opened_by_kms(context, group_id, id));
  const auto until = context.now() + kReuse;
  kOpenedKeys.put(context, place, {context.seal(base64(key)), until});
  context.upkeep(until, {"logs.forget_data_key", core::data_key_reference(place)});
  return key;
}

Result<Encryption> wrapped(Context& context, std::string_view key, const std::string& data_key,
                           const OpenKey& keys) {
  return Encryption {
    data_key, content::wrap(TRY(keys(data_key)), context.new_bytes(kNonce), key)
  };
}

using Opened = std::map<std::string, std::string>;

}  // namespace

Result<void> put_under_key(Context& context, Group& group, std::string_view kms_key) {
  auto key = earlier_key(context, group, kms_key);
  if (key)
    TRY(opened_by_kms(context, *key));
  else
    key = TRY(make_data_key(context, group, kms_key));
  kDataKeys.put(context, Key{group.id, key->id}, *key);
  group.kms_key = key->kms_key;
  group.data_key = key->id;
  return {};
}

OpenKey keys_by_kms(Context& context, const std::string& group_id) {
  return [&context, group_id,
          opened = Opened()](const std::string& id) mutable -> Result<std::string> {
    const auto known = opened.find(id);
    if (known != opened.end()) return known->second;
    auto key = TRY(opened_by_kms(context, group_id, id));
    opened[id] = key;
    return key;
  };
}

OpenKey keys_for_a_while(Context& context, const std::string& group_id) {
  return [&context, group_id](const std::string& id) {
    return opened_for_a_while(context, group_id, id);
  };
}

OpenKey keys_of_job(const Document& payload) {
  Opened keys;
  for (const auto& [id, key] : object_of(payload, "Keys")) {
    if (const auto bytes = key.is_string() ? unbase64(key.get_string()) : std::nullopt)
      keys[std::string(id)] = *bytes;
  }
  return [keys = std::move(keys)](const std::string& id) -> Result<std::string> {
    const auto found = keys.find(id);
    if (found == keys.end())
      return fail("AccessDeniedException", "Log events lie under a key that does not open.");
    return found->second;
  };
}

Result<void> add_keys(Context& context, const Group& group, Object& keys) {
  std::vector<DataKey> all;
  kDataKeys.scan(context, Key{group.id}, [&](const auto&, const DataKey& key) {
    all.push_back(key);
    return true;
  });
  for (const auto& key : all) {
    const auto opened = opened_by_kms(context, key);
    if (opened)
      keys[key.id] = context.seal(base64(*opened));
    else if (key.id == group.data_key)
      return fail(opened.error());
  }
  return {};
}

Result<void> put_encrypted(Context& context, Batch& batch, std::string lines,
                           const std::string& data_key, const OpenKey& keys) {
  const auto key = context.new_bytes(content::kKeyBytes);
  const auto blob = TRY(context.blobs().put(content::crypt(key, std::move(lines))));
  return take_encrypted(context, batch, blob, key, data_key, keys);
}

Result<void> encrypt(Context& context, Batch& batch, const std::string& data_key,
                     const OpenKey& keys) {
  if (batch.lines.size() > kMostInline)
    return put_encrypted(context, batch, std::exchange(batch.lines, {}), data_key, keys);
  const auto key = context.new_bytes(content::kKeyBytes);
  batch.encryption = TRY(wrapped(context, key, data_key, keys));
  batch.lines = base64(content::crypt(key, std::move(batch.lines)));
  return {};
}

Result<void> take_encrypted(Context& context, Batch& batch, const store::BlobRef& blob,
                            std::string_view key, const std::string& data_key,
                            const OpenKey& keys) {
  batch.encryption = TRY(wrapped(context, key, data_key, keys));
  batch.blob = store::to_document(blob);
  batch.lines.clear();
  return {};
}

Result<std::string> lines_of(const store::Blobs& blobs, const Batch& batch, const OpenKey& keys) {
  const auto ref = store::blob_ref(batch.blob);
  std::string lines;
  if (ref)
    lines = TRY(TRY(blobs.open(*ref))->read(0, ref->size));
  else if (!batch.encryption)
    return batch.lines;
  else
    lines = unbase64(batch.lines).value_or("");
  if (!batch.encryption) return lines;
  const auto key = content::unwrap(TRY(keys(batch.encryption->data_key)), batch.encryption->key);
  if (!key) return fail(internal_error("the key of log events does not open"));
  return content::crypt(*key, std::move(lines));
}

void forget_data_key(Context& context, const core::Resumption& timer) {
  const auto place = core::data_key_place(timer.context);
  const auto kept = kOpenedKeys.get(context, place);
  if (kept && kept->until <= context.now()) kOpenedKeys.erase(context, place);
}

void drop_data_keys(Context& context, const std::string& group_id) {
  std::vector<std::string> ids;
  kDataKeys.scan(context, Key{group_id}, [&](const auto&, const DataKey& key) {
    ids.push_back(key.id);
    return true;
  });
  for (const auto& id : ids) {
    kDataKeys.erase(context, Key{group_id, id});
    kOpenedKeys.erase(context, Key{group_id, id});
  }
}

}  // namespace tocsin::logs
