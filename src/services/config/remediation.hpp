// SPDX-License-Identifier: Apache-2.0
// Remediation: an SSM Automation document that puts right what a rule finds wrong, by hand or by
// itself. A rule and a remediation that undo each other are stopped by a remediation exception.
// https://docs.aws.amazon.com/config/latest/developerguide/remediation.html
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

/// Of one rule.
struct Remediation {
  std::string rule, arn;
  Scope scope;
  std::string target, version;  // the document's
  Object parameters;            // name: {"StaticValue": …} or {"ResourceValue": …}
  std::string resource_type;
  bool automatic = false;
  std::int64_t concurrency_percent = 10, error_percent = 50;
  bool controls = false;  // the two were given
  std::int64_t most_attempts = 5, retry_seconds = 60;
  std::string created_by;

  core::Key key() const { return core::Key::of(scope, rule); }
};
BOOST_DESCRIBE_STRUCT(Remediation, (),
                      (rule, arn, scope, target, version, parameters, resource_type, automatic,
                       concurrency_percent, error_percent, controls, most_attempts, retry_seconds,
                       created_by))

/// The last execution for a resource, and what came before it.
struct Execution {
  std::string state;  // "QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED"
  Array steps;        // as DescribeRemediationExecutionStatus shows them
  Time invoked{}, updated{};
  std::string automation;  // id of its execution
  bool automatic = false;
  std::vector<Time> attempts;  // automatic ones, within RetryAttemptSeconds
  int failures = 0;            // automatic ones, in a row
  int polls = 0;
  std::string timer;

  bool running() const { return state == "QUEUED" || state == "IN_PROGRESS"; }
};
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (state, steps, invoked, updated, automation, automatic, attempts, failures,
                       polls, timer))

/// A resource that automatic remediation leaves alone.
struct Exemption {
  std::string message;
  Time expires{};  // zero: never
};
BOOST_DESCRIBE_STRUCT(Exemption, (), (message, expires))

/// How many executions of a remediation run.
struct RemediationLoad {
  std::int64_t running = 0;
};
BOOST_DESCRIBE_STRUCT(RemediationLoad, (), (running))

struct Automation {
  std::string rule;
  ResourceKey resource;
};
BOOST_DESCRIBE_STRUCT(Automation, (), (rule, resource))

inline constexpr core::Table<Remediation> kRemediations{
    "config.remediations"};  // account, region, rule
inline constexpr core::Table<Execution> kExecutions{
    "config.executions"};  // account, region, rule, type, id
inline constexpr core::Table<Exemption> kExemptions{
    "config.exemptions"};  // account, region, rule, type, id
inline constexpr core::Table<Automation> kAutomations{
    "config.automations"};  // account, region, id of the automation's execution
inline constexpr core::Table<RemediationLoad> kLoads{
    "config.remediation_loads"};  // account, region, rule
inline constexpr core::Table<Mark> kQueued{
    "config.remediation_queue"};  // account, region, rule, moment, type, id

/// The remediation of the rule, checked. Error InvalidParameterValueException.
Result<Remediation> remediation_from(Context& context, const Rule& rule, const Document& given);
void keep_remediation(Context& context, const Remediation& remediation);
bool has_remediation(const store::View& view, const Rule& rule);
/// With its executions and exceptions.
void forget_remediation(Context& context, const Rule& rule);
std::string arn_of_remediation(const Call& call, std::string_view rule);
/// Error NoSuchRemediationConfigurationException.
Result<Remediation> find_remediation(const Call& call);

/// A resource is not compliant: what is automatic begins, unless it runs already, or has an
/// exception, or has been tried too often: then it gets one.
void remedy_automatically(Context& context, const Rule& rule, const ResourceKey& resource);

bool is_exempt(const store::View& view, const Remediation& remediation, const ResourceKey& resource,
               Time now);

/// Automatic remediation leaves the resource alone from now on.
void exempt(Context& context, const Remediation& remediation, const ResourceKey& resource,
            const Exemption& exemption);
template <class Row>
void erase_all(Context& context, const core::Table<Row>& table, const core::Key& prefix) {
  std::vector<core::Key> keys;
  table.scan(context, prefix, [&](const std::vector<std::string>& key, const Row&) {
    keys.push_back(core::Key::from(key));
    return true;
  });
  for (const auto& key : keys)
    table.erase(context, key);
}

/// ResourceKeys of a call, whose members some operations write in small letters.
std::vector<ResourceKey> resource_keys(const Document& params, std::string_view type,
                                       std::string_view id);

}  // namespace tocsin::config
