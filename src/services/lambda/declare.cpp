// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/declare.hpp"

#include <array>

#include "core/declare.hpp"
#include "services/lambda/functions.hpp"
#include "services/lambda/state.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<core::Parameter, 11> kGiven{{{"Runtime"},
                                                  {"Handler"},
                                                  {"Role"},
                                                  {"Description"},
                                                  {"MemorySize"},
                                                  {"Timeout"},
                                                  {"EphemeralStorage"},
                                                  {"Layers"},
                                                  {"Environment"},
                                                  {"DeadLetterConfig"},
                                                  {"TracingConfig"}}};
constexpr std::array<std::string_view, 14> kServed{
    "Runtime",       "Handler",          "Role",   "Description", "MemorySize",
    "Timeout",       "EphemeralStorage", "Layers", "Environment", "DeadLetterConfig",
    "TracingConfig", "FunctionName",     "Code",   "Tags"};
constexpr std::array<core::Parameter, 3> kCode{{{"S3Bucket"}, {"S3Key"}, {"S3ObjectVersion"}}};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "lambda", std::move(operation), std::move(params));
}

Result<Object> code_in(const Object& properties) {
  const auto& code = object_of(properties, "Code");
  auto params = core::params_of(code, kCode);
  if (params.size() != code.size() || params.empty())
    return fail("InvalidRequest",
                "Tocsin takes the Code of a declared function from S3Bucket and S3Key.");
  return params;
}

}  // namespace

Outcome declare_function(Call& call, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto name = core::name_of(call, properties, "FunctionName", "Function");
  auto params = core::params_of(properties, kGiven);
  params["FunctionName"] = name;
  params["Code"] = TRY(code_in(properties));
  if (const auto tags = core::tags_of(array_of(properties, "Tags")); !tags.empty())
    params["Tags"] = encode(tags);
  auto made = call.call(call.as_caller("lambda", "CreateFunction", std::move(params)));
  if (made.pending()) return made;  // its code is looked at first
  TRY(std::move(made).result());
  return Object{{"Id", name}};
}

Outcome redeclare_function(Call& call, const std::string& name, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto function = kFunctions.get(call, core::Key::of(call.scope(), name));
  if (!function) return fail("ResourceNotFoundException", "Function not found: " + name, 404);
  const auto shown = function_type().describe(call, encode(*function)).configuration;
  if (auto params = core::changed_params(properties, shown, kGiven); !params.empty()) {
    params["FunctionName"] = name;
    TRY(ask(call, "UpdateFunctionConfiguration", std::move(params)));
  }
  Outcome code = Object{};
  if (properties.contains("Code")) {
    auto params = TRY(code_in(properties));
    params["FunctionName"] = name;
    code = call.call(call.as_caller("lambda", "UpdateFunctionCode", std::move(params)));
    if (!code.pending()) TRY(std::move(code).result());
  }
  const auto tags = core::retagging(function->tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"Resource", function->arn()}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource", {{"Resource", function->arn()}, {"Tags", encode(tags.added)}}));
  if (code.pending()) return code;
  return Object{{"Id", name}};
}

Outcome undeclare_function(Call& call, const std::string& name) {
  return ask(call, "DeleteFunction", {{"FunctionName", name}});
}

}  // namespace tocsin::lambda
