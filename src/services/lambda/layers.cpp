// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/layers.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/lambda/code.hpp"
#include "services/lambda/paging.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostLayers = 5;

/// A layer, or one of its versions (number 0: none named).
struct LayerName {
  Scope scope;
  std::string name;
  std::int64_t number = 0;

  Key key() const { return Key::of(scope, name, number_part(number)); }
  std::string layer_arn() const { return tocsin::arn("lambda", scope, "layer:" + name); }
  std::string arn() const { return fmt::format("{}:{}", layer_arn(), number); }
};

/// "name", or the ARN of a layer or of a layer version.
std::optional<LayerName> parse_layer(std::string_view text, const Scope& scope) {
  LayerName out{.scope = scope, .name = std::string(text)};
  if (const auto arn = Arn::parse(text)) {
    if (arn->service != "lambda" || !arn->resource.starts_with("layer:")) return std::nullopt;
    out.scope = {AccountId(arn->account), arn->region};
    out.name = arn->resource.substr(6);
    if (const auto colon = out.name.find(':'); colon != std::string::npos) {
      const auto number = out.name.substr(colon + 1);
      if (!is_number(number) || number.size() > 8) return std::nullopt;
      out.number = std::stoll(number);
      out.name.resize(colon);
    }
  }
  if (!is_word(out.name) || out.name.size() > 140) return std::nullopt;
  return out;
}

Result<LayerName> layer_of(const Call& call) {
  const auto text = string_of(call.params(), "LayerName");
  const auto found = parse_layer(text, call.scope());
  if (found) return *found;
  return violation(text, "layerName",
                   "Member must satisfy regular expression pattern: "
                   "(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+)|"
                   "[a-zA-Z0-9-_]+");
}

Result<LayerName> layer_version_of(const Call& call) {
  if (const auto arn = string_of(call.params(), "Arn"); !arn.empty()) {
    const auto found = parse_layer(arn, call.scope());
    if (found && found->number > 0 && arn.starts_with("arn:")) return *found;
    return violation(arn, "arn",
                     "Member must satisfy regular expression pattern: "
                     "arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}:"
                     "\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+");
  }
  auto found = TRY(layer_of(call));
  found.number = integer(call.params(), "VersionNumber").value_or(0);
  if (found.number < 1) return invalid("Layer Version Cannot be less than 1");
  return found;
}

core::Access access_to(const Call& call, std::string action, const LayerName& layer) {
  return {.action = std::move(action),
          .resource = layer.arn(),
          .owner = layer.scope.account,
          .resource_policy = policy_text(kLayerPolicies.get(call, layer.key()))};
}

Array texts(const std::vector<std::string>& values) {
  Array out;
  for (const auto& value : values)
    out.push_back(boost::json::string(value));
  return out;
}

std::vector<std::string> texts_in(const Document& params, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& value : array_of(params, member)) {
    if (const auto* text = value.if_string()) out.emplace_back(*text);
  }
  return out;
}

std::string created(const LayerVersion& layer) {
  auto text = iso8601_ms(layer.created);
  text.pop_back();
  return text + "+0000";
}

/// What lists show of a version.
Object summary(const Scope& scope, const LayerVersion& layer) {
  const LayerName name{scope, layer.name, layer.number};
  Object out{{"LayerVersionArn", name.arn()},
             {"Version", layer.number},
             {"Description", layer.description},
             {"CreatedDate", created(layer)},
             {"CompatibleRuntimes", texts(layer.runtimes)},
             {"CompatibleArchitectures", texts(layer.architectures)}};
  if (!layer.license.empty()) out["LicenseInfo"] = layer.license;
  return out;
}

Object whole(const core::Context& context, const Scope& scope, const LayerVersion& layer,
             std::string_view base) {
  auto out = summary(scope, layer);
  out["LayerArn"] = LayerName{scope, layer.name, 0}.layer_arn();
  out["Content"] = Object{{"Location", code_location(context, layer.code, base)},
                          {"CodeSha256", layer.code_sha256},
                          {"CodeSize", layer.code_size}};
  return out;
}

Outcome show(Call& call, const Result<LayerName>& name) {
  if (!name) return name.error();
  const auto layer = kLayers.get(call, name->key());
  if (!layer) return no_resource();
  return whole(call, name->scope, *layer, base_url(call));
}

bool fits(const Document& params, const LayerVersion& layer) {
  const auto has = [](const auto& values, std::string_view wanted) {
    return wanted.empty() || std::ranges::find(values, wanted) != values.end();
  };
  return has(layer.runtimes, text(params, "CompatibleRuntime")) &&
         has(layer.architectures, text(params, "CompatibleArchitecture"));
}

}  // namespace

Result<std::vector<LayerUse>> read_layers(Call& call) {
  std::vector<LayerUse> out;
  const auto& given = array_of(call.params(), "Layers");
  if (given.size() > kMostLayers)
    return invalid(fmt::format("Cannot reference more than {} layers.", kMostLayers));
  for (const auto& each : given) {
    const auto* arn = each.if_string();
    const auto name = arn ? parse_layer(*arn, call.scope()) : std::nullopt;
    if (!name || name->number < 1)
      return violation(to_json(given), "layers",
                       "Member must satisfy constraint: [Member must satisfy regular expression "
                       "pattern: arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:"
                       "[a-zA-Z0-9-_]+:[0-9]+]");
    auto access = access_to(call, "lambda:GetLayerVersion", *name);
    if (name->scope.account != call.account()) TRY(call.authorize(access));
    const auto layer = kLayers.get(call, name->key());
    if (!layer) return invalid(fmt::format("Layer version {} does not exist.", name->arn()));
    for (const auto& other : out) {
      if (parse_layer(other.arn, call.scope())->layer_arn() == name->layer_arn())
        return invalid(
            "Two different versions of the same layer are not allowed to be referenced "
            "in the same function. " +
            other.arn + " and " + name->arn() + " are versions of the same layer.");
    }
    out.push_back({name->arn(), layer->code_size, layer->code});
  }
  return out;
}

Outcome publish_layer_version(Call& call) {
  const auto name = TRY(layer_of(call));
  const auto& params = call.params();
  LayerVersion layer{.name = name.name,
                     .description = string_of(params, "Description"),
                     .license = string_of(params, "LicenseInfo"),
                     .runtimes = texts_in(params, "CompatibleRuntimes"),
                     .architectures = texts_in(params, "CompatibleArchitectures")};
  const auto code = TRY(code_source(call, object_of(params, "Content")));
  return inspect(call, code, {{"kind", "layer"}, {"layer", encode(layer)}});
}

Object layer_published(core::Context& context, const LayerVersion& given, std::string_view base) {
  auto layer = given;
  const auto counter = Key::of(context.scope(), layer.name);
  layer.number = kLayerNames.get(context, counter).value_or(Layer{}).versions + 1;
  layer.created = context.now();
  kLayerNames.put(context, counter, {layer.name, layer.number});
  kLayers.put(context, Key::of(context.scope(), layer.name, number_part(layer.number)), layer);
  return whole(context, context.scope(), layer, base);
}

Outcome get_layer_version(Call& call) {
  return show(call, layer_version_of(call));
}

Outcome get_layer_version_by_arn(Call& call) {
  return show(call, layer_version_of(call));
}

Outcome list_layer_versions(Call& call) {
  const auto name = TRY(layer_of(call));
  std::vector<LayerVersion> versions;
  kLayers.scan(
      call, Key::of(name.scope, name.name),
      [&](const auto&, const LayerVersion& layer) {
        if (fits(call.params(), layer)) versions.push_back(layer);
        return true;
      },
      store::Direction::Backward);
  // The newest first; Marker is the number to go on below.
  const auto most = static_cast<std::size_t>(
      std::clamp<std::int64_t>(integer(call.params(), "MaxItems").value_or(50), 1, 50));
  const auto marker = text(call.params(), "Marker");
  if (!marker.empty() && !is_number(marker)) return invalid("Invalid value for Marker.");
  Object reply;
  Array out;
  for (const auto& layer : versions) {
    if (!marker.empty() && layer.number >= std::stoll(std::string(marker.substr(0, 18)))) continue;
    if (out.size() == most) {
      reply["NextMarker"] = std::to_string(*integer(out.back(), "Version"));
      break;
    }
    out.push_back(summary(name.scope, layer));
  }
  reply["LayerVersions"] = std::move(out);
  return reply;
}

/// Each with its newest version that fits.
Outcome list_layers(Call& call) {
  return list_page<Layer>(
      call, kLayerNames, Key::of(call.scope()), "Layers", [&](const Layer& row) -> Document {
        Object latest;
        kLayers.scan(
            call, Key::of(call.scope(), row.name),
            [&](const auto&, const LayerVersion& layer) {
              if (fits(call.params(), layer)) latest = summary(call.scope(), layer);
              return latest.empty();
            },
            store::Direction::Backward);
        if (latest.empty()) return nullptr;
        return Object{{"LayerName", row.name},
                      {"LayerArn", LayerName{call.scope(), row.name, 0}.layer_arn()},
                      {"LatestMatchingVersion", std::move(latest)}};
      });
}

Outcome delete_layer_version(Call& call) {
  const auto name = TRY(layer_version_of(call));
  kLayers.erase(call, name.key());
  kLayerPolicies.erase(call, name.key());
  return Object{};
}

Outcome get_layer_version_policy(Call& call) {
  const auto name = TRY(layer_version_of(call));
  const auto policy = kLayerPolicies.get(call, name.key());
  if (!kLayers.contains(call, name.key()) || !policy || policy->statements.empty())
    return no_resource();
  return Object{{"Policy", policy_text(policy)}, {"RevisionId", policy->revision}};
}

Outcome add_layer_version_permission(Call& call) {
  const auto name = TRY(layer_version_of(call));
  const auto& params = call.params();
  if (!kLayers.contains(call, name.key()))
    return fail("ResourceNotFoundException",
                fmt::format("Layer version {} does not exist.", name.arn()), 404);
  if (text(params, "Action") != "lambda:GetLayerVersion")
    return violation(text(params, "Action"), "action",
                     "Member must satisfy regular expression pattern: lambda:GetLayerVersion");
  auto policy = kLayerPolicies.get(call, name.key()).value_or(Policy{});
  TRY(check_revision(call, policy.revision));
  const auto sid = string_of(params, "StatementId");
  if (policy.statements.contains(sid)) {
    return fail("ResourceConflictException",
                fmt::format("The statement id ({}) provided already exists. Please provide a new "
                            "statement id, or remove the existing statement.",
                            sid),
                409);
  }
  const auto principal = string_of(params, "Principal");
  Object statement{{"Sid", sid}, {"Effect", "Allow"}};
  if (principal == "*")
    statement["Principal"] = "*";
  else
    statement["Principal"] =
        Object{{"AWS", is_number(principal) ? "arn:aws:iam::" + principal + ":root" : principal}};
  statement["Action"] = "lambda:GetLayerVersion";
  statement["Resource"] = name.arn();
  if (const auto organization = text(params, "OrganizationId"); !organization.empty())
    statement["Condition"] = Object{{"StringEquals", Object{{"aws:PrincipalOrgID", organization}}}};
  policy.statements[sid] = statement;
  policy.revision = call.new_uuid();
  kLayerPolicies.put(call, name.key(), policy);
  return Object{{"Statement", to_json(statement)}, {"RevisionId", policy.revision}};
}

Outcome remove_layer_version_permission(Call& call) {
  const auto name = TRY(layer_version_of(call));
  auto policy = kLayerPolicies.get(call, name.key()).value_or(Policy{});
  TRY(check_revision(call, policy.revision));
  const auto sid = string_of(call.params(), "StatementId");
  if (!policy.statements.erase(sid)) {
    return fail("ResourceNotFoundException",
                fmt::format("Statement {} is not found in resource policy.", sid), 404);
  }
  policy.revision = call.new_uuid();
  kLayerPolicies.put(call, name.key(), policy);
  return Object{};
}

core::Needs needs_layer_version(std::string action) {
  return [action = "lambda:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    const auto name = layer_version_of(call);
    if (!name) return {{.action = action}};
    return {access_to(call, action, *name)};
  };
}

core::Needs needs_layer(std::string action) {
  return [action = "lambda:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    const auto name = layer_of(call);
    if (!name) return {{.action = action}};
    return {{.action = action, .resource = name->layer_arn(), .owner = name->scope.account}};
  };
}

}  // namespace tocsin::lambda
