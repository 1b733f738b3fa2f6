// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/resources.hpp"
#include "core/tags.hpp"
#include "services/cloudcontrol/parts.hpp"

namespace tocsin::cloudcontrol {
namespace {

using core::Call;
using core::Outcome;
using Description = core::ResourceType::Description;

constexpr std::int64_t kMostInPage = 100;

Object description_of(const Type& type, const Object& properties) {
  return {{"Identifier", schema::identifier_of(type.schema, properties)},
          {"Properties", to_json(properties)}};
}

/// Where the parameter ResourceModel is given, only what agrees with it is listed.
bool agrees(const Object& wanted, const Object& properties) {
  return std::ranges::all_of(wanted, [&](const auto& member) {
    const auto* value = properties.if_contains(member.key());
    return value && *value == member.value();
  });
}

}  // namespace

std::string opened(const Call& call, std::string_view member) {
  const auto* given = find(call.params(), member);
  return given ? call.open(*given).value_or("") : std::string();
}

Result<Type> type_in(const Types& types, const Document& params) {
  const auto name = text(params, "TypeName");
  const auto found = std::ranges::find(types, name, &core::ResourceType::type);
  const auto* schema = schema::resource(name);
  if (found == types.end() || !schema)
    return fail("TypeNotFoundException", fmt::format("The type '{}' cannot be found.", name), 404);
  return Type{*found, *schema};
}

Object properties_of(const Type& type, const Description& resource) {
  Object out = resource.configuration;
  if (!resource.tags.empty() && !type.schema.tags.empty())
    out[type.schema.tags] = core::tag_list(resource.tags);
  return out;
}

Result<Shown> resource_in(Call& call, const Type& type) {
  const auto identifier = text(call.params(), "Identifier");
  std::optional<Shown> found;
  core::each_resource(call, type.declared, call.scope(), [&](const Description& resource) {
    auto properties = properties_of(type, resource);
    if (schema::identifier_of(type.schema, properties) == identifier)
      found = Shown{resource, std::move(properties)};
    return !found;
  });
  if (found) return *std::move(found);
  return fail("ResourceNotFoundException",
              fmt::format("Resource of type '{}' with identifier '{}' was not found.",
                          type.declared.type, identifier),
              404);
}

Outcome get_resource(const Types& types, Call& call) {
  const auto type = TRY(type_in(types, call.params()));
  const auto shown = TRY(resource_in(call, type));
  return Object{{"TypeName", type.declared.type},
                {"ResourceDescription", description_of(type, shown.properties)}};
}

Outcome list_resources(const Types& types, Call& call) {
  const auto& params = call.params();
  const auto type = TRY(type_in(types, params));
  Object wanted;
  if (const auto model = opened(call, "ResourceModel"); !model.empty()) {
    const auto parsed = parse_json(model);
    if (!parsed || !parsed->is_object())
      return fail("InvalidRequestException", "ResourceModel is no JSON object.");
    wanted = parsed->as_object();
  }
  const auto most = static_cast<std::size_t>(integer(params, "MaxResults").value_or(kMostInPage));
  const auto after = text(params, "NextToken");
  bool skipping = !after.empty();
  Array shown;
  std::string last, next;
  core::each_resource(call, type.declared, call.scope(), [&](const Description& resource) {
    if (skipping) {
      skipping = resource.id != after;
      return true;
    }
    const auto properties = properties_of(type, resource);
    if (!agrees(wanted, properties)) return true;
    if (shown.size() == most)
      next = last;
    else
      shown.push_back(description_of(type, properties)), last = resource.id;
    return next.empty();
  });
  if (skipping) return fail("InvalidRequestException", "NextToken is not valid.");
  Object reply{{"TypeName", type.declared.type}, {"ResourceDescriptions", std::move(shown)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

}  // namespace tocsin::cloudcontrol
