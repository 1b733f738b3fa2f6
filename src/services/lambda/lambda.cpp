// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/lambda.hpp"

#include "services/lambda/asynchronous.hpp"
#include "services/lambda/code.hpp"
#include "services/lambda/function_logs.hpp"
#include "services/lambda/functions.hpp"
#include "services/lambda/invocation.hpp"
#include "services/lambda/layers.hpp"
#include "services/lambda/mappings.hpp"
#include "services/lambda/urls.hpp"
#include "services/lambda/versions.hpp"

namespace tocsin::lambda {
namespace {

using core::Operation;
using enum core::Effect;

using Operations = std::vector<Operation>;

std::vector<core::Access> nothing(core::Call&) {
  return {};
}

Operations of_functions() {
  return {
      {"CreateFunction", Write, create_function, needs_create_function, "Code.ZipFile"},
      {"UpdateFunctionCode", Write, update_function_code, needs("UpdateFunctionCode"), "ZipFile"},
      {"UpdateFunctionConfiguration", Write, update_function_configuration,
       needs_update_configuration},
      {"GetFunction", Read, get_function, needs("GetFunction")},
      {"GetFunctionConfiguration", Read, get_function_configuration,
       needs("GetFunctionConfiguration")},
      {"ListFunctions", Read, list_functions},
      {"DeleteFunction", Write, delete_function, needs("DeleteFunction")},
      {"PutFunctionConcurrency", Write, put_function_concurrency, needs("PutFunctionConcurrency")},
      {"GetFunctionConcurrency", Read, get_function_concurrency, needs("GetFunctionConcurrency")},
      {"DeleteFunctionConcurrency", Write, delete_function_concurrency,
       needs("DeleteFunctionConcurrency")},
      {"GetAccountSettings", Read, get_account_settings},
      {"TagResource", Write, tag_resource, needs_tagged("TagResource")},
      {"UntagResource", Write, untag_resource, needs_tagged("UntagResource")},
      {"ListTags", Read, list_tags, needs_tagged("ListTags")},
      {"AddPermission", Write, add_permission, needs_add_permission},
      {"RemovePermission", Write, remove_permission, needs("RemovePermission")},
      {"GetPolicy", Read, get_policy, needs("GetPolicy")}};
}

Operations of_versions() {
  return {
      {"PublishVersion", Write, publish_version, needs("PublishVersion")},
      {"ListVersionsByFunction", Read, list_versions_by_function, needs("ListVersionsByFunction")},
      {"CreateAlias", Write, create_alias, needs("CreateAlias")},
      {"GetAlias", Read, get_alias, needs("GetAlias")},
      {"UpdateAlias", Write, update_alias, needs("UpdateAlias")},
      {"DeleteAlias", Write, delete_alias, needs("DeleteAlias")},
      {"ListAliases", Read, list_aliases, needs("ListAliases")}};
}

Operations of_layers() {
  return {{"PublishLayerVersion", Write, publish_layer_version, needs_layer("PublishLayerVersion"),
           "Content.ZipFile"},
          {"GetLayerVersion", Read, get_layer_version, needs_layer_version("GetLayerVersion")},
          {"GetLayerVersionByArn", Read, get_layer_version_by_arn,
           needs_layer_version("GetLayerVersion")},
          {"ListLayerVersions", Read, list_layer_versions, needs_layer("ListLayerVersions")},
          {"ListLayers", Read, list_layers},
          {"DeleteLayerVersion", Write, delete_layer_version,
           needs_layer_version("DeleteLayerVersion")},
          {"GetLayerVersionPolicy", Read, get_layer_version_policy,
           needs_layer_version("GetLayerVersionPolicy")},
          {"AddLayerVersionPermission", Write, add_layer_version_permission,
           needs_layer_version("AddLayerVersionPermission")},
          {"RemoveLayerVersionPermission", Write, remove_layer_version_permission,
           needs_layer_version("RemoveLayerVersionPermission")}};
}

Operations of_invocations() {
  return {
      {"Invoke", Write, invoke, needs("InvokeFunction")},
      {"InvokeAsync", Write, invoke_async, needs("InvokeFunction")},
      {"PutFunctionEventInvokeConfig", Write, put_event_config,
       needs("PutFunctionEventInvokeConfig")},
      {"UpdateFunctionEventInvokeConfig", Write, update_event_config,
       needs("UpdateFunctionEventInvokeConfig")},
      {"GetFunctionEventInvokeConfig", Read, get_event_config,
       needs("GetFunctionEventInvokeConfig")},
      {"DeleteFunctionEventInvokeConfig", Write, delete_event_config,
       needs("DeleteFunctionEventInvokeConfig")},
      {"ListFunctionEventInvokeConfigs", Read, list_event_configs,
       needs("ListFunctionEventInvokeConfigs")},
      {"CreateFunctionUrlConfig", Write, create_url_config,
       needs_url_config("CreateFunctionUrlConfig")},
      {"GetFunctionUrlConfig", Read, get_url_config, needs_url_config("GetFunctionUrlConfig")},
      {"UpdateFunctionUrlConfig", Write, update_url_config,
       needs_url_config("UpdateFunctionUrlConfig")},
      {"DeleteFunctionUrlConfig", Write, delete_url_config,
       needs_url_config("DeleteFunctionUrlConfig")},
      {"ListFunctionUrlConfigs", Read, list_url_configs,
       needs_url_config("ListFunctionUrlConfigs")},
      {"CreateEventSourceMapping", Write, create_mapping,
       needs_mapping("CreateEventSourceMapping")},
      {"GetEventSourceMapping", Read, get_mapping, needs_mapping("GetEventSourceMapping")},
      {"UpdateEventSourceMapping", Write, update_mapping,
       needs_mapping("UpdateEventSourceMapping")},
      {"DeleteEventSourceMapping", Write, delete_mapping,
       needs_mapping("DeleteEventSourceMapping")},
      {"ListEventSourceMappings", Read, list_mappings, needs_mapping("ListEventSourceMappings")},
      // Our own, behind addresses that Lambda gives out.
      {"GetCode", Read, get_code, nothing},
      {"InvokeFunctionUrl", Write, invoke_url, needs_invoke_url}};
}

}  // namespace

void register_lambda(core::Registry& registry) {
  core::Service service{"lambda", "lambda", of_functions()};
  for (auto&& operations : {of_versions(), of_layers(), of_invocations()})
    service.operations.insert(service.operations.end(), operations.begin(), operations.end());
  registry.add(std::move(service));
  registry.on_resume("lambda.code_inspected", code_inspected);
  on_invocations(registry);
  on_events(registry);
  on_logs(registry);
  on_polling(registry);
  registry.add(function_type());
}

}  // namespace tocsin::lambda
