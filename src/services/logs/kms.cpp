// SPDX-License-Identifier: Apache-2.0
#include "services/logs/kms.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "core/data_keys.hpp"
#include "engines/content/content.hpp"
#include "services/logs/encryption.hpp"

namespace tocsin::logs {
namespace {

constexpr std::string_view kResults = "query-result:*";

constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
    {"DisabledException", "InvalidParameterException"},
    {"InvalidKeyUsageException", "InvalidParameterException"},
    {"KMSInvalidStateException", "InvalidParameterException"},
    {"ValidationException", "InvalidParameterException"},
    {"ThrottlingException", "ServiceUnavailableException"}};

std::string_view place_in(std::string_view arn) {
  const auto at = arn.find(":log-group:");
  return at == std::string_view::npos ? arn : arn.substr(at + 11);
}

Failure not_found(std::string_view arn) {
  return invalid(fmt::format("The specified KMS Key Id could not be found. '{}'", place_in(arn)));
}

Failure refused(const Error& error, const KmsUser& user) {
  if (error.code == "NotFoundException" || error.code == "InvalidArnException")
    return not_found(user.arn);
  if (error.code == "AccessDenied" || error.code == "AccessDeniedException") {
    return fail("AccessDeniedException",
                fmt::format("The specified KMS key does not exist or is not allowed to be used "
                            "with Arn '{}'",
                            user.arn));
  }
  return core::refused_by_kms(error, kCodes);
}

std::string results_arn(const Scope& scope) {
  return arn("logs", scope, std::string(kResults));
}

Object results_context(const Scope& scope) {
  return {{"aws:logs:arn", results_arn(scope)}};
}

/// What a call wants to put under a key: a group, or, without one, the account's query results.
struct Subject {
  std::optional<Group> group;
};

Result<Subject> subject_of(Call& call) {
  const auto name = text(call.params(), "logGroupName"),
             identifier = text(call.params(), "resourceIdentifier");
  if (name.empty() == identifier.empty())
    return invalid("Exactly one of logGroupName and resourceIdentifier must be specified.");
  if (!name.empty()) {
    auto group = kGroups.get(call, Key::of(call.scope(), name));
    if (!group) return no_such_group();
    return Subject{*std::move(group)};
  }
  if (identifier == results_arn(call.scope())) return Subject{};
  const auto parsed = Arn::parse(identifier);
  if (!parsed || parsed->service != "logs" || !parsed->resource.starts_with("log-group:"))
    return invalid(fmt::format("The specified resource identifier is invalid. '{}'", identifier));
  auto group = kGroups.get(call, Key::of(call.scope(), TRY(group_name_of(call, identifier))));
  if (!group) return no_such_group();
  return Subject{*std::move(group)};
}

}  // namespace

Result<std::string> kms_key_in(const Call& call, std::string_view subject) {
  auto key = string_of(call.params(), "kmsKeyId");
  const auto parsed = Arn::parse(key);
  if (!parsed || parsed->service != "kms" || !parsed->resource.starts_with("key/"))
    return not_found(subject);
  return key;
}

Result<Document> ask_kms(Context& context, const KmsUser& user, std::string operation,
                         Object params) {
  auto reply =
      context
          .call({.service = "kms",
                 .operation = std::move(operation),
                 .params = std::move(params),
                 .scope = user.scope,
                 .credential = {.kind = core::Credential::Kind::Service,
                                .account = user.scope.account,
                                .service = fmt::format("logs.{}.amazonaws.com", user.scope.region),
                                .source_arn = user.arn},
                 .principal = {}})
          .result();
  if (!reply) return refused(reply.error(), user);
  return reply;
}

Result<void> put_results_under_key(Context& context, const std::string& kms_key) {
  const auto place = Key::of(context.scope());
  if (kms_key.empty()) {
    kResultKeys.erase(context, place);
    return {};
  }
  const KmsUser user{context.scope(), results_arn(context.scope())};
  const auto made = TRY(ask_kms(context, user, "GenerateDataKey",
                                Object{{"KeyId", kms_key},
                                       {"KeySpec", "AES_256"},
                                       {"EncryptionContext", results_context(user.scope)}}));
  kResultKeys.put(context, place, {string_of(made, "KeyId")});
  return {};
}

Result<void> make_results_key(Context& context, Query& query, bool hidden) {
  const auto account = kResultKeys.get(context, Key::of(context.scope()));
  if (!account && !hidden) return {};
  std::string key;
  if (account) {
    const KmsUser user{context.scope(), results_arn(context.scope())};
    const auto made = TRY(ask_kms(context, user, "GenerateDataKey",
                                  Object{{"KeyId", account->kms_key},
                                         {"KeySpec", "AES_256"},
                                         {"EncryptionContext", results_context(user.scope)}}));
    key = TRY(core::data_key_in(context, made));
    query.key =
        ResultsKey{.kms_key = string_of(made, "KeyId"), .blob = string_of(made, "CiphertextBlob")};
  } else {
    key = context.new_bytes(content::kKeyBytes);
    query.key = ResultsKey{.secret = context.seal(base64(key))};
  }
  query.job["ResultsKey"] = context.seal(base64(key));
  return {};
}

Result<std::optional<std::string>> results_key(Context& context, const Query& query) {
  if (!query.key) return std::nullopt;
  if (query.key->kms_key.empty()) {
    const auto key = context.open(query.key->secret);
    return key ? unbase64(*key) : std::nullopt;
  }
  const KmsUser user{context.scope(), results_arn(context.scope())};
  const auto opened = TRY(ask_kms(context, user, "Decrypt",
                                  Object{{"CiphertextBlob", query.key->blob},
                                         {"KeyId", query.key->kms_key},
                                         {"EncryptionContext", results_context(user.scope)}}));
  return TRY(core::data_key_in(context, opened));
}

Outcome associate_kms_key(Call& call) {
  auto subject = TRY(subject_of(call));
  if (!subject.group) {
    const auto key = TRY(kms_key_in(call, results_arn(call.scope())));
    TRY(put_results_under_key(call, key));
    return Object{};
  }
  const auto key = TRY(kms_key_in(call, group_arn(*subject.group)));
  TRY(put_under_key(call, *subject.group, key));
  kGroups.put(call, key_of(*subject.group), *subject.group);
  return Object{};
}

Outcome disassociate_kms_key(Call& call) {
  auto subject = TRY(subject_of(call));
  if (!subject.group) {
    TRY(put_results_under_key(call, {}));
    return Object{};
  }
  subject.group->kms_key.clear();
  subject.group->data_key.clear();
  kGroups.put(call, key_of(*subject.group), *subject.group);
  return Object{};
}

}  // namespace tocsin::logs
