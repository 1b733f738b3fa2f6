// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/declare.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/ec2/filters.hpp"
#include "services/ec2/properties.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

Result<void> check_served(const Declaration& how, const Object& properties) {
  for (const auto& property : properties) {
    const std::string_view name = property.key();
    const bool known = name == "Tags" ||
                       std::any_of(how.properties.begin(), how.properties.end(),
                                   [&](const Property& each) { return each.name == name; }) ||
                       std::find(how.others.begin(), how.others.end(), name) != how.others.end();
    if (!known) {
      return fail("InvalidRequest",
                  fmt::format("Tocsin does not serve the property {} of {}", name, how.type));
    }
  }
  return {};
}

/// What a new resource alone can have.
Result<void> check_fixed(const Declaration& how, const Object& properties, const Object& now) {
  for (const auto& property : how.properties) {
    // What no description shows cannot be compared.
    if (!property.fixed || !now.contains(property.name)) continue;
    if (!differs(properties, now, property.name)) continue;
    return fail("NotUpdatable",
                fmt::format("The property {} of {} cannot be changed", property.name, how.type));
  }
  return {};
}

Result<void> set_tags(Call& call, const Resource& resource, const Object& properties) {
  if (!properties.contains("Tags")) return {};
  const auto wanted = core::tags_of(array_of(properties, "Tags"));
  Array gone;
  for (const auto& [key, value] : resource.tags) {
    if (!wanted.contains(key) && !key.starts_with("aws:")) gone.push_back(Object{{"Key", key}});
  }
  const Array ids{boost::json::string(resource.id)};
  if (!gone.empty()) TRY(ask(call, "DeleteTags", {{"Resources", ids}, {"Tags", std::move(gone)}}));
  auto added = wanted;
  std::erase_if(added, [&](const auto& tag) {
    const auto found = resource.tags.find(tag.first);
    return found != resource.tags.end() && found->second == tag.second;
  });
  if (!added.empty())
    TRY(ask(call, "CreateTags", {{"Resources", ids}, {"Tags", core::tag_list(added)}}));
  return {};
}

/// By its identifier: of most kinds the id, of key pairs the name.
Result<Resource> declared_one(const Call& call, const Kind& kind, const std::string& id) {
  for (auto& each : all(call, call.scope(), kind)) {
    if (each.id == id || (&kind == &kKeyPair && text(each.shape, "KeyName") == id))
      return std::move(each);
  }
  return missing(kind, {id});
}

std::string identifier(const Kind& kind, const Resource& resource) {
  return &kind == &kKeyPair ? string_of(resource.shape, "KeyName") : resource.id;
}

}  // namespace

Result<Document> ask(Call& call, std::string_view operation, Object params) {
  return call.call(call.as_caller("ec2", std::string(operation), std::move(params))).result();
}

std::string made_up_name(Call& call, std::string_view stem) {
  return fmt::format("{}-{}", stem, call.new_id(kAlphabet, 12));
}

bool differs(const Object& declared, const Object& now, std::string_view property) {
  const auto* wanted = declared.if_contains(property);
  if (!wanted) return false;
  const auto* is = now.if_contains(property);
  return !is || *is != *wanted;
}

Outcome declare(Call& call, const Declaration& how, const Object& properties) {
  TRY(check_served(how, properties));
  Object params;
  for (const auto& property : how.properties) {
    if (property.param.empty()) continue;
    if (const auto* value = properties.if_contains(property.name)) params[property.param] = *value;
  }
  if (how.fill) TRY(how.fill(call, properties, params));
  const auto& tags = array_of(properties, "Tags");
  if (!tags.empty() && how.tagged_at_creation) {
    auto& specifications = params["TagSpecifications"];
    if (!specifications.is_array()) specifications.emplace_array();
    specifications.as_array().push_back(Object{{"ResourceType", how.kind->name}, {"Tags", tags}});
  }
  const auto reply = TRY(ask(call, how.create, std::move(params)));
  const auto ids = values_at(reply, how.id_path);
  if (ids.empty()) {
    const auto error = values_at(reply, "Unsuccessful.Error.Message");
    return fail("InvalidRequest", error.empty() ? "Nothing was made." : error.front());
  }
  const auto made = TRY(existing(call, *how.kind, ids.front()));
  if (how.apply) TRY(how.apply(call, made, properties, true));
  return Object{{"Id", identifier(*how.kind, made)}};
}

Outcome redeclare(Call& call, const Declaration& how, const std::string& id,
                  const Object& properties) {
  TRY(check_served(how, properties));
  const auto now = TRY(declared_one(call, *how.kind, id));
  TRY(check_fixed(how, properties, properties_of(call, *how.kind, now)));
  if (how.apply) TRY(how.apply(call, now, properties, false));
  TRY(set_tags(call, now, properties));
  return Object{{"Id", id}};
}

Outcome undeclare(Call& call, const Declaration& how, const std::string& id) {
  const auto now = TRY(declared_one(call, *how.kind, id));
  Object params;
  const std::string param = how.removed_by_list ? fmt::format("{}s", how.kind->id_member)
                                                : std::string(how.kind->id_member);
  if (how.removed_by_list)
    params[param] = Array{boost::json::string(now.id)};
  else
    params[param] = now.id;
  const auto reply = TRY(ask(call, how.remove, std::move(params)));
  const auto failed = values_at(reply, "Unsuccessful.Error.Message");
  if (!failed.empty()) return fail("InvalidRequest", failed.front());
  return Object{};
}

const Declaration* declaration_of(const Kind& kind) {
  static const std::vector<Declaration> kAll = [] {
    auto out = declared_networks();
    for (auto& each : declared_computing())
      out.push_back(std::move(each));
    out.push_back(declared_group());
    return out;
  }();
  for (const auto& each : kAll) {
    if (each.kind == &kind) return &each;
  }
  return nullptr;
}

}  // namespace tocsin::ec2
