// SPDX-License-Identifier: Apache-2.0
#include "services/kms/managed.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/kms/material.hpp"
#include "services/kms/rotation.hpp"

namespace tocsin::kms {
namespace {

using core::Call;
using core::Key;

constexpr std::string_view kPrefix = "alias/aws/";
constexpr std::array<std::string_view, 25> kServices{
    "acm",          "backup",   "codecommit", "connect",
    "dms",          "dynamodb", "ebs",        "elasticfilesystem",
    "es",           "fsx",      "glue",       "kinesis",
    "kinesisvideo", "lambda",   "lightsail",  "mq",
    "rds",          "redshift", "s3",         "secretsmanager",
    "sns",          "sqs",      "ssm",        "workspaces",
    "xray"};

/// As kms:ViaService names it.
std::string endpoint_of(std::string_view service) {
  return std::string(service == "ebs" ? "ec2" : service);
}

/// As AWS words it for s3, sns and the others.
std::string policy_of(const KmsKey& key) {
  const auto& account = key.scope.account.str();
  const auto via =
      fmt::format("{}.{}.amazonaws.com", endpoint_of(key.managed_for), key.scope.region);
  const Object document{
      {"Version", "2012-10-17"},
      {"Id", fmt::format("auto-{}-1", key.managed_for)},
      {"Statement",
       Array{Object{{"Sid", fmt::format("Allow access through {} for all principals in the account "
                                        "that are authorized to use {}",
                                        key.managed_for, key.managed_for)},
                    {"Effect", "Allow"},
                    {"Principal", Object{{"AWS", "*"}}},
                    {"Action", Array{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*",
                                     "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"}},
                    {"Resource", "*"},
                    {"Condition", Object{{"StringEquals", Object{{"kms:CallerAccount", account},
                                                                 {"kms:ViaService", via}}}}}},
             Object{{"Sid", "Allow direct access to key metadata to the account"},
                    {"Effect", "Allow"},
                    {"Principal", Object{{"AWS", fmt::format("arn:aws:iam::{}:root", account)}}},
                    {"Action", Array{"kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"}},
                    {"Resource", "*"}}}}};
  return pretty_json(document);
}

void make(Call& call, const KeyName& name, std::string_view service) {
  KmsKey key{.scope = name.scope,
             .id = call.new_uuid(),
             .created = call.now(),
             .description = fmt::format("Default key that protects my {} data when no other key is "
                                        "defined",
                                        service),
             .spec = "SYMMETRIC_DEFAULT",
             .usage = "ENCRYPT_DECRYPT",
             .managed_for = std::string(service)};
  key.policy = policy_of(key);
  draw_material(call, key);
  begin_managed_rotation(call, key);
  kKeys.put(call, row_of(key), key);
  kAliases.put(call, Key::of(name.scope, name.alias),
               {name.scope, name.alias, key.id, call.now(), call.now()});
  kAliasesOf.put(call, Key::of(name.scope, key.id, name.alias), {name.alias});
}

}  // namespace

void ensure_managed(Call& call, const KeyName& name) {
  static constexpr std::array<std::string_view, 4> makers{
      "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"};
  const auto& operation = call.request().operation;
  if (!name.alias.starts_with(kPrefix) || name.scope.account != call.account()) return;
  const auto service = std::string_view(name.alias).substr(kPrefix.size());
  const bool known = std::ranges::find(kServices, service) != kServices.end();
  if (!known || std::ranges::find(makers, operation) == makers.end()) return;
  if (operation != "DescribeKey" && call.request().credential.service.empty()) return;
  if (!kAliases.contains(call, Key::of(name.scope, name.alias))) make(call, name, service);
}

std::optional<Document> managed_statement(const Call& call, const KmsKey& key) {
  const auto own = endpoint_of(key.managed_for) + ".amazonaws.com";
  if (key.managed_for.empty() || call.principal().service != own) return std::nullopt;
  return Object{{"Effect", "Allow"},
                {"Principal", Object{{"Service", own}}},
                {"Action", Array{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*",
                                 "kms:GenerateDataKey*", "kms:DescribeKey"}},
                {"Resource", "*"}};
}

}  // namespace tocsin::kms
