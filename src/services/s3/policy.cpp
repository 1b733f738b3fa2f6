// SPDX-License-Identifier: Apache-2.0
#include "services/s3/policy.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "engines/policy/policy.hpp"
#include "services/s3/access.hpp"
#include "services/s3/acl.hpp"
#include "services/s3/errors.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostBytes = 20 * 1024;

/// A member that may be one value or a list of them.
Array list_of(const Document& statement, std::string_view member) {
  const auto* value = find(statement, member);
  if (!value) return {};
  if (const auto* list = value->if_array()) return *list;
  Array one;
  one.push_back(*value);
  return one;
}

std::string_view text_of(const Document& value) {
  return value.is_string() ? std::string_view(value.get_string()) : std::string_view();
}

bool names_everybody(const Document& statement) {
  if (find(statement, "NotPrincipal")) return true;
  const auto* principal = find(statement, "Principal");
  if (!principal) return false;
  if (text_of(*principal) == "*") return true;
  return std::ranges::any_of(list_of(*principal, "AWS"),
                             [](const Document& each) { return text_of(each) == "*"; });
}

/// Keys whose fixed values say who may come.
constexpr std::array<std::string_view, 16> kFixing{"aws:sourcearn",
                                                   "aws:sourcevpc",
                                                   "aws:sourcevpce",
                                                   "aws:sourceowner",
                                                   "aws:sourceaccount",
                                                   "aws:sourceorgid",
                                                   "aws:sourceorgpaths",
                                                   "aws:userid",
                                                   "aws:principalarn",
                                                   "aws:principalaccount",
                                                   "aws:principalorgid",
                                                   "aws:principalorgpaths",
                                                   "aws:principalservicename",
                                                   "s3:x-amz-server-side-encryption-aws-kms-key-id",
                                                   "s3:dataaccesspointarn",
                                                   "s3:dataaccesspointaccount"};

/// Networks wider than /8 (IPv4) or /32 (IPv6) count as everybody.
bool is_narrow_network(std::string_view network) {
  const auto slash = network.find('/');
  if (slash == std::string_view::npos) return true;
  int bits = 0;
  std::from_chars(network.data() + slash + 1, network.data() + network.size(), bits);
  return bits >= (network.contains(':') ? 32 : 8);
}

bool is_fixed(std::string_view key, std::string_view value) {
  if (value.contains("${")) return false;
  if (key == "aws:sourceip") return is_narrow_network(value);
  if (key == "aws:userid" && value.ends_with(":*")) value.remove_suffix(2);
  if (key == "aws:sourcearn" || key == "aws:principalarn") {
    // The account may not be a wildcard; what follows it may.
    const auto arn = Arn::parse(value);
    return arn && !arn->account.empty() && !arn->account.contains('*') &&
           !arn->account.contains('?');
  }
  return !value.contains('*') && !value.contains('?');
}

bool is_fixing_operator(std::string_view name) {
  const auto operation = to_lower(name);
  const auto start = operation.find(':') == std::string::npos ? 0 : operation.find(':') + 1;
  const auto bare = std::string_view(operation).substr(start);
  for (const std::string_view each : {"stringequals", "stringequalsignorecase", "stringlike",
                                      "arnequals", "arnlike", "ipaddress"}) {
    if (bare == each) return true;
  }
  return false;
}

bool fixes_who(const Document& statement) {
  for (const auto& operation : object_of(statement, "Condition")) {
    if (!is_fixing_operator(operation.key()) || !operation.value().is_object()) continue;
    for (const auto& entry : operation.value().get_object()) {
      const auto key = to_lower(entry.key());
      if (key != "aws:sourceip" &&
          std::ranges::find(kFixing, std::string_view(key)) == kFixing.end())
        continue;
      const auto values = list_of(operation.value(), entry.key());
      if (std::ranges::all_of(values,
                              [&](const Document& each) { return is_fixed(key, text_of(each)); }))
        return true;
    }
  }
  return false;
}

bool acts_on_bucket_only(std::string_view action) {
  const auto name = to_lower(action);
  if (!name.starts_with("s3:") || name.contains('*') || name.contains('?')) return false;
  const auto bare = std::string_view(name).substr(3);
  return bare.starts_with("list") ? bare != "listmultipartuploadparts"
                                  : bare.contains("bucket") || bare.contains("configuration");
}

bool acts_on_objects_only(std::string_view action) {
  const auto name = to_lower(action);
  if (name.contains('*') || name.contains('?')) return false;
  return name.starts_with("s3:getobject") || name.starts_with("s3:putobject") ||
         name.starts_with("s3:deleteobject") || name == "s3:abortmultipartupload" ||
         name == "s3:listmultipartuploadparts" || name == "s3:restoreobject";
}

Failure malformed_policy(std::string message) {
  return fail("MalformedPolicy", std::move(message));
}

bool within(const Bucket& bucket, std::string_view resource) {
  const auto arn = bucket.arn();
  if (resource == arn || resource.starts_with(arn + "/")) return true;
  // "arn:aws:s3:::evid*": wildcards that can mean this bucket.
  return resource.starts_with("arn:aws:s3:::") && glob_match(resource, arn);
}

Result<void> check_statement(const Bucket& bucket, const Document& statement) {
  bool names_bucket = find(statement, "NotResource") != nullptr, names_objects = names_bucket;
  for (const auto& each : list_of(statement, "Resource")) {
    const auto resource = text_of(each);
    if (!within(bucket, resource)) return malformed_policy("Policy has invalid resource");
    const bool objects = resource.contains('/') || resource.contains('*');
    names_objects |= objects;
    names_bucket |= !resource.contains('/');
  }
  const auto actions = list_of(statement, "Action");
  const bool foreign = std::ranges::any_of(actions, [](const Document& each) {
    return text_of(each) != "*" && !to_lower(text_of(each)).starts_with("s3:");
  });
  if (foreign) return malformed_policy("Policy has invalid action");
  const auto misplaced = [&](const Document& each) {
    return (!names_objects && acts_on_objects_only(text_of(each))) ||
           (!names_bucket && acts_on_bucket_only(text_of(each)));
  };
  if (!actions.empty() && std::ranges::any_of(actions, misplaced)) {
    return malformed_policy("Action does not apply to any resource(s) in statement");
  }
  return {};
}

Result<void> check_policy(const Bucket& bucket, std::string_view policy) {
  if (policy.empty() || policy.front() != '{') {
    return malformed_policy("Policies must be valid JSON and the first byte must be '{'");
  }
  if (policy.size() > kMostBytes) {
    return fail("PolicyTooLarge",
                fmt::format("The policy exceeds the maximum allowed document size of {} bytes.",
                            kMostBytes));
  }
  if (const auto parsed = policy::parse_policy(policy, policy::PolicyKind::Resource); !parsed) {
    return malformed_policy(parsed.error().message);
  }
  const auto document = TRY(parse_json(policy));
  for (const auto& statement : list_of(document, "Statement"))
    TRY(check_statement(bucket, statement));
  return {};
}

Failure no_policy(const Bucket& bucket) {
  Error error{"NoSuchBucketPolicy", "The bucket policy does not exist", 404};
  error.members = {{"BucketName", bucket.name}};
  return fail(std::move(error));
}

}  // namespace

bool is_public_policy(std::string_view policy) {
  const auto document = parse_json(policy);
  if (!document) return false;
  return std::ranges::any_of(list_of(*document, "Statement"), [](const Document& statement) {
    return text(statement, "Effect") == "Allow" && names_everybody(statement) &&
           !fixes_who(statement);
  });
}

Outcome put_bucket_policy(Call& call) {
  auto bucket = TRY(bucket_of(call));
  const auto policy = string_of(call.params(), "Policy");
  TRY(check_policy(bucket, policy));
  if (public_access_of(call, bucket).block_public_policy && is_public_policy(policy)) {
    return access_denied(
        fmt::format("User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" "
                    "because public policies "
                    "are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
                    call.principal().arn, bucket.arn()));
  }
  bucket.policy = policy;
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_policy(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (bucket.policy.empty()) return no_policy(bucket);
  return Object{{"Policy", bucket.policy}};
}

Outcome delete_bucket_policy(Call& call) {
  auto bucket = TRY(bucket_of(call));
  bucket.policy.clear();
  put_bucket(call, bucket);
  return Object{};
}

Outcome get_bucket_policy_status(Call& call) {
  const auto bucket = TRY(bucket_of(call));
  if (bucket.policy.empty()) return no_policy(bucket);
  return Object{{"PolicyStatus", Object{{"IsPublic", is_public_policy(bucket.policy)}}}};
}

}  // namespace tocsin::s3
