// SPDX-License-Identifier: Apache-2.0
#include "services/config/relations.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace tocsin::config {
namespace {

using core::Key;

/// As relationships name a kind: "Vpc", "ElasticIp", "NetworkInterface".
std::string_view short_name(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOwn{
      {{"AWS::EC2::VPC", "Vpc"},
       {"AWS::EC2::EIP", "ElasticIp"},
       {"AWS::IAM::Policy", "CustomerManagedPolicy"},
       {"AWS::EC2::NetworkAcl", "NetworkAcl"}}};
  for (const auto& [theirs, name] : kOwn) {
    if (theirs == type) return name;
  }
  return type.substr(type.rfind(':') + 1);
}

std::string_view last_part(std::string_view arn) {
  return arn.substr(arn.find_last_of(":/") + 1);
}

Key link_key(const Scope& scope, const ResourceKey& other, const ResourceKey& who) {
  return Key::of(scope, other.type, other.id, who.type, who.id);
}

void count(core::Context& context, const Scope& scope, const ResourceKey& other, int more) {
  const auto key = Key::of(scope, other.type, other.id);
  auto resource = kResources.get(context, key);
  if (!resource) return;
  resource->incoming += more;
  kResources.put(context, key, *resource);
}

/// The first of an input asks for the input that follows.
void touch(core::Context& context, const Scope& scope, const ResourceKey& other,
           const Origin& origin) {
  bool first = true;
  kTouched.scan(context, Key::of(scope),
                [&](const auto&, const Touched&) { return first = false; });
  kTouched.put(context, Key::of(scope, other.type, other.id), {origin});
  if (!first) return;
  const auto outer = context.scope();
  context.set_scope(scope);
  context.later({"config.touched", nullptr});
  context.set_scope(outer);
}

/// Those of `some` that are not in `others`; both sorted.
std::vector<Relationship> without(const std::vector<Relationship>& some,
                                  const std::vector<Relationship>& others) {
  std::vector<Relationship> out;
  std::ranges::set_difference(some, others, std::back_inserter(out));
  std::erase_if(out, [](const Relationship& each) { return each.id.empty(); });
  return out;
}

}  // namespace

std::string turned_round(std::string_view name, std::string_view type) {
  if (name.starts_with("Is contained in")) return fmt::format("Contains {}", short_name(type));
  if (name.starts_with("Contains")) return fmt::format("Is contained in {}", short_name(type));
  if (name.starts_with("Is attached to")) return fmt::format("Is attached to {}", short_name(type));
  return fmt::format("Is associated with {}", short_name(type));
}

std::vector<Relationship> stated_by(const store::View& view, const Scope& scope,
                                    const Description& description) {
  std::vector<Relationship> out;
  out.reserve(description.relationships.size());
  for (const auto& each : description.relationships) {
    Relationship relationship{.type = each.type, .id = each.id, .name = each.name};
    if (each.id.starts_with("arn:")) {
      const auto known = kArns.get(view, Key::of(scope, each.id));
      relationship.id = known ? known->id : std::string();
      relationship.resource_name = last_part(each.id);
    }
    out.push_back(std::move(relationship));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<Relationship> said_of(const store::View& view, const Scope& scope,
                                  const ResourceKey& resource) {
  std::vector<Relationship> out;
  kLinks.scan(view, Key::of(scope, resource.type, resource.id),
              [&](const auto& parts, const ResourceLink& link) {
                out.push_back({.type = parts[4],
                               .id = parts[5],
                               .resource_name = link.resource_name,
                               .name = link.name});
                return true;
              });
  return out;
}

std::vector<Relationship> together(std::vector<Relationship> stated,
                                   const std::vector<Relationship>& incoming) {
  for (const auto& each : incoming) {
    const bool said = std::ranges::any_of(stated, [&](const Relationship& own) {
      return own.type == each.type && own.id == each.id;
    });
    if (!said) stated.push_back(each);
  }
  std::ranges::sort(stated);
  return stated;
}

void relate(core::Context& context, const Scope& scope, const ResourceKey& resource,
            const std::string& name, const std::vector<Relationship>& before,
            const std::vector<Relationship>& now, const Origin& origin) {
  if (before == now) return;
  for (const auto& gone : without(before, now)) {
    const ResourceKey other{gone.type, gone.id};
    if (!kLinks.contains(context, link_key(scope, other, resource))) continue;
    kLinks.erase(context, link_key(scope, other, resource));
    count(context, scope, other, -1);
    touch(context, scope, other, origin);
  }
  for (const auto& made : without(now, before)) {
    const ResourceKey other{made.type, made.id};
    if (other == resource || kLinks.contains(context, link_key(scope, other, resource))) continue;
    kLinks.put(context, link_key(scope, other, resource),
               {name, turned_round(made.name, resource.type)});
    count(context, scope, other, 1);
    touch(context, scope, other, origin);
  }
}

}  // namespace tocsin::config
