// SPDX-License-Identifier: Apache-2.0
#include "services/iam/aws_policies.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "services/iam/content.hpp"

namespace tocsin::iam {
namespace {

/// AWS's own ids are opaque: these follow from the name.
std::string id_of(std::string_view arn) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  for (const unsigned char byte : sha256(arn).substr(0, 17))
    id += kAlphabet[byte % kAlphabet.size()];
  return id;
}

ManagedPolicy read_policy(const ContentFile& file) {
  const auto parsed = parse_json(file.text);
  TOCSIN_ASSERT(parsed && find(*parsed, "Document"));
  const auto slash = file.name.rfind('/');
  const auto created = parse_iso8601(text(*parsed, "CreateDate"));
  const auto updated = parse_iso8601(text(*parsed, "UpdateDate"));
  const auto version = string_of(*parsed, "VersionId");
  TOCSIN_ASSERT(created && updated && version.starts_with('v'));
  ManagedPolicy policy{
      .name = std::string(file.name.substr(slash == file.name.npos ? 0 : slash + 1)),
      .path = slash == file.name.npos ? "/" : fmt::format("/{}/", file.name.substr(0, slash)),
      .document = pretty_json(*find(*parsed, "Document")),
      .description = string_of(*parsed, "Description"),
      .default_version = version,
      .latest = std::stoll(version.substr(1)),
      .created = *created,
      .updated = *updated};
  policy.arn = fmt::format("arn:aws:iam::aws:policy{}{}", policy.path, policy.name);
  policy.id = id_of(policy.arn);
  return policy;
}

}  // namespace

const std::map<std::string, ManagedPolicy, std::less<>>& aws_policies() {
  static const auto all = [] {
    std::map<std::string, ManagedPolicy, std::less<>> policies;
    for (const auto& file : kPolicyFiles) {
      auto policy = read_policy(file);
      policies.emplace(policy.arn, std::move(policy));
    }
    return policies;
  }();
  return all;
}

const ManagedPolicy* aws_policy(std::string_view arn) {
  const auto found = aws_policies().find(arn);
  return found == aws_policies().end() ? nullptr : &found->second;
}

const LinkedRole* linked_role(std::string_view service) {
  static const auto all = [] {
    std::map<std::string, LinkedRole, std::less<>> roles;
    const auto parsed = parse_json(kLinkedRoles);
    TOCSIN_ASSERT(parsed);
    for (const auto& [name, role] : parsed->as_object()) {
      roles[name] = {
          string_of(role, "RoleName"),
          fmt::format("arn:aws:iam::aws:policy/aws-service-role/{}", text(role, "Policy")),
          string_of(role, "Description")};
    }
    return roles;
  }();
  const auto found = all.find(service);
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace tocsin::iam
