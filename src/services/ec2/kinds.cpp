// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/kinds.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"

namespace tocsin::ec2 {

using core::Key;

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// The prefix, then 8 or 17 hexadecimal digits.
bool well_formed(const Kind& kind, std::string_view id) {
  if (!id.starts_with(kind.prefix)) return false;
  const auto digits = id.substr(kind.prefix.size());
  return (digits.size() == 8 || digits.size() == 17) &&
         digits.find_first_not_of(kHex) == std::string_view::npos;
}

/// What has ended and is still described for a while: a resource no more for AWS Config and Cloud
/// Control, which see the kinds' own tables.
constexpr core::Table<Resource> kGone("ec2.gone");

bool has_ended(const Kind& kind, const Resource& resource) {
  if (&kind == &kNat) return text(resource.shape, "State") == "deleted";
  return &kind == &kInstance && text(object_of(resource.shape, "State"), "Name") == "terminated";
}

}  // namespace

const std::vector<const Kind*>& kinds() {
  static const std::vector<const Kind*> kAll{
      &kVpc,     &kSubnet,    &kGroup,    &kRouteTable, &kGateway, &kAcl,
      &kDhcp,    &kInterface, &kAddress,  &kEndpoint,   &kNat,     &kFlowLog,
      &kKeyPair, &kImage,     &kTemplate, &kInstance,   &kVolume,  &kSnapshot};
  return kAll;
}

const Kind* kind_of(std::string_view id) {
  if (id.starts_with(kRule.prefix)) return &kRule;
  for (const auto* kind : kinds()) {
    if (id.starts_with(kind->prefix)) return kind;
  }
  return nullptr;
}

std::string new_id(core::Context& context, std::string_view prefix) {
  return fmt::format("{}0{}", prefix, context.new_id(kHex, 16));
}

Resource new_resource(core::Context& context, const Kind& kind, core::Tags tags) {
  return {.scope = context.scope(),
          .id = new_id(context, kind.prefix),
          .created = context.now(),
          .tags = std::move(tags),
          .shape = {},
          .more = {}};
}

std::string arn_of(const Kind& kind, const Scope& scope, std::string_view id) {
  const bool nobodys = &kind == &kImage || &kind == &kSnapshot;
  return fmt::format("arn:aws:ec2:{}:{}:{}/{}", scope.region,
                     nobodys ? std::string() : scope.account.str(), kind.name, id);
}

std::string arn_of(const Kind& kind, const Resource& resource) {
  const bool by_name = &kind == &kKeyPair;
  return arn_of(kind, resource.scope, by_name ? text(resource.shape, "KeyName") : resource.id);
}

std::optional<Resource> get(const store::View& view, const Scope& scope, const Kind& kind,
                            std::string_view id) {
  auto row = kind.table.get(view, Key::of(scope, id));
  if (!row && (&kind == &kInstance || &kind == &kNat)) row = kGone.get(view, Key::of(scope, id));
  if (row || is_settled(view, scope)) return row;
  for (auto& placed : default_network(scope)) {
    if (placed.kind == &kind && placed.resource.id == id) return std::move(placed.resource);
  }
  return std::nullopt;
}

std::vector<Resource> all(const store::View& view, const Scope& scope, const Kind& kind) {
  auto rows = kind.table.all(view, Key::of(scope));
  if (&kind == &kInstance || &kind == &kNat) {
    for (auto& gone : kGone.all(view, Key::of(scope))) {
      if (gone.id.starts_with(kind.prefix)) rows.push_back(std::move(gone));
    }
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  }
  if (is_settled(view, scope)) return rows;
  for (auto& placed : default_network(scope)) {
    if (placed.kind == &kind) rows.push_back(std::move(placed.resource));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return rows;
}

void save(core::Context& context, const Kind& kind, const Resource& resource) {
  const auto key = Key::of(resource.scope, resource.id);
  if (!has_ended(kind, resource)) return kind.table.put(context, key, resource);
  kind.table.erase(context, key);
  kGone.put(context, key, resource);
}

void erase(core::Context& context, const Kind& kind, const Resource& resource) {
  kind.table.erase(context, Key::of(resource.scope, resource.id));
  if (has_ended(kind, resource)) kGone.erase(context, Key::of(resource.scope, resource.id));
}

Result<void> check_id(const Kind& kind, std::string_view id) {
  if (kind.malformed.empty() || well_formed(kind, id)) return {};
  if (kind.malformed == "InvalidParameterValue") {
    return fail(std::string(kind.malformed),
                fmt::format("Value ({}) for parameter {}Id is invalid. Expected: '{}...'.", id,
                            kind.name, kind.prefix));
  }
  return fail(std::string(kind.malformed),
              fmt::format("Invalid id: \"{}\" (expecting \"{}...\")", id, kind.prefix));
}

Failure missing(const Kind& kind, const std::vector<std::string>& ids) {
  std::string words(kind.words);
  constexpr std::string_view kOne = " ID '{}' does not exist";
  if (const auto at = words.find(kOne); ids.size() > 1 && at != std::string::npos)
    words.replace(at, kOne.size(), " IDs '{}' do not exist");
  return fail(std::string(kind.not_found), fmt::format(fmt::runtime(words), fmt::join(ids, ", ")));
}

Result<void> check_among(const Kind& kind, const std::vector<Resource>& rows,
                         const std::vector<std::string>& ids) {
  std::vector<std::string> absent;
  for (const auto& id : ids) {
    TRY(check_id(kind, id));
    if (std::none_of(rows.begin(), rows.end(), [&](const Resource& row) { return row.id == id; }))
      absent.push_back(id);
  }
  if (!absent.empty()) return missing(kind, absent);
  return {};
}

Result<Resource> existing(const core::Context& context, const Kind& kind, std::string_view id) {
  TRY(check_id(kind, id));
  auto found = get(context, context.scope(), kind, id);
  if (!found) return missing(kind, {std::string(id)});
  return *std::move(found);
}

Result<std::vector<Resource>> existing(const core::Context& context, const Kind& kind,
                                       const std::vector<std::string>& ids) {
  std::vector<Resource> rows;
  std::vector<std::string> absent;
  for (const auto& id : ids) {
    TRY(check_id(kind, id));
    if (auto row = get(context, context.scope(), kind, id))
      rows.push_back(*std::move(row));
    else
      absent.push_back(id);
  }
  if (!absent.empty()) return missing(kind, absent);
  return rows;
}

Result<Resource> named(const core::Call& call, const Kind& kind, std::string_view param) {
  const auto id = text(call.params(), param);
  if (id.empty()) return missing_parameter(param);
  return existing(call, kind, id);
}

Object shown(const Resource& resource) {
  Object out = resource.shape;
  if (!resource.tags.empty()) out["Tags"] = core::tag_list(resource.tags);
  return out;
}

}  // namespace tocsin::ec2
