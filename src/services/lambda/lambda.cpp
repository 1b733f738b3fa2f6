// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/lambda.hpp"

#include <fmt/format.h>

#include "services/lambda/state.hpp"

namespace tocsin::lambda {

std::string policy_text(const Function& function) {
  if (function.permissions.empty()) return {};
  Array statements;
  for (const auto& [sid, statement] : function.permissions)
    statements.push_back(statement);
  return to_json(
      Object{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
}

namespace {

using core::Call;
using core::Effect;
using core::Key;
using core::Outcome;

Outcome get_function(Call& call) {
  const auto function = TRY(function_of(call));
  return Object{{"Configuration", configuration(call.secrets(), function)},
                {"Tags", encode(function.tags)}};
}

Outcome get_function_configuration(Call& call) {
  return configuration(call.secrets(), TRY(function_of(call)));
}

Outcome list_functions(Call& call) {
  Array functions;
  for (const auto& function : kFunctions.all(call, Key::of(call.scope())))
    functions.push_back(configuration(call.secrets(), function));
  return Object{{"Functions", std::move(functions)}};
}

Outcome delete_function(Call& call) {
  const auto function = TRY(function_of(call));
  kFunctions.erase(call, Key::of(call.scope(), function.name));
  return Object{};
}

Document principal_element(std::string_view principal) {
  if (principal == "*") return "*";
  return principal.ends_with(".amazonaws.com") ? Object{{"Service", principal}}
                                               : Object{{"AWS", principal}};
}

Outcome add_permission(Call& call) {
  auto function = TRY(function_of(call));
  const auto sid = string_of(call.params(), "StatementId");
  if (function.permissions.contains(sid)) {
    return fail("ResourceConflictException",
                fmt::format("The statement id ({}) provided already exists. Please provide a new "
                            "statement id, or remove the existing statement.",
                            sid),
                409);
  }
  Object statement{{"Sid", sid},
                   {"Effect", "Allow"},
                   {"Principal", principal_element(text(call.params(), "Principal"))},
                   {"Action", text(call.params(), "Action")},
                   {"Resource", function.arn}};
  Object condition;
  if (const auto source = text(call.params(), "SourceArn"); !source.empty())
    condition["ArnLike"] = Object{{"AWS:SourceArn", source}};
  if (const auto source = text(call.params(), "SourceAccount"); !source.empty())
    condition["StringEquals"] = Object{{"AWS:SourceAccount", source}};
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  function.permissions[sid] = statement;
  kFunctions.put(call, Key::of(call.scope(), function.name), function);
  return Object{{"Statement", to_json(statement)}};
}

Outcome remove_permission(Call& call) {
  auto function = TRY(function_of(call));
  if (!function.permissions.erase(string_of(call.params(), "StatementId"))) {
    return fail("ResourceNotFoundException",
                fmt::format("Statement {} is not found in resource policy.",
                            text(call.params(), "StatementId")),
                404);
  }
  kFunctions.put(call, Key::of(call.scope(), function.name), function);
  return Object{};
}

Outcome get_policy(Call& call) {
  const auto function = TRY(function_of(call));
  if (function.permissions.empty())
    return fail("ResourceNotFoundException", "The resource you requested does not exist.", 404);
  return Object{{"Policy", policy_text(function)}, {"RevisionId", function.revision}};
}

core::Needs needs(std::string action) {
  return [action = std::move(action)](Call& call) -> std::vector<core::Access> {
    const auto name = name_in(text(call.params(), "FunctionName"));
    const auto function = kFunctions.get(call, Key::of(call.scope(), name));
    return {{.action = action,
             .resource = arn("lambda", call.scope(), "function:" + name),
             .owner = call.account(),
             .resource_policy = function ? policy_text(*function) : std::string()}};
  };
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto function = decoded<Function>(row);
  const auto parsed = Arn::parse(function.arn);
  return {.id = function.name,
          .name = function.name,
          .arn = function.arn,
          .scope = {AccountId(parsed->account), parsed->region},
          .configuration = {{"FunctionName", function.name},
                            {"Runtime", function.runtime},
                            {"Handler", function.handler},
                            {"Role", function.role},
                            {"MemorySize", function.memory_mb},
                            {"Timeout", function.timeout_s},
                            {"CodeSha256", function.code_sha256}},
          .tags = function.tags,
          .relationships = {{"AWS::IAM::Role", function.role, "Is associated with"}}};
}

}  // namespace

void register_lambda(core::Registry& registry) {
  registry.add(core::Service{
      "lambda",
      "lambda",
      {{"CreateFunction", Effect::Write, create_function, needs("lambda:CreateFunction"),
        "Code.ZipFile"},
       {"UpdateFunctionCode", Effect::Write, update_function_code,
        needs("lambda:UpdateFunctionCode"), "ZipFile"},
       {"UpdateFunctionConfiguration", Effect::Write, update_function_configuration,
        needs("lambda:UpdateFunctionConfiguration")},
       {"GetFunction", Effect::Read, get_function, needs("lambda:GetFunction")},
       {"GetFunctionConfiguration", Effect::Read, get_function_configuration,
        needs("lambda:GetFunctionConfiguration")},
       {"ListFunctions", Effect::Read, list_functions},
       {"DeleteFunction", Effect::Write, delete_function, needs("lambda:DeleteFunction")},
       {"Invoke", Effect::Write, invoke, needs("lambda:InvokeFunction")},
       {"AddPermission", Effect::Write, add_permission, needs("lambda:AddPermission")},
       {"RemovePermission", Effect::Write, remove_permission, needs("lambda:RemovePermission")},
       {"GetPolicy", Effect::Read, get_policy, needs("lambda:GetPolicy")}}});
  registry.on_resume("lambda.code_inspected", code_inspected);
  registry.on_resume("lambda.invoked", invoked);
  registry.on_resume("lambda.run_again", run_again);
  registry.on_resume("lambda.logs_written", logs_written);
  registry.add(core::ResourceType{
      .type = "AWS::Lambda::Function", .table = kFunctions.name(), .describe = describe});
}

}  // namespace tocsin::lambda
