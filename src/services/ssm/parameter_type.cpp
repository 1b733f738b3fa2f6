// SPDX-License-Identifier: Apache-2.0
// The resource type AWS::SSM::Parameter, and the operations of Parameter Store.
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Access;
using core::Call;
using core::Outcome;

Outcome ask(Call& call, std::string operation, Object params) {
  return call.call(call.as_caller("ssm", std::move(operation), std::move(params)));
}

/// CloudFormation makes no SecureStrings: the value would stand in the template.
Result<Object> params_of(const Object& properties) {
  if (text(properties, "Type") == "SecureString")
    return fail("ValidationException", "Type: SecureString is not supported by CloudFormation.");
  Object params;
  for (const auto* name :
       {"Name", "Type", "Value", "Description", "AllowedPattern", "Tier", "Policies", "DataType"}) {
    if (const auto* value = properties.if_contains(name)) params[name] = *value;
  }
  return params;
}

/// CloudFormation's Tags of this type are a map.
Array tags_in(const Object& properties) {
  Array tags;
  for (const auto& [key, value] : object_of(properties, "Tags"))
    tags.push_back(Object{{"Key", key}, {"Value", value}});
  return tags;
}

Outcome create(Call& call, const Object& properties) {
  auto params = TRY(params_of(properties));
  if (!params.contains("Name"))
    params["Name"] =
        "CFN-Parameter-" +
        call.new_id("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 12);
  if (auto tags = tags_in(properties); !tags.empty()) params["Tags"] = std::move(tags);
  const auto name = string_of(params, "Name");
  TRY(ask(call, "PutParameter", std::move(params)).result());
  return Object{{"Id", name}};
}

Outcome update(Call& call, const std::string& id, const Object& properties) {
  auto params = TRY(params_of(properties));
  params["Name"] = id;
  params["Overwrite"] = true;
  if (params.contains("Value")) TRY(ask(call, "PutParameter", std::move(params)).result());
  const Object resource{{"ResourceType", "Parameter"}, {"ResourceId", id}};
  const auto before = TRY(parameter_named(call, id));
  Array gone;
  const auto& wanted = object_of(properties, "Tags");
  for (const auto& [key, value] : before.tags) {
    if (!wanted.contains(key)) gone.push_back(boost::json::string(key));
  }
  if (!gone.empty()) {
    auto removal = resource;
    removal["TagKeys"] = std::move(gone);
    TRY(ask(call, "RemoveTagsFromResource", std::move(removal)).result());
  }
  if (!wanted.empty()) {
    auto addition = resource;
    addition["Tags"] = tags_in(properties);
    TRY(ask(call, "AddTagsToResource", std::move(addition)).result());
  }
  return Object{{"Id", id}};
}

Outcome remove(Call& call, const std::string& id) {
  return ask(call, "DeleteParameter", {{"Name", id}});
}

/// Without its value, which only a reader with the right to it is shown.
core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto parameter = decoded<Parameter>(row);
  const auto& latest = parameter.latest;
  Object configuration{{"Name", parameter.name},
                       {"Type", latest.type},
                       {"Tier", latest.tier},
                       {"DataType", latest.data_type}};
  if (!latest.description.empty()) configuration["Description"] = latest.description;
  if (!latest.pattern.empty()) configuration["AllowedPattern"] = latest.pattern;
  if (!latest.policies.empty()) configuration["Policies"] = latest.policies;
  return {.id = parameter.name,
          .name = parameter.name,
          .arn = parameter_arn(parameter.scope, parameter.name),
          .scope = parameter.scope,
          .configuration = std::move(configuration),
          .tags = parameter.tags};
}

/// On the hierarchy, as GetParametersByPath asks for it.
std::vector<Access> needs_path(Call& call) {
  const auto path = text(call.params(), "Path");
  return {{.action = "ssm:GetParametersByPath",
           .resource = parameter_arn(call.scope(), path),
           .context = {{"ssm:Recursive", {flag(call.params(), "Recursive") ? "true" : "false"}}}}};
}

std::vector<Access> needs_put(Call& call) {
  auto needs = needs_parameters("PutParameter", "Name")(call);
  const auto tags = core::tags_of(array_of(call.params(), "Tags"));
  for (auto& access : needs) {
    access.context["ssm:Overwrite"] = {flag(call.params(), "Overwrite") ? "true" : "false"};
    core::add_request_tags(access, tags);
  }
  if (!tags.empty())
    needs.push_back({.action = "ssm:AddTagsToResource", .resource = needs[0].resource});
  return needs;
}

}  // namespace

core::ResourceType parameter_type() {
  return {.type = "AWS::SSM::Parameter",
          .table = kParameters.name(),
          .describe = describe,
          .create = create,
          .update = update,
          .remove = remove};
}

std::vector<core::Operation> parameter_operations() {
  using enum core::Effect;
  const auto named = [](std::string action) { return needs_parameters(std::move(action), "Name"); };
  return {
      {"PutParameter", Write, put_parameter, needs_put},
      {"GetParameter", Read, get_parameter, named("GetParameter")},
      {"GetParameters", Read, get_parameters, needs_parameters("GetParameters", "Names")},
      {"GetParametersByPath", Read, get_parameters_by_path, needs_path},
      {"GetParameterHistory", Read, get_parameter_history, named("GetParameterHistory")},
      {"DescribeParameters", Read, describe_parameters},
      {"DeleteParameter", Write, delete_parameter, named("DeleteParameter")},
      {"DeleteParameters", Write, delete_parameters, needs_parameters("DeleteParameters", "Names")},
      {"LabelParameterVersion", Write, label_parameter_version, named("LabelParameterVersion")},
      {"UnlabelParameterVersion", Write, unlabel_parameter_version,
       named("UnlabelParameterVersion")}};
}

}  // namespace tocsin::ssm
