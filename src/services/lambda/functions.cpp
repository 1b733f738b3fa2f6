// SPDX-License-Identifier: Apache-2.0
// Functions: what they are made of. Code is looked at by a worker before anything is kept.
#include "services/lambda/functions.hpp"

#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/lambda/code.hpp"
#include "services/lambda/concurrency.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/declare.hpp"
#include "services/lambda/paging.hpp"
#include "services/lambda/versions.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kLongestName = 64;

Failure exists(const std::string& name) {
  return fail("ResourceConflictException", "Function already exist: " + name, 409);
}

Result<std::map<std::string, std::string>> read_tags(const Call& call) {
  std::map<std::string, std::string> tags;
  for (const auto& tag : object_of(call.params(), "Tags"))
    tags[std::string(tag.key())] = text(object_of(call.params(), "Tags"), tag.key());
  if (tags.size() > 50) return invalid("Number of tags exceeds resource tag limit.");
  return tags;
}

void take_code(Configuration& out, const Document& result) {
  if (const auto ref = store::blob_ref(object_of(result, "Code"))) out.code = *ref;
  out.code_sha256 = string_of(result, "CodeSha256");
  out.code_size = integer(result, "CodeSize").value_or(0);
}

template <class Row>
void erase_all(Context& context, const core::Table<Row>& table, const Function& function) {
  std::vector<std::string> last;
  table.scan(context, Key::of(function.scope, function.name), [&](const auto& key, const Row&) {
    last.push_back(key.back());
    return true;
  });
  for (const auto& part : last)
    table.erase(context, Key::of(function.scope, function.name, part));
}

void erase_function(Context& context, const Function& function) {
  for (const auto& url : kUrls.all(context, Key::of(function.scope, function.name)))
    kUrlIds.erase(context, Key{url.id});
  erase_all(context, kVersions, function);
  erase_all(context, kAliases, function);
  erase_all(context, kPolicies, function);
  erase_all(context, kEvents, function);
  erase_all(context, kUrls, function);
  erase_all(context, kRoleSessions, function);
  set_reserve(context, function, std::nullopt);
  kFunctions.erase(context, Key::of(function.scope, function.name));
}

Outcome delete_version(Call& call, const Function& function, const Reference& reference) {
  if (reference.qualifier == kLatest)
    return invalid("$LATEST version cannot be deleted without deleting the function.");
  if (!is_number(reference.qualifier))
    return invalid("Deletion of aliases is not currently supported.");
  std::string users;
  for (const auto& alias : kAliases.all(call, reference.key())) {
    if (alias.version == reference.qualifier || alias.weights.contains(reference.qualifier))
      users += (users.empty() ? "" : ", ") + alias.name;
  }
  if (!users.empty()) {
    return fail(
        "ResourceConflictException",
        fmt::format("Unable to delete version because the following aliases reference it: [{}]",
                    users),
        409);
  }
  if (reference.qualifier.size() <= 8) {
    kVersions.erase(
        call, Key::of(function.scope, function.name, number_part(std::stoll(reference.qualifier))));
  }
  kPolicies.erase(call, Key::of(function.scope, function.name, reference.qualifier));
  return Object{};
}

Result<Document> created(Context& context, Function function, const Document& result,
                         bool publish) {
  const auto key = Key::of(function.scope, function.name);
  if (kFunctions.contains(context, key)) return exists(function.name);
  take_code(function.latest, result);
  touch(context, function.latest);
  kFunctions.put(context, key, function);
  if (!publish)
    return Document(shown(context.secrets(), function, function.latest, kLatest, function.arn(),
                          Phase::Created));
  const auto version = publish_latest(context, function, {});
  return Document(shown(context.secrets(), function, version.configuration,
                        std::to_string(version.number),
                        fmt::format("{}:{}", function.arn(), version.number), Phase::Created));
}

Result<Document> updated(Context& context, const Document& state, const Document& result) {
  auto function = kFunctions.get(context, Key::of(context.scope(), text(state, "name")));
  if (!function) return not_found({.scope = context.scope(), .name = string_of(state, "name")});
  take_code(function->latest, result);
  function->latest.architecture = string_of(state, "architecture", function->latest.architecture);
  touch(context, function->latest);
  if (!flag(state, "dry"))
    kFunctions.put(context, Key::of(function->scope, function->name), *function);
  if (flag(state, "dry") || !flag(state, "publish"))
    return Document(shown(context.secrets(), *function, function->latest, kLatest, function->arn(),
                          Phase::Updated));
  const auto version = publish_latest(context, *function, {});
  return Document(shown(context.secrets(), *function, version.configuration,
                        std::to_string(version.number),
                        fmt::format("{}:{}", function->arn(), version.number), Phase::Updated));
}

/// As AWS Config shows it: a FunctionConfiguration in camel case.
Object recorded_function(const Function& function) {
  const auto& latest = function.latest;
  Array layers;
  for (const auto& layer : latest.layers)
    layers.push_back(Object{{"arn", layer.arn}, {"codeSize", layer.size}});
  Object out{{"functionName", function.name},
             {"functionArn", function.arn()},
             {"runtime", latest.runtime},
             {"role", latest.role},
             {"handler", latest.handler},
             {"codeSize", latest.code_size},
             {"description", latest.description},
             {"timeout", latest.timeout_s},
             {"memorySize", latest.memory_mb},
             {"lastModified", iso8601_ms(latest.modified)},
             {"codeSha256", latest.code_sha256},
             {"version", "$LATEST"},
             {"tracingConfig", Object{{"mode", latest.tracing}}},
             {"revisionId", latest.revision},
             {"layers", std::move(layers)},
             {"packageType", "Zip"},
             {"architectures", Array{Document(boost::json::string(latest.architecture))}},
             {"ephemeralStorage", Object{{"size", latest.storage_mb}}}};
  if (!latest.dead_letter.empty())
    out["deadLetterConfig"] = Object{{"targetArn", latest.dead_letter}};
  if (!latest.kms_key.empty()) out["kmsKeyArn"] = latest.kms_key;
  return out;
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto function = decoded<Function>(row);
  const auto& latest = function.latest;
  Array layers;
  for (const auto& layer : latest.layers)
    layers.push_back(boost::json::string(layer.arn));
  return {.id = function.name,
          .name = function.name,
          .arn = function.arn(),
          .scope = function.scope,
          .configuration = {{"FunctionName", function.name},
                            {"Runtime", latest.runtime},
                            {"Handler", latest.handler},
                            {"Role", latest.role},
                            {"Description", latest.description},
                            {"MemorySize", latest.memory_mb},
                            {"Timeout", latest.timeout_s},
                            {"EphemeralStorage", Object{{"Size", latest.storage_mb}}},
                            {"Layers", std::move(layers)},
                            {"CodeSha256", latest.code_sha256}},
          .tags = function.tags,
          .relationships = {{"AWS::IAM::Role", latest.role, "Is associated with"}},
          .recorded = recorded_function(function)};
}

void add_layer_keys(const Call& call, core::Access& access) {
  for (const auto& layer : array_of(call.params(), "Layers")) {
    if (const auto* arn = layer.if_string()) access.context["lambda:Layer"].emplace_back(*arn);
  }
}

}  // namespace

Outcome create_function(Call& call) {
  const auto reference = TRY(reference_of(call));
  if (reference.name.size() > kLongestName)
    return violation(reference.name, "functionName",
                     fmt::format("Member must have length less than or equal to {}", kLongestName));
  Function function{.scope = call.scope(), .name = reference.name};
  if (kFunctions.contains(call, reference.key())) return exists(function.name);
  TRY(read_configuration(call, function.latest));
  TRY(check_role(call, function, function.latest.role));
  function.tags = TRY(read_tags(call));
  const auto code = TRY(code_source(call, object_of(call.params(), "Code")));
  return inspect(call, code,
                 {{"kind", "create"},
                  {"function", encode(function)},
                  {"publish", flag(call.params(), "Publish")}});
}

Outcome update_function_code(Call& call) {
  const auto function = TRY(function_of(call));
  TRY(check_revision(call, function.latest.revision));
  const auto code = TRY(code_source(call, call.params()));
  Object state{{"kind", "update"},
               {"name", function.name},
               {"dry", flag(call.params(), "DryRun")},
               {"publish", flag(call.params(), "Publish")}};
  if (const auto& given = array_of(call.params(), "Architectures"); given.size() == 1)
    state["architecture"] = given[0];
  return inspect(call, code, std::move(state));
}

Result<Document> function_inspected(Context& context, Object state, const Document& result) {
  if (text(state, "kind") == "update") return updated(context, state, result);
  return created(context, decoded<Function>(object_of(state, "function")), result,
                 flag(state, "publish"));
}

Outcome update_function_configuration(Call& call) {
  auto function = TRY(function_of(call));
  TRY(check_revision(call, function.latest.revision));
  const auto role = function.latest.role;
  TRY(read_configuration(call, function.latest));
  if (function.latest.role != role) {
    TRY(check_role(call, function, function.latest.role));
    kRoleSessions.erase(call, Key::of(function.scope, function.name, kLatest));
  }
  touch(call, function.latest);
  kFunctions.put(call, Key::of(function.scope, function.name), function);
  return shown(call.secrets(), function, function.latest, kLatest, function.arn(), Phase::Updated);
}

Outcome get_function(Call& call) {
  const auto target = TRY(target_of(call));
  Object reply{{"Configuration", shown(call.secrets(), target)},
               {"Code", Object{{"RepositoryType", "S3"},
                               {"Location",
                                code_location(call, target.configuration.code, base_url(call))}}}};
  if (!target.function.tags.empty()) reply["Tags"] = encode(target.function.tags);
  if (target.function.reserved)
    reply["Concurrency"] = Object{{"ReservedConcurrentExecutions", *target.function.reserved}};
  return reply;
}

Outcome get_function_configuration(Call& call) {
  return shown(call.secrets(), TRY(target_of(call)));
}

Outcome list_functions(Call& call) {
  const bool all = text(call.params(), "FunctionVersion") == "ALL";
  if (!all) {
    return list_page<Function>(call, kFunctions, Key::of(call.scope()), "Functions",
                               [&](const Function& function) {
                                 return Document(shown(call.secrets(), function, function.latest,
                                                       kLatest, function.arn(), Phase::Listed));
                               });
  }
  // Each function of the page with its versions.
  auto page = list_page<Function>(call, kFunctions, Key::of(call.scope()), "Functions",
                                  [](const Function& function) { return encode(function); });
  auto reply = TRY(std::move(page).result())
  .as_object();
  Array shown_all;
  for (const auto& row : array_of(reply, "Functions")) {
    const auto function = decoded<Function>(row);
    for (auto& version : versions_shown(call, function))
      shown_all.push_back(std::move(version));
  }
  reply["Functions"] = std::move(shown_all);
  return reply;
}

Outcome delete_function(Call& call) {
  const auto reference = TRY(reference_of(call));
  const auto function = kFunctions.get(call, reference.key());
  if (!function) return not_found({.scope = reference.scope, .name = reference.name});
  call.set_scope(reference.scope);
  if (!reference.qualifier.empty()) return delete_version(call, *function, reference);
  erase_function(call, *function);
  return Object{};
}

std::vector<core::Access> needs_create_function(Call& call) {
  auto accesses = needs("CreateFunction")(call);
  core::add_request_tags(accesses[0], core::tags_of(object_of(call.params(), "Tags")));
  add_layer_keys(call, accesses[0]);
  return accesses;
}

std::vector<core::Access> needs_update_configuration(Call& call) {
  auto accesses = needs("UpdateFunctionConfiguration")(call);
  add_layer_keys(call, accesses[0]);
  return accesses;
}

core::ResourceType function_type() {
  return {.type = "AWS::Lambda::Function",
          .table = kFunctions.name(),
          .describe = describe,
          .create = declare_function,
          .update = redeclare_function,
          .remove = undeclare_function};
}

}  // namespace tocsin::lambda
