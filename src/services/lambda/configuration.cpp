// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/configuration.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/lambda/environment.hpp"
#include "services/lambda/layers.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;

constexpr std::array<std::string_view, 26> kRuntimes{
    "nodejs12.x", "nodejs14.x", "nodejs16.x",   "nodejs18.x",      "nodejs20.x", "nodejs22.x",
    "nodejs24.x", "provided",   "provided.al2", "provided.al2023", "python3.6",  "python3.7",
    "python3.8",  "python3.9",  "python3.10",   "python3.11",      "python3.12", "python3.13",
    "python3.14", "java11",     "java17",       "java21",          "dotnet8",    "ruby3.2",
    "ruby3.3",    "ruby3.4"};

bool is_served(std::string_view runtime) {
  return runtime.starts_with("python3.") || runtime.starts_with("nodejs") ||
         runtime.starts_with("provided");
}

Result<void> check_runtime(const std::string& runtime) {
  if (std::ranges::find(kRuntimes, runtime) == kRuntimes.end()) {
    return invalid(
        fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
                    "value set: [{}] or be a valid ARN",
                    runtime, fmt::join(kRuntimes, ", ")));
  }
  if (is_served(runtime)) return {};
  return invalid(fmt::format(
      "Tocsin runs Python, Node.js and provided runtimes; the runtime {} is not served.", runtime));
}

Result<void> read_number(const Document& params, std::string_view member, std::int64_t& value,
                         std::int64_t least, std::int64_t most) {
  const auto given = integer(params, member);
  if (!given) return {};
  std::string shown(member);
  shown[0] = static_cast<char>(std::tolower(shown[0]));
  const auto bound = [&](std::string_view which, std::int64_t limit) {
    return violation(std::to_string(*given), shown,
                     fmt::format("Member must have value {} than or equal to {}", which, limit));
  };
  if (*given < least) return bound("greater", least);
  if (*given > most) return bound("less", most);
  value = *given;
  return {};
}

/// What this server does not do is refused, rather than kept without effect.
Result<void> refuse_unserved(const Document& params) {
  if (!array_of(object_of(params, "VpcConfig"), "SubnetIds").empty())
    return invalid("Tocsin's functions have no VPC: VpcConfig is not served.");
  if (!array_of(params, "FileSystemConfigs").empty())
    return invalid("FileSystemConfigs is not served by Tocsin.");
  if (text(params, "PackageType", "Zip") != "Zip" || !object_of(params, "ImageConfig").empty())
    return invalid("Tocsin runs functions of PackageType Zip; container images are not served.");
  if (text(object_of(params, "SnapStart"), "ApplyOn", "None") != "None")
    return invalid("SnapStart is not served by Tocsin.");
  if (!text(params, "CodeSigningConfigArn").empty())
    return invalid("Code signing is not served by Tocsin.");
  if (text(object_of(params, "LoggingConfig"), "LogFormat", "Text") != "Text")
    return invalid("Tocsin writes functions' logs in the LogFormat Text; JSON is not served.");
  return {};
}

Result<void> read_dead_letter(const Document& params, Configuration& out) {
  const auto* given = find(params, "DeadLetterConfig");
  if (!given) return {};
  out.dead_letter = string_of(*given, "TargetArn");
  if (out.dead_letter.empty()) return {};
  const auto arn = Arn::parse(out.dead_letter);
  if (arn && (arn->service == "sqs" || arn->service == "sns")) return {};
  return invalid(
      fmt::format("The provided target ARN {} is not supported. Supported services are: SNS, SQS",
                  out.dead_letter));
}

Result<void> read_others(const Document& params, Configuration& out) {
  if (const auto& tracing = object_of(params, "TracingConfig"); !tracing.empty())
    out.tracing = string_of(tracing, "Mode", "PassThrough");
  if (const auto& logging = object_of(params, "LoggingConfig"); !logging.empty())
    out.log_group = string_of(logging, "LogGroup");
  if (const auto& architectures = array_of(params, "Architectures"); !architectures.empty()) {
    const auto* name = architectures[0].if_string();
    if (!name || architectures.size() > 1 || (*name != "x86_64" && *name != "arm64"))
      return violation(to_json(architectures), "architectures",
                       "Member must satisfy constraint: [Member must satisfy enum value set: "
                       "[x86_64, arm64]]");
    out.architecture = std::string(*name);
  }
  out.kms_key = string_of(params, "KMSKeyArn", out.kms_key);
  if (const auto& storage = object_of(params, "EphemeralStorage"); !storage.empty())
    TRY(read_number(storage, "Size", out.storage_mb, 512, 10'240));
  return read_dead_letter(params, out);
}

void show_phase(Object& out, Phase phase) {
  if (phase == Phase::Listed) return;
  if (phase == Phase::Created) {
    out["State"] = "Pending";
    out["StateReason"] = "The function is being created.";
    out["StateReasonCode"] = "Creating";
    return;
  }
  out["State"] = "Active";
  out["LastUpdateStatus"] = phase == Phase::Updated ? "InProgress" : "Successful";
  if (phase == Phase::Settled) return;
  out["LastUpdateStatusReason"] = "The function is being created.";
  out["LastUpdateStatusReasonCode"] = "Creating";
}

std::string last_modified(Time time) {
  auto text = iso8601_ms(time);
  text.pop_back();
  return text + "+0000";
}

void show_optional(Object& out, const core::Secrets& secrets, const Configuration& given) {
  if (given.environment) {
    Document variables = *given.environment;
    secrets.open_all(variables);
    out["Environment"] = Object{{"Variables", std::move(variables)}};
  }
  Array layers;
  for (const auto& layer : given.layers)
    layers.push_back(Object{{"Arn", layer.arn}, {"CodeSize", layer.size}});
  if (!layers.empty()) out["Layers"] = std::move(layers);
  if (!given.dead_letter.empty())
    out["DeadLetterConfig"] = Object{{"TargetArn", given.dead_letter}};
  if (!given.kms_key.empty()) out["KMSKeyArn"] = given.kms_key;
}

}  // namespace

std::string log_group_of(const Function& function, const Configuration& configuration) {
  return configuration.log_group.empty() ? "/aws/lambda/" + function.name : configuration.log_group;
}

Object shown(const core::Secrets& secrets, const Function& function, const Configuration& given,
             std::string_view version, std::string_view arn, Phase phase) {
  Object out{{"FunctionName", function.name},
             {"FunctionArn", arn},
             {"Runtime", given.runtime},
             {"Role", given.role},
             {"Handler", given.handler},
             {"CodeSize", given.code_size},
             {"Description", given.description},
             {"Timeout", given.timeout_s},
             {"MemorySize", given.memory_mb},
             {"LastModified", last_modified(given.modified)},
             {"CodeSha256", given.code_sha256},
             {"Version", version},
             {"TracingConfig", Object{{"Mode", given.tracing}}},
             {"RevisionId", given.revision},
             {"PackageType", "Zip"},
             {"Architectures", Array{Document(boost::json::string(given.architecture))}},
             {"EphemeralStorage", Object{{"Size", given.storage_mb}}},
             {"SnapStart", Object{{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
             {"LoggingConfig",
              Object{{"LogFormat", "Text"}, {"LogGroup", log_group_of(function, given)}}}};
  show_optional(out, secrets, given);
  show_phase(out, phase);
  return out;
}

Object shown(const core::Secrets& secrets, const Target& target, Phase phase) {
  return shown(secrets, target.function, target.configuration, target.version,
               target.reference.arn(), phase);
}

Result<void> read_configuration(Call& call, Configuration& out) {
  const auto& params = call.params();
  TRY(refuse_unserved(params));
  out.role = string_of(params, "Role", out.role);
  out.runtime = string_of(params, "Runtime", out.runtime);
  out.handler = string_of(params, "Handler", out.handler);
  out.description = string_of(params, "Description", out.description);
  if (out.runtime.empty() || out.handler.empty()) {
    return invalid(
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages.");
  }
  TRY(check_runtime(out.runtime));
  TRY(read_number(params, "MemorySize", out.memory_mb, 128, 10'240));
  TRY(read_number(params, "Timeout", out.timeout_s, 1, 900));
  TRY(read_others(params, out));
  if (find(params, "Environment")) out.environment = TRY(read_environment(call));
  if (find(params, "Layers")) out.layers = TRY(read_layers(call));
  return {};
}

core::Credential as_function(const core::Context&, const Function& function,
                             const std::string& role) {
  return {.kind = core::Credential::Kind::Service,
          .account = function.scope.account,
          .service = "lambda.amazonaws.com",
          .role_arn = role,
          .session_name = function.name,
          .source_arn = function.arn()};
}

Result<void> check_role(Call& call, const Function& function, const std::string& role) {
  const auto arn = Arn::parse(role);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/")) {
    return violation(role, "role",
                     "Member must satisfy regular expression pattern: "
                     "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
  }
  TRY(call.authorize({.action = "iam:PassRole",
                      .resource = role,
                      .context = {{"iam:PassedToService", {"lambda.amazonaws.com"}}}}));
  if (!call.identify(as_function(call, function, role)))
    return invalid("The role defined for the function cannot be assumed by Lambda.");
  return {};
}

void touch(core::Context& context, Configuration& configuration) {
  configuration.modified = context.now();
  configuration.revision = context.new_uuid();
}

}  // namespace tocsin::lambda
