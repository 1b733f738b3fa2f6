// SPDX-License-Identifier: Apache-2.0
// StartAutomationExecution.
#include <algorithm>

#include "services/ssm/content.hpp"
#include "services/ssm/documents.hpp"
#include "services/ssm/drive.hpp"
#include "services/ssm/executions.hpp"
#include "services/ssm/tags.hpp"
#include "services/ssm/targets.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::int64_t kMostOpen = 1'100;  // 100 that run, 1,000 that would wait on AWS

Failure wrong(std::string message) {
  return fail("InvalidAutomationExecutionParametersException", std::move(message));
}

struct Definition {
  DocumentRow document;
  VersionRow version;
  Document content;
  automation::Runbook runbook;
};

Result<Definition> definition_of(const Call& call) {
  const auto name = text(call.params(), "DocumentName");
  auto document = find_document(call, call.scope(), name);
  if (!document || !document->type.starts_with("Automation")) {
    return fail("AutomationDefinitionNotFoundException",
                fmt::format("Automation definition with name {} not found.", name));
  }
  const auto asked = text(call.params(), "DocumentVersion");
  auto version = find_version(call, *document, asked);
  if (!version) {
    return fail("AutomationDefinitionVersionNotFoundException",
                fmt::format("Automation definition {} has no version {}.", name, asked));
  }
  auto content = TRY(read_content(version->content, version->format));
  auto runbook = TRY(automation::compile(content));
  return Definition{*std::move(document), *std::move(version), std::move(content),
                    std::move(runbook)};
}

/// The role that the runbook names, with the parameters put in; empty: none.
Result<std::string> role_of(Call& call, const automation::Runbook& runbook,
                            const Object& parameters) {
  const auto lookup = [&](std::string_view name) -> std::optional<Document> {
    if (name == "global:ACCOUNT_ID") return Document(call.account().str());
    if (name == "global:REGION") return Document(call.region());
    const auto* found = parameters.if_contains(name);
    return found ? std::optional(*found) : std::nullopt;
  };
  const auto resolved = automation::resolve(Document(runbook.assume_role), lookup);
  const auto role = resolved ? automation::text_of(*resolved) : std::string();
  if (role.empty()) return role;
  const auto arn = Arn::parse(role);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("role/"))
    return wrong(fmt::format("The assume role {} is not the ARN of a role.", role));
  TRY(call.authorize({.action = "iam:PassRole",
                      .resource = role,
                      .context = {{"iam:PassedToService", {std::string(kPrincipal)}}}}));
  const core::Credential credential{.kind = core::Credential::Kind::Service,
                                    .account = call.account(),
                                    .service = std::string(kPrincipal),
                                    .role_arn = role};
  if (!call.identify(credential)) return wrong("The defined assume role is unable to be assumed.");
  return role;
}

Object initial_variables(const automation::Runbook& runbook) {
  Object out;
  for (const auto& variable : runbook.variables) {
    const auto* value = find(variable.value(), "default");
    if (!value) continue;
    const auto type = automation::type_named(text(variable.value(), "type", "String"));
    out[variable.key()] =
        (type ? automation::converted(*value, *type) : std::nullopt).value_or(*value);
  }
  return out;
}

Object parameters_shown(const Object& parameters) {
  Object out;
  for (const auto& each : parameters)
    out[each.key()] = automation::shown(each.value());
  return out;
}

/// The parameters that the parent of rate control has itself: its children get the others.
std::vector<automation::Parameter> own_parameters(const automation::Runbook& runbook,
                                                  const Rate& rate) {
  auto out = runbook.parameters;
  std::erase_if(out, [&](const automation::Parameter& parameter) {
    if (parameter.name == rate.parameter) return true;
    return rate.values[0].is_object() && rate.values[0].get_object().contains(parameter.name);
  });
  return out;
}

Result<Object> bound(const Definition& definition, const std::optional<Rate>& rate,
                     const Object& given) {
  if (!rate) return automation::bind(definition.runbook.parameters, given);
  for (const auto& value : rate->values)
    TRY(automation::bind(definition.runbook.parameters, child_parameters(*rate, value, given)));
  return automation::bind(own_parameters(definition.runbook, *rate), given);
}

Result<bool> interactive(const Call& call) {
  const auto mode = text(call.params(), "Mode", "Auto");
  if (mode == "Auto" || mode == "Interactive") return mode == "Interactive";
  return violation(mode, "mode", "Member must satisfy enum value set: [Auto, Interactive]");
}

Result<void> check_room(const Call& call) {
  const auto open = kOpen.get(call, Key::of(call.scope()));
  if (!open || open->value < kMostOpen) return {};
  return fail("AutomationExecutionLimitExceededException",
              "The number of simultaneously running Automation executions exceeded the allowable "
              "limit.");
}

}  // namespace

Outcome start_automation_execution(Call& call) {
  const auto& params = call.params();
  const auto definition = TRY(definition_of(call));
  if (find(params, "AlarmConfiguration")) return wrong("AlarmConfiguration is not served.");
  TRY(check_room(call));
  Execution row {
    .id = call.new_uuid(), .document = shown_name(definition.document, call.account()),
    .version = std::to_string(definition.version.number), .interactive = TRY(interactive(call))
    , .executed_by = call.principal().arn, .caller = call.principal(),
      .variables = initial_variables(definition.runbook),
      .rate = TRY(rate_of(call, definition.version.target_type))
    , .tags = TRY(new_tags(params))
  };
  const auto& given = object_of(params, "Parameters");
  row.parameters = TRY(bound(definition, row.rate, given));
  row.given = parameters_shown(row.parameters);
  row.role = TRY(role_of(call, definition.runbook, row.parameters));
  if (row.rate) row.target_parameter = row.rate->parameter;
  Object reply{{"AutomationExecutionId", row.id}};
  begin_execution(call, std::move(row), definition.content);
  return reply;
}

std::vector<core::Access> needs_start_automation(Call& call) {
  const auto& params = call.params();
  const auto document = find_document(call, call.scope(), text(params, "DocumentName"));
  const auto version = string_of(params, "DocumentVersion", "$DEFAULT");
  Scope scope = call.scope();
  auto name = string_of(params, "DocumentName");
  core::Access access{.action = "ssm:StartAutomationExecution"};
  if (document) {
    name = document->name;
    scope.account = document->scope.account;
    core::add_resource_tags(access, document->tags);
  }
  access.resource = arn("ssm", scope, fmt::format("automation-definition/{}:{}", name, version));
  const auto tags = core::tags_of(array_of(params, "Tags"));
  core::add_request_tags(access, tags);
  std::vector<core::Access> needs{access};
  if (!tags.empty()) {
    access.action = "ssm:AddTagsToResource";
    access.resource = execution_arn(call.scope(), "*");
    needs.push_back(std::move(access));
  }
  return needs;
}

}  // namespace tocsin::ssm
