// SPDX-License-Identifier: Apache-2.0
// The order of the checks decides which message a document with several faults gets; it is IAM's,
// as observed by moto (moto/iam/policy_validation.py, written against AWS).
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "engines/policy/grammar.hpp"
#include "engines/policy/values.hpp"

namespace tocsin::policy {
namespace {

constexpr std::string_view kSyntax = "Syntax errors in policy.";
constexpr std::string_view kLegacy = "The policy failed legacy parsing";

constexpr std::array<std::string_view, 3> kTopMembers{"Version", "Id", "Statement"};
constexpr std::array<std::string_view, 7> kStatementMembers{
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"};
constexpr std::array<std::string_view, 8> kPartitions{
    "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "*"};
constexpr std::array<std::string_view, 14> kIamPaths{"user/",
                                                     "federated-user/",
                                                     "role/",
                                                     "group/",
                                                     "instance-profile/",
                                                     "mfa/",
                                                     "server-certificate/",
                                                     "policy/",
                                                     "sms-mfa/",
                                                     "saml-provider/",
                                                     "oidc-provider/",
                                                     "report/",
                                                     "access-report/",
                                                     "*"};

template <std::size_t N>
bool has_only(const Object& object, const std::array<std::string_view, N>& members) {
  return std::all_of(object.begin(), object.end(), [&](const auto& member) {
    return std::find(members.begin(), members.end(), std::string_view(member.key())) !=
           members.end();
  });
}

bool has_both(const Document& statement, std::string_view one, std::string_view other) {
  return find(statement, one) && find(statement, other);
}

bool names_principal(const Document& statement) {
  return find(statement, "Principal") || find(statement, "NotPrincipal");
}

bool optional_strings(const Document& statement, std::string_view member) {
  const auto* value = find(statement, member);
  return !value || is_strings(*value);
}

bool optional_string(const Document& object, std::string_view member) {
  const auto* value = find(object, member);
  return !value || value->is_string();
}

bool is_statement_shape(const Document& statement) {
  const auto* object = statement.if_object();
  if (!object || !has_only(*object, kStatementMembers)) return false;
  if (has_both(statement, "Action", "NotAction")) return false;
  if (has_both(statement, "Resource", "NotResource")) return false;
  for (const auto member : {"Action", "NotAction", "Resource", "NotResource"}) {
    if (!optional_strings(statement, member)) return false;
  }
  const auto effect = text(statement, "Effect");
  const bool known = equals_ignore_case(effect, "Allow") || equals_ignore_case(effect, "Deny");
  const auto* condition = find(statement, "Condition");
  return known && optional_string(statement, "Sid") &&
         (!condition || is_condition_block(*condition));
}

bool is_document_shape(const Document& document) {
  const auto* object = document.if_object();
  if (!object || !has_only(*object, kTopMembers) || !optional_string(document, "Id")) return false;
  const auto* version = find(document, "Version");
  if (version && (!version->is_string() || (text(document, "Version") != kCurrentVersion &&
                                            text(document, "Version") != kOldVersion))) {
    return false;
  }
  const auto statements = statements_of(document);
  return !statements.empty() && is_policy_text(document) &&
         std::all_of(statements.begin(), statements.end(),
                     [](const Document* each) { return is_statement_shape(*each); });
}

/// "arn:aws:s3::bucket": the old parser counts colons.
bool passes_legacy_resource(std::string_view resource) {
  if (resource.find(':') == std::string_view::npos) return true;  // refused later, by name
  const auto colons = std::count(resource.begin(), resource.end(), ':');
  return colons >= 5 || resource.find("::") == std::string_view::npos;
}

bool passes_legacy_parser(const Document& statement) {
  const auto effect = text(statement, "Effect");
  if (effect != "Allow" && effect != "Deny") return false;
  const auto* condition = find(statement, "Condition");
  if (condition && !has_comparable_values(*condition)) return false;
  for (const auto member : {"Resource", "NotResource"}) {
    const auto* value = find(statement, member);
    const auto texts = value ? strings(*value) : std::vector<std::string>{};
    if (!std::all_of(texts.begin(), texts.end(), passes_legacy_resource)) return false;
  }
  return true;
}

bool is_sid(std::string_view sid) {
  return std::all_of(sid.begin(), sid.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

/// At least one value of `member` or of `negated`.
bool has_values(const Document& statement, std::string_view member, std::string_view negated) {
  const auto* value = find(statement, member);
  if (!value) value = find(statement, negated);
  return value && !strings(*value).empty();
}

std::string_view part_of_resource(std::string_view resource, int part) {
  for (; part > 0; --part) {
    const auto colon = resource.find(':');
    if (colon == std::string_view::npos) return {};
    resource.remove_prefix(colon + 1);
  }
  return resource.substr(0, resource.find(':'));
}

std::string_view path_of_resource(std::string_view resource) {
  for (int part = 0; part < 5; ++part) {
    const auto colon = resource.find(':');
    if (colon == std::string_view::npos) return {};
    resource.remove_prefix(colon + 1);
  }
  return resource;
}

Failure bad_partition(std::string_view resource) {
  const auto part = [&](int index) {
    const auto found = part_of_resource(resource, index);
    return found.empty() ? std::string_view("*") : found;
  };
  const auto rest = path_of_resource(resource);
  return malformed(fmt::format(
      "Partition \"{0}\" is not valid for resource \"arn:{0}:{1}:{2}:{3}:{4}\".",
      part_of_resource(resource, 1), part(2), part(3), part(4), rest.empty() ? "*" : rest));
}

Result<void> check_iam_resource(std::string_view resource) {
  if (!part_of_resource(resource, 3).empty()) {
    return malformed(fmt::format("IAM resource {} cannot contain region information.", resource));
  }
  const auto path = path_of_resource(resource);
  const bool known = path == "root" || path.starts_with("${") ||
                     std::any_of(kIamPaths.begin(), kIamPaths.end(),
                                 [&](std::string_view start) { return path.starts_with(start); });
  if (known) return {};
  return malformed(fmt::format("IAM resource path must either be \"*\" or start with {}.",
                               fmt::join(kIamPaths.begin(), kIamPaths.end() - 1, ", ")));
}

Result<void> check_resource(std::string_view resource) {
  if (resource == "*") return {};
  if (!resource.starts_with("arn:")) {
    return malformed(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
  }
  const auto partition = part_of_resource(resource, 1);
  if (std::find(kPartitions.begin(), kPartitions.end(), partition) == kPartitions.end()) {
    return bad_partition(resource);
  }
  const auto vendor = part_of_resource(resource, 2);
  if (vendor.empty() || vendor.find_first_of("*?") != std::string_view::npos) {
    return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
  }
  if (vendor == "iam") return check_iam_resource(resource);
  const auto region = part_of_resource(resource, 3);
  if (vendor == "s3" && !region.empty() && region != "*") {
    return malformed(fmt::format("Resource {} can not contain region information.", resource));
  }
  return {};
}

Result<void> check_action(std::string_view action) {
  if (action == "*") return {};
  const auto colon = action.find(':');
  if (colon == std::string_view::npos) {
    return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (action.find(':', colon + 1) != std::string_view::npos) {
    return malformed("Actions/Condition can contain only one colon.");
  }
  const auto vendor = action.substr(0, colon);
  const bool valid =
      vendor == "*" || (!vendor.empty() && std::all_of(vendor.begin(), vendor.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '.';
      }));
  if (!valid) return malformed(fmt::format("Vendor {} is not valid", vendor));
  return {};
}

Result<void> check_each(const Document& statement, std::string_view member,
                        std::string_view negated, Result<void> (*check)(std::string_view)) {
  const auto* value = find(statement, member);
  if (!value) value = find(statement, negated);
  if (!value) return {};
  for (const auto& each : strings(*value)) {
    if (auto checked = check(each); !checked) return checked;
  }
  return {};
}

Result<void> check_presence(const std::vector<const Document*>& statements) {
  for (const auto* each : statements) {
    if (!has_values(*each, "Action", "NotAction")) {
      return malformed("Policy statement must contain actions.");
    }
  }
  for (const auto* each : statements) {
    if (!has_values(*each, "Resource", "NotResource")) {
      return malformed("Policy statement must contain resources.");
    }
  }
  return {};
}

Result<void> check_sids(const Document& document) {
  for (const auto* each : statements_of(document)) {
    if (!is_sid(text(*each, "Sid"))) {
      return malformed(
          "Statement IDs (SID) in a single policy must be alpha numeric. Check that your input "
          "satisfies the regular expression [0-9A-Za-z]*");
    }
  }
  if (has_unique_sids(document)) return {};
  return malformed("Statement IDs (SID) in a single policy must be unique.");
}

}  // namespace

Result<void> check_identity_grammar(const Document& document) {
  const auto statements = statements_of(document);
  if (std::any_of(statements.begin(), statements.end(),
                  [](const Document* each) { return names_principal(*each); })) {
    return malformed("Policy document should not specify a principal.");
  }
  if (!is_document_shape(document)) return malformed(std::string(kSyntax));
  if (text(document, "Version") != kCurrentVersion) {
    return malformed("Policy document must be version 2012-10-17 or greater.");
  }
  if (!std::all_of(statements.begin(), statements.end(),
                   [](const Document* each) { return passes_legacy_parser(*each); })) {
    return malformed(std::string(kLegacy));
  }
  if (auto checked = check_sids(document); !checked) return checked;
  if (auto checked = check_presence(statements); !checked) return checked;
  for (const auto* each : statements) {
    auto checked = check_each(*each, "Resource", "NotResource", check_resource);
    if (!checked) return checked;
  }
  for (const auto* each : statements) {
    auto checked = check_each(*each, "Action", "NotAction", check_action);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace tocsin::policy
