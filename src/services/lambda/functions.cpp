// SPDX-License-Identifier: Apache-2.0
// Functions: what they are made of. Code is inspected by a worker before anything is kept.
#include <fmt/format.h>

#include "services/lambda/state.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

Failure invalid(std::string message) {
  return fail("InvalidParameterValueException", std::move(message));
}

Result<void> read_environment(Call& call, Function& function) {
  const auto* variables = find_path(call.params(), "Environment.Variables");
  if (!variables || !variables->is_object()) return {};
  function.environment = {};
  for (const auto& entry : variables->as_object()) {
    const auto value = call.open(entry.value());
    if (!value) return invalid("Environment variables must be strings.");
    function.environment[entry.key()] = call.seal(*value);
  }
  return {};
}

Result<void> read_configuration(Call& call, Function& function) {
  const auto& params = call.params();
  function.role = string_of(params, "Role", function.role);
  function.runtime = string_of(params, "Runtime", function.runtime);
  function.handler = string_of(params, "Handler", function.handler);
  function.description = string_of(params, "Description", function.description);
  function.memory_mb = integer(params, "MemorySize").value_or(function.memory_mb);
  function.timeout_s = integer(params, "Timeout").value_or(function.timeout_s);
  TRY(read_environment(call, function));
  if (function.memory_mb < 128 || function.memory_mb > 10'240)
    return invalid("MemorySize must be between 128 and 10240.");
  if (function.timeout_s < 1 || function.timeout_s > 900)
    return invalid("Timeout must be between 1 and 900.");
  if (!function.runtime.starts_with("python3.")) {
    return invalid(fmt::format("Tocsin runs python3 functions; the runtime {} is not served yet.",
                               function.runtime));
  }
  return {};
}

/// The caller must be allowed to pass the role, and Lambda to assume it.
Result<void> check_role(Call& call, Function& function) {
  TRY(call.authorize({.action = "iam:PassRole",
                      .resource = function.role,
                      .context = {{"iam:PassedToService", {"lambda.amazonaws.com"}}}}));
  if (!call.identify(as_function(call, function)))
    return invalid("The role defined for the function cannot be assumed by Lambda.");
  return {};
}

void touch(Context& context, Function& function) {
  function.modified = context.now();
  function.revision = context.new_uuid();
}

/// Parks the call until a worker has looked at the code; `function` is what is kept if it is good.
Outcome inspect(Call& call, const Function& function, const Document& zip, bool created) {
  const auto token = call.park();
  Object payload;
  if (const auto ref = store::blob_ref(zip))
    payload["Code"] = zip;
  else
    payload["ZipBase64"] = boost::json::string(call.open(zip).value_or(""));
  call.start({.work = core::JobSpec{.kind = "function.inspect_code", .payload = std::move(payload)},
              .retry = {.attempts = 3},
              .then = {"lambda.code_inspected", Object{{"token", token.id},
                                                       {"function", encode(function)},
                                                       {"created", created}}}});
  return token;
}

}  // namespace

std::string name_in(std::string_view function_name) {
  if (const auto arn = Arn::parse(function_name)) {
    if (!arn->resource.starts_with("function:")) return {};
    return arn->resource.substr(9, arn->resource.find(':', 9) - 9);
  }
  const auto at = function_name.rfind("function:");
  auto name = at == std::string_view::npos ? function_name : function_name.substr(at + 9);
  return std::string(name.substr(0, name.find(':')));
}

Result<Function> function_of(Call& call) {
  const auto name = name_in(text(call.params(), "FunctionName"));
  auto function = kFunctions.get(call, Key::of(call.scope(), name));
  const auto qualifier = text(call.params(), "Qualifier", "$LATEST");
  if (!function || qualifier != "$LATEST") {
    return fail(
        "ResourceNotFoundException",
        fmt::format("Function not found: {}{}", arn("lambda", call.scope(), "function:" + name),
                    qualifier == "$LATEST" ? "" : ":" + std::string(qualifier)),
        404);
  }
  return *std::move(function);
}

Object configuration(const core::Secrets& secrets, const Function& function) {
  Object out{{"FunctionName", function.name},
             {"FunctionArn", function.arn},
             {"Runtime", function.runtime},
             {"Role", function.role},
             {"Handler", function.handler},
             {"CodeSize", function.code_size},
             {"Description", function.description},
             {"Timeout", function.timeout_s},
             {"MemorySize", function.memory_mb},
             {"LastModified", format_time(function.modified, "%Y-%m-%dT%H:%M:%S.000+0000")},
             {"CodeSha256", function.code_sha256},
             {"Version", "$LATEST"},
             {"RevisionId", function.revision},
             {"PackageType", "Zip"},
             {"Architectures", Array{"x86_64"}},
             {"State", "Active"},
             {"LastUpdateStatus", "Successful"}};
  if (!function.environment.empty()) {
    Document variables = function.environment;
    secrets.open_all(variables);
    out["Environment"] = Object{{"Variables", std::move(variables)}};
  }
  return out;
}

Outcome create_function(Call& call) {
  Function function{.name = name_in(text(call.params(), "FunctionName"))};
  if (function.name.empty() || function.name.size() > 64)
    return invalid("FunctionName is not a function's name.");
  function.arn = arn("lambda", call.scope(), "function:" + function.name);
  if (kFunctions.contains(call, Key::of(call.scope(), function.name))) {
    return fail("ResourceConflictException", "Function already exist: " + function.name, 409);
  }
  TRY(read_configuration(call, function));
  TRY(check_role(call, function));
  for (const auto& tag : object_of(call.params(), "Tags"))
    function.tags[std::string(tag.key())] = text(call.params().at("Tags"), tag.key());
  const auto* zip = find_path(call.params(), "Code.ZipFile");
  if (!zip)
    return invalid(
        "Tocsin takes a function's code as Code.ZipFile; other sources are not served yet.");
  touch(call, function);
  return inspect(call, function, *zip, true);
}

Outcome update_function_code(Call& call) {
  auto function = TRY(function_of(call));
  const auto* zip = find(call.params(), "ZipFile");
  if (!zip)
    return invalid("Tocsin takes a function's code as ZipFile; other sources are not served yet.");
  return inspect(call, function, *zip, false);
}

Outcome update_function_configuration(Call& call) {
  auto function = TRY(function_of(call));
  const auto role = function.role;
  TRY(read_configuration(call, function));
  if (function.role != role) {
    TRY(check_role(call, function));
    function.credentials_until = {};
  }
  touch(call, function);
  kFunctions.put(call, Key::of(call.scope(), function.name), function);
  return configuration(call.secrets(), function);
}

void code_inspected(Context& context, const core::Resumption& end) {
  const core::Token token{string_of(end.context, "token")};
  if (!end.outcome) return void(context.resolve(token, std::unexpected(end.outcome.error())));
  auto function = decoded<Function>(object_of(end.context, "function"));
  const auto key = Key::of(context.scope(), function.name);
  const auto current = kFunctions.get(context, key);
  const bool created = flag(end.context, "created");
  if (created && current)
    return void(context.resolve(
        token, fail("ResourceConflictException", "Function already exist: " + function.name, 409)));
  if (!created && !current)
    return void(context.resolve(
        token, fail("ResourceNotFoundException", "Function not found: " + function.arn, 404)));
  if (current) function = *current;
  if (const auto ref = store::blob_ref(object_of(*end.outcome, "Code"))) function.code = *ref;
  function.code_sha256 = string_of(*end.outcome, "CodeSha256");
  function.code_size = integer(*end.outcome, "CodeSize").value_or(0);
  touch(context, function);
  kFunctions.put(context, key, function);
  context.resolve(token, Document(configuration(context.secrets(), function)));
}

}  // namespace tocsin::lambda
