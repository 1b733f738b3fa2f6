// SPDX-License-Identifier: Apache-2.0
#include "services/states/machines.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/declare.hpp"
#include "services/states/executions.hpp"
#include "services/states/logging.hpp"
#include "services/states/paging.hpp"
#include "services/states/versions.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostBytes = 1024 * 1024;

Result<Type> type_of(const Call& call) {
  const auto type = text(call.params(), "type", "STANDARD");
  if (type == "STANDARD") return Type::STANDARD;
  if (type == "EXPRESS") return Type::EXPRESS;
  return violation(type, "type", "Member must satisfy enum value set: [STANDARD, EXPRESS]");
}

/// The text, kept by its hash. Error InvalidDefinition.
Result<std::string> keep_definition(Call& call, const std::string& name, Type type) {
  const auto definition = opened(call, "definition");
  if (definition.size() > kMostBytes) {
    return fail("InvalidDefinition",
                fmt::format("Invalid State Machine Definition: 'The definition is longer than {} "
                            "bytes'",
                            kMostBytes));
  }
  TRY(asl::compile(definition,
                   type == Type::EXPRESS ? asl::MachineType::Express : asl::MachineType::Standard));
  auto hash = hex(sha256(definition));
  const auto key = Key::of(call.scope(), name, hash);
  if (!kDefinitions.contains(call, key)) kDefinitions.put(call, key, {call.seal(definition)});
  return hash;
}

Result<Object> checked_encryption(const Object& encryption) {
  const auto type = text(encryption, "type");
  if (encryption.empty() || type == "AWS_OWNED_KEY") return encryption;
  if (type != "CUSTOMER_MANAGED_KMS_KEY" || text(encryption, "kmsKeyId").empty()) {
    return fail("InvalidEncryptionConfiguration",
                "Invalid Encryption Configuration: a customer managed key needs its kmsKeyId");
  }
  return encryption;
}

/// What the call gives of it; the rest stays.
Result<void> configure(Call& call, Revision& revision) {
  const auto& params = call.params();
  if (given(call, "loggingConfiguration"))
    revision.logging = TRY(checked_logging(object_of(params, "loggingConfiguration")));
  if (given(call, "tracingConfiguration"))
    revision.tracing =
        Object{{"enabled", flag(object_of(params, "tracingConfiguration"), "enabled")}};
  if (given(call, "encryptionConfiguration"))
    revision.encryption = TRY(checked_encryption(object_of(params, "encryptionConfiguration")));
  if (given(call, "roleArn")) {
    revision.role = string_of(params, "roleArn");
    TRY(check_role(call, revision.role));
  }
  if (given(call, "loggingConfiguration") || given(call, "roleArn"))
    TRY(allow_logging(call, call.scope(), revision));
  return {};
}

Object created(const Machine& machine, std::int64_t version) {
  Object reply{{"stateMachineArn", machine.arn()}, {"creationDate", to_seconds(machine.created)}};
  if (version) reply["stateMachineVersionArn"] = version_arn(machine, version);
  return reply;
}

/// The same machine again is the same call.
Outcome existing(const Call& call, const Machine& found, const Machine& wanted) {
  TRY(check_active(found));
  const auto& had = found.revision;
  const auto& now = wanted.revision;
  const bool publish = flag(call.params(), "publish");
  if (found.type != wanted.type || had.definition != now.definition || had.logging != now.logging ||
      had.tracing != now.tracing || had.encryption != now.encryption ||
      publish != (found.versions == 1)) {
    return fail("StateMachineAlreadyExists",
                fmt::format("State Machine Already Exists: '{}'", found.arn()));
  }
  return created(found, publish ? 1 : 0);
}

Result<void> check_publish(const Call& call) {
  if (!given(call, "versionDescription") || flag(call.params(), "publish")) return {};
  return invalid("Version description can only be set when publish is true");
}

void stop_some(Context& context, const core::Resumption& step) {
  constexpr int kSome = 50;
  const auto name = string_of(step.context, "machine");
  const auto key = Key::of(context.scope(), name);
  const auto machine = kMachines.get(context, key);
  if (!machine || !machine->deleting) return;
  if (stop_running(context, name, kSome))
    return (void)context.later({"states.delete", step.context});
  for (const auto& version : kVersions.all(context, key))
    kVersions.erase(context, Key::of(context.scope(), name, number_part(version.number)));
  for (const auto& alias : kAliases.all(context, key))
    kAliases.erase(context, Key::of(context.scope(), name, alias.name));
  kMachines.erase(context, key);
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto machine = decoded<Machine>(row);
  Object configuration{{"StateMachineName", machine.name},
                       {"StateMachineType", encode(machine.type)},
                       {"RoleArn", machine.revision.role},
                       {"Arn", machine.arn()}};
  return {.id = machine.arn(),
          .name = machine.name,
          .arn = machine.arn(),
          .scope = machine.scope,
          .configuration = std::move(configuration),
          .tags = machine.tags};
}

}  // namespace

std::vector<core::Access> needs_create_machine(Call& call) {
  const auto resource = "stateMachine:" + string_of(call.params(), "name");
  auto needs = needs_to_create(call, "CreateStateMachine", resource);
  if (flag(call.params(), "publish"))
    needs.push_back({.action = "states:PublishStateMachineVersion",
                     .resource = arn("states", call.scope(), resource)});
  return needs;
}

Result<void> check_role(Call& call, const std::string& role) {
  const auto arn = Arn::parse(role);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/"))
    return fail("InvalidArn", fmt::format("Invalid Role Arn: '{}'", role));
  TRY(call.authorize({.action = "iam:PassRole",
                      .resource = role,
                      .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}}));
  const core::Credential credential{.kind = core::Credential::Kind::Service,
                                    .account = call.account(),
                                    .service = std::string(kPrincipal),
                                    .role_arn = role};
  if (!call.identify(credential)) {
    return fail("AccessDeniedException",
                "Neither the global service principal states.amazonaws.com, nor the regional one "
                "is authorized to assume the provided role.");
  }
  return {};
}

core::CallSpec call_as_role(const Scope& scope, const Revision& revision, std::string service,
                            std::string operation, Object params) {
  return {.service = std::move(service),
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = scope,
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = scope.account,
                         .service = std::string(kPrincipal),
                         .role_arn = revision.role,
                         .session_name = "states"},
          .principal = {}};
}

Result<Object> checked_logging(const Object& given) {
  const auto refuse = [](std::string_view why) {
    return fail("InvalidLoggingConfiguration",
                fmt::format("Invalid Logging Configuration: {}", why));
  };
  const auto level = text(given, "level", "OFF");
  const auto& destinations = array_of(given, "destinations");
  if (destinations.size() > 1 || (level != "OFF" && destinations.empty()))
    return refuse("Must specify exactly one Log Destination.");
  for (const auto& destination : destinations) {
    const auto group = text(object_of(destination, "cloudWatchLogsLogGroup"), "logGroupArn");
    const auto arn = Arn::parse(group);
    if (!arn || arn->service != "logs" || !arn->resource.starts_with("log-group:") ||
        !arn->resource.ends_with(":*")) {
      return refuse("Log Destination must be a valid Log Group ARN ending with ':*'.");
    }
  }
  Object logging{{"level", level}, {"includeExecutionData", flag(given, "includeExecutionData")}};
  if (given.contains("destinations")) logging["destinations"] = destinations;
  return logging;
}

Outcome create_state_machine(Call& call) {
  const auto& params = call.params();
  Machine machine{.scope = call.scope(), .name = string_of(params, "name"), .created = call.now()};
  TRY(check_name(machine.name));
  machine.type = TRY(type_of(call));
  TRY(check_publish(call));
  machine.revision = {.id = call.new_uuid(),
                      .initial = true,
                      .logging = {{"level", "OFF"}, {"includeExecutionData", false}},
                      .tracing = {{"enabled", false}},
                      .updated = call.now()};
  machine.revision.definition = TRY(keep_definition(call, machine.name, machine.type));
  TRY(configure(call, machine.revision));
  TRY(add_tags(params, machine.tags));
  const auto key = Key::of(machine.scope, machine.name);
  if (const auto found = kMachines.get(call, key)) return existing(call, *found, machine);
  if (flag(params, "publish")) add_version(call, machine, opened(call, "versionDescription"));
  kMachines.put(call, key, machine);
  return created(machine, machine.versions);
}

std::string version_arn(const Machine& machine, std::int64_t version) {
  return fmt::format("{}:{}", machine.arn(), version);
}

std::string alias_arn(const Machine& machine, std::string_view alias) {
  return fmt::format("{}:{}", machine.arn(), alias);
}

Version add_version(Context& context, Machine& machine, std::string description) {
  Version version{.number = ++machine.versions,
                  .description = std::move(description),
                  .revision = machine.revision,
                  .created = context.now()};
  kVersions.put(context, Key::of(machine.scope, machine.name, number_part(version.number)),
                version);
  return version;
}

Result<Target> target_of(const store::View& view, const StatesArn& wanted, double draw) {
  Target target {
    .machine = TRY(find_machine(view, wanted))
  };
  target.revision = target.machine.revision;
  if (wanted.rest.empty()) return target;
  const auto missing = [&] {
    return no_machine(
        arn("states", wanted.scope, "stateMachine:" + wanted.name + ":" + wanted.rest));
  };
  if (const auto number = version_number(wanted)) {
    target.version = *number;
  } else {
    const auto alias = kAliases.get(view, Key::of(wanted.scope, wanted.name, wanted.rest));
    if (!alias || alias->routes.empty()) return missing();
    target.alias = alias->name;
    const bool first = draw * 100 < static_cast<double>(alias->routes.front().weight);
    target.version = (first ? alias->routes.front() : alias->routes.back()).version;
  }
  const auto version =
      kVersions.get(view, Key::of(wanted.scope, wanted.name, number_part(target.version)));
  if (!version) return missing();
  target.revision = version->revision;
  return target;
}

void show_configuration(Object& reply, const Revision& revision) {
  reply["loggingConfiguration"] = revision.logging;
  reply["tracingConfiguration"] = revision.tracing;
  if (!revision.encryption.empty()) reply["encryptionConfiguration"] = revision.encryption;
}

Outcome describe_state_machine(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  const auto target = TRY(target_of(call, wanted));
  const auto& machine = target.machine;
  const auto& revision = target.revision;
  Object reply{{"stateMachineArn", text(call.params(), "stateMachineArn")},
               {"name", machine.name},
               {"status", machine.deleting ? "DELETING" : "ACTIVE"},
               {"roleArn", revision.role},
               {"type", encode(machine.type)},
               {"creationDate", to_seconds(machine.created)}};
  reply["definition"] = definition_of(call, machine.scope, machine.name, revision);
  if (text(call.params(), "includedData") == "METADATA_ONLY") reply["definition"] = "";
  show_configuration(reply, revision);
  if (!revision.initial) reply["revisionId"] = revision.id;
  if (const auto slash = wanted.name.find('/'); slash != std::string::npos)
    reply["label"] = wanted.name.substr(slash + 1);
  if (target.version) {
    const auto version =
        kVersions.get(call, Key::of(machine.scope, machine.name, number_part(target.version)));
    reply["creationDate"] = to_seconds(version->created);
    if (!version->description.empty()) reply["description"] = version->description;
  }
  return reply;
}

Outcome update_state_machine(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  auto machine = TRY(find_machine(call, wanted));
  if (!wanted.rest.empty()) {
    return invalid(
        "The provided state machine ARN is a version or alias ARN; only the state machine itself "
        "can be updated");
  }
  TRY(check_active(machine));
  bool any = false;
  for (const auto* member : {"definition", "roleArn", "loggingConfiguration",
                             "tracingConfiguration", "encryptionConfiguration"})
    any |= given(call, member);
  const bool publish = flag(call.params(), "publish");
  if (!any && !publish) {
    return fail("MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, the "
                "EncryptionConfiguration or the TracingConfiguration must be specified");
  }
  TRY(check_publish(call));
  if (given(call, "definition"))
    machine.revision.definition = TRY(keep_definition(call, machine.name, machine.type));
  TRY(configure(call, machine.revision));
  Object reply{{"updateDate", to_seconds(call.now())}};
  if (any) {
    machine.revision.id = call.new_uuid();
    machine.revision.initial = false;
    machine.revision.updated = call.now();
    reply["revisionId"] = machine.revision.id;
  }
  if (publish) {
    const auto version = TRY(published(call, machine, opened(call, "versionDescription")));
    reply["stateMachineVersionArn"] = version_arn(machine, version.number);
  }
  kMachines.put(call, Key::of(machine.scope, machine.name), machine);
  return reply;
}

Outcome delete_state_machine(Call& call) {
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  if (!wanted.rest.empty()) {
    return invalid("A version or alias ARN cannot be used to delete a state machine");
  }
  const auto key = Key::of(call.scope(), wanted.name);
  auto machine = kMachines.get(call, key);
  if (!machine || machine->deleting) return Object{};
  machine->deleting = true;
  kMachines.put(call, key, *machine);
  call.later({"states.delete", Object{{"machine", wanted.name}}});
  return Object{};
}

Outcome list_state_machines(Call& call) {
  return page_of<Machine>(call, kMachines, Key::of(call.scope()), "stateMachines",
                          [](const auto&, const Machine& machine) -> Document {
                            return Object{{"stateMachineArn", machine.arn()},
                                          {"name", machine.name},
                                          {"type", encode(machine.type)},
                                          {"creationDate", to_seconds(machine.created)}};
                          });
}

void on_machine_deletion(core::Registry& registry) {
  registry.on_resume("states.delete", stop_some);
}

core::ResourceType machine_type() {
  return {.type = "AWS::StepFunctions::StateMachine",
          .table = kMachines.name(),
          .describe = describe,
          .create = declare_machine,
          .update = redeclare_machine,
          .remove = undeclare_machine};
}

}  // namespace tocsin::states
