// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/config/remediation.hpp"

namespace tocsin::config {
namespace {

struct Exempted {
  ResourceKey resource;
  Exemption exemption;
};

core::Key key_of(const Call& call, const ResourceKey& resource) {
  return core::Key::of(call.scope(), text(call.params(), "ConfigRuleName"), resource.type,
                       resource.id);
}

Document shown(const Call& call, const Exempted& one) {
  Object out{{"ConfigRuleName", text(call.params(), "ConfigRuleName")},
             {"ResourceType", one.resource.type},
             {"ResourceId", one.resource.id}};
  if (!one.exemption.message.empty()) out["Message"] = one.exemption.message;
  if (one.exemption.expires != Time{}) out["ExpirationTime"] = to_seconds(one.exemption.expires);
  return out;
}

bool is_over(const Exemption& exemption, Time now) {
  return exemption.expires != Time{} && exemption.expires <= now;
}

/// What has expired is no exception any more.
std::vector<Exempted> exempted(const Call& call) {
  std::vector<Exempted> rows;
  kExemptions.scan(call, core::Key::of(call.scope(), text(call.params(), "ConfigRuleName")),
                   [&](const std::vector<std::string>& key, const Exemption& exemption) {
                     if (!is_over(exemption, call.now()))
                       rows.push_back({{key[3], key[4]}, exemption});
                     return true;
                   });
  return rows;
}

void forget_expired(Context& context, const core::Resumption& due) {
  const auto key = core::Key::of(context.scope(), text(due.context, "rule"),
                                 text(due.context, "type"), text(due.context, "id"));
  const auto found = kExemptions.get(context, key);
  if (found && is_over(*found, context.now())) kExemptions.erase(context, key);
}

/// Automatic attempts begin anew.
void forget_attempts(Context& context, const core::Key& key) {
  auto execution = kExecutions.get(context, key);
  if (!execution) return;
  execution->attempts.clear();
  execution->failures = 0;
  kExecutions.put(context, key, *execution);
}

}  // namespace

bool is_exempt(const store::View& view, const Remediation& remediation, const ResourceKey& resource,
               Time now) {
  const auto found = kExemptions.get(
      view, core::Key::of(remediation.scope, remediation.rule, resource.type, resource.id));
  return found && !is_over(*found, now);
}

void exempt(Context& context, const Remediation& remediation, const ResourceKey& resource,
            const Exemption& exemption) {
  kExemptions.put(context,
                  core::Key::of(remediation.scope, remediation.rule, resource.type, resource.id),
                  exemption);
  if (exemption.expires == Time{}) return;
  context.upkeep(exemption.expires, {"config.exemption_expired", Object{{"rule", remediation.rule},
                                                                        {"type", resource.type},
                                                                        {"id", resource.id}}});
}

Outcome put_remediation_exceptions(Call& call) {
  const auto& params = call.params();
  const auto remediation = find_remediation(call);
  if (!remediation) return invalid_value(remediation.error().message);
  Exemption exemption{.message = string_of(params, "Message")};
  if (const auto* expires = find(params, "ExpirationTime"); expires && expires->is_number()) {
    exemption.expires = from_seconds(expires->to_number<double>());
    if (exemption.expires <= call.now())
      return invalid_value("The ExpirationTime must be in the future.");
  }
  for (const auto& resource : resource_keys(params, "ResourceType", "ResourceId"))
    exempt(call, *remediation, resource, exemption);
  return Object{{"FailedBatches", Array{}}};
}

Outcome describe_remediation_exceptions(Call& call) {
  const auto wanted = resource_keys(call.params(), "ResourceType", "ResourceId");
  auto rows = exempted(call);
  if (!wanted.empty()) {
    std::erase_if(rows, [&](const Exempted& row) {
      return std::find(wanted.begin(), wanted.end(), row.resource) == wanted.end();
    });
  }
  return page_of_rows<Exempted>(
      rows, TRY(page_of(call, 25, 100)), "RemediationExceptions",
      [](const Exempted& row) { return row.resource.type + '\n' + row.resource.id; },
      [&](const Exempted& row) { return shown(call, row); });
}

Outcome delete_remediation_exceptions(Call& call) {
  Array failed;
  const auto keys = resource_keys(call.params(), "ResourceType", "ResourceId");
  for (const auto& resource : keys) {
    const auto key = key_of(call, resource);
    if (!kExemptions.contains(call, key)) {
      failed.push_back(Object{{"ResourceType", resource.type}, {"ResourceId", resource.id}});
      continue;
    }
    kExemptions.erase(call, key);
    forget_attempts(call, key);
  }
  if (!keys.empty() && failed.size() == keys.size()) {
    return fail("NoSuchRemediationExceptionException",
                fmt::format("No remediation exception exists for the rule {} and these resources.",
                            text(call.params(), "ConfigRuleName")));
  }
  Array batches;
  if (!failed.empty()) {
    Object batch{{"FailureMessage", "The remediation exception does not exist."}};
    batch["FailedItems"] = std::move(failed);
    batches.push_back(std::move(batch));
  }
  Object reply;
  reply["FailedBatches"] = std::move(batches);
  return reply;
}

void on_exemptions(core::Registry& registry) {
  registry.on_resume("config.exemption_expired", forget_expired);
}

}  // namespace tocsin::config
