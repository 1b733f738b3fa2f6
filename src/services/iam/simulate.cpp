// SPDX-License-Identifier: Apache-2.0
// The policy simulator: the same engine that decides on calls, asked about calls that nobody makes.
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"

namespace tocsin::iam {
namespace {

using policy::PolicyKind;

/// A policy of the simulation, as results name it. Its place in Simulation::sources is its id.
struct Source {
  std::string id;
  std::string_view type;
  std::string text;
};

struct Simulation {
  policy::PolicySet set;
  policy::Request request;
  std::vector<Source> sources;
  std::vector<std::string> keys;  // that the policies read

  Result<policy::NamedPolicy> compile(const std::string& id, std::string_view type,
                                      const std::string& text, PolicyKind kind) {
    const auto policy = TRY(policy::parse_policy(text, kind));
    const auto more = policy::context_keys_of(*policy);
    keys.insert(keys.end(), more.begin(), more.end());
    sources.push_back({id, type, text});
    return policy::NamedPolicy{std::to_string(sources.size() - 1), policy};
  }
};

std::vector<std::string> texts(Call& call, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& each : array_of(call.params(), member)) {
    if (each.is_string()) out.emplace_back(each.as_string());
  }
  return out;
}

/// The caller of a simulation, as far as an ARN tells.
policy::Principal caller_of(const std::string& text) {
  using Kind = policy::Principal::Kind;
  const auto arn = Arn::parse(text);
  policy::Principal out{.kind = Kind::User, .arn = text, .account = arn ? arn->account : ""};
  if (arn && arn->resource.starts_with("role/")) {
    out.kind = Kind::AssumedRole;
    out.issuer = text;
  }
  if (arn && arn->resource.starts_with("assumed-role/")) {
    const auto role = arn->resource.substr(13, arn->resource.rfind('/') - 13);
    out.kind = Kind::AssumedRole;
    out.issuer = fmt::format("arn:aws:iam::{}:role/{}", arn->account, role);
  }
  return out;
}

void add_context(Call& call, Simulation& simulation) {
  auto& context = simulation.request.context;
  for (const auto& entry : array_of(call.params(), "ContextEntries")) {
    auto& values = context[string_of(entry, "ContextKeyName")];
    for (const auto& value : array_of(entry, "ContextKeyValues")) {
      if (value.is_string()) values.emplace_back(value.as_string());
    }
  }
  context.try_emplace("aws:CurrentTime", std::vector{iso8601(call.now())});
  context.try_emplace("aws:EpochTime", std::vector{std::to_string(to_ms(call.now()) / 1000)});
  policy::add_principal_keys(simulation.request);
}

/// The policies that the call itself carries.
Result<void> add_given(Call& call, Simulation& simulation) {
  int number = 0;
  for (const auto& text : texts(call, "PolicyInputList")) {
    simulation.set.identity.push_back(TRY(simulation.compile(
        fmt::format("PolicyInputList.{}", ++number), "IAM Policy", text, PolicyKind::Identity)));
  }
  number = 0;
  for (const auto& text : texts(call, "PermissionsBoundaryPolicyInputList")) {
    simulation.set.boundary =
        TRY(simulation.compile(fmt::format("PermissionsBoundaryPolicyInputList.{}", ++number),
                               "IAM Policy", text, PolicyKind::Boundary));
  }
  if (const auto text = string_of(call.params(), "ResourcePolicy"); !text.empty()) {
    simulation.set.resource =
        TRY(simulation.compile("ResourcePolicy", "Resource Policy", text, PolicyKind::Resource));
  }
  return {};
}

std::string_view decision_name(policy::Outcome outcome) {
  switch (outcome) {
    case policy::Outcome::Allowed:
      return "allowed";
    case policy::Outcome::ExplicitDeny:
      return "explicitDeny";
    case policy::Outcome::ImplicitDeny:
      break;
  }
  return "implicitDeny";
}

Object position(int line, int column) {
  return {{"Line", line}, {"Column", column}};
}

Array matched_statements(const Simulation& simulation, const policy::Decision& decision) {
  Array out;
  for (const auto& match : decision.matched) {
    const auto& source = simulation.sources.at(std::stoul(match.policy_id));
    const auto spans = policy::spans_of(source.text);
    const auto span = match.index < spans.size() ? spans[match.index] : policy::SourceSpan{};
    out.push_back(Object{{"SourcePolicyId", source.id},
                         {"SourcePolicyType", source.type},
                         {"StartPosition", position(span.start_line, span.start_column)},
                         {"EndPosition", position(span.end_line, span.end_column)}});
  }
  return out;
}

/// Keys that the policies read and the simulation was not told.
Array missing_keys(const Simulation& simulation) {
  std::set<std::string, policy::CaselessLess> missing;
  for (const auto& key : simulation.keys) {
    if (!simulation.request.context.contains(key)) missing.insert(key);
  }
  Array out;
  for (const auto& key : missing)
    out.push_back(boost::json::string(key));
  return out;
}

bool boundary_allows(const Simulation& simulation) {
  policy::PolicySet alone;
  alone.identity.push_back(*simulation.set.boundary);
  return policy::evaluate(alone, simulation.request).allowed();
}

Object evaluate_one(Simulation& simulation, const std::string& action,
                    const std::string& resource) {
  simulation.request.action = action;
  simulation.request.resource = resource;
  const auto decision = policy::evaluate(simulation.set, simulation.request, policy::Report::All);
  const auto name = decision_name(decision.outcome);
  auto matched = matched_statements(simulation, decision);
  auto missing = missing_keys(simulation);
  Object out{{"EvalActionName", action}, {"EvalResourceName", resource}, {"EvalDecision", name}};
  out["MatchedStatements"] = matched;
  out["MissingContextValues"] = missing;
  std::optional<Object> boundary;
  if (simulation.set.boundary)
    boundary = Object{{"AllowedByPermissionsBoundary", boundary_allows(simulation)}};
  if (boundary) out["PermissionsBoundaryDecisionDetail"] = *boundary;
  if (resource == "*") return out;
  out["EvalDecisionDetails"] = Object{};
  Object specific{{"EvalResourceName", resource}, {"EvalResourceDecision", name}};
  specific["MatchedStatements"] = std::move(matched);
  specific["MissingContextValues"] = std::move(missing);
  if (boundary) specific["PermissionsBoundaryDecisionDetail"] = *boundary;
  out["ResourceSpecificResults"] = Array{std::move(specific)};
  return out;
}

Result<void> check_input(Call& call) {
  for (const auto& action : texts(call, "ActionNames")) {
    const auto colon = action.find(':');
    if (colon == std::string::npos || colon == 0 || action.find('*') != std::string::npos)
      return invalid(fmt::format("Invalid value for ActionNames: {}", action));
  }
  if (!find(call.params(), "ResourcePolicy")) return {};
  if (find(call.params(), "CallerArn") ||
      string_of(call.params(), "PolicySourceArn").find(":user/") != std::string::npos) {
    return {};
  }
  return invalid("CallerArn is required when ResourcePolicy is specified.");
}

Outcome run(Call& call, Simulation simulation) {
  const auto owner = Arn::parse(string_of(call.params(), "ResourceOwner"));
  simulation.request.resource_account = owner ? owner->account : call.account().str();
  if (simulation.request.principal.account.empty())
    simulation.request.principal.account = call.account().str();
  add_context(call, simulation);
  auto resources = texts(call, "ResourceArns");
  if (resources.empty()) resources.push_back("*");
  Page page(call);
  const auto after = TRY(page.after());
  std::size_t number = 0;
  for (const auto& action : texts(call, "ActionNames")) {
    for (const auto& resource : resources) {
      const auto key = fmt::format("{:08}", ++number);
      if (key <= after) continue;
      if (!page.add(key, evaluate_one(simulation, action, resource)))
        return std::move(page).reply("EvaluationResults");
    }
  }
  return std::move(page).reply("EvaluationResults");
}

Result<void> add_principal(Call& call, Simulation& simulation, const Named& named) {
  const auto& [kind, identity] = named;
  auto& caller = simulation.request.principal;
  caller = caller_of(identity.arn);
  caller.id = kind == &kRole ? identity.id + ":simulation" : identity.id;
  for (const auto& [key, value] : identity.tags)
    simulation.request.context["aws:PrincipalTag/" + key] = {value};
  for (const auto& source : policies_of(call, call.account(), *kind, identity)) {
    simulation.set.identity.push_back(
        TRY(simulation.compile(source.id(), "IAM Policy", source.text, PolicyKind::Identity)));
  }
  if (identity.boundary.empty() || find(call.params(), "PermissionsBoundaryPolicyInputList"))
    return {};
  const auto boundary = TRY(managed_policy(call, call.account(), identity.boundary));
  simulation.set.boundary =
      TRY(simulation.compile(boundary.name, "IAM Policy", boundary.document, PolicyKind::Boundary));
  return {};
}

Object key_names(std::vector<std::string> keys) {
  const std::set<std::string> sorted(keys.begin(), keys.end());
  Array names;
  for (const auto& key : sorted)
    names.push_back(boost::json::string(key));
  return {{"ContextKeyNames", std::move(names)}};
}

}  // namespace

Outcome simulate_custom_policy(Call& call) {
  TRY(check_input(call));
  Simulation simulation;
  TRY(add_given(call, simulation));
  simulation.request.principal = caller_of(string_of(call.params(), "CallerArn"));
  return run(call, std::move(simulation));
}

Outcome simulate_principal_policy(Call& call) {
  TRY(check_input(call));
  const auto named = TRY(identity_of_arn(call, text(call.params(), "PolicySourceArn")));
  Simulation simulation;
  TRY(add_principal(call, simulation, named));
  TRY(add_given(call, simulation));
  if (const auto caller = string_of(call.params(), "CallerArn"); !caller.empty())
    simulation.request.principal = caller_of(caller);
  return run(call, std::move(simulation));
}

Outcome get_context_keys_for_custom_policy(Call& call) {
  Simulation simulation;
  TRY(add_given(call, simulation));
  return key_names(std::move(simulation.keys));
}

Outcome get_context_keys_for_principal_policy(Call& call) {
  const auto named = TRY(identity_of_arn(call, text(call.params(), "PolicySourceArn")));
  Simulation simulation;
  TRY(add_principal(call, simulation, named));
  TRY(add_given(call, simulation));
  return key_names(std::move(simulation.keys));
}

core::Needs on_arn(std::string_view member) {
  return [member](Call& call) -> std::vector<core::Access> {
    const auto arn = string_of(call.params(), member, "*");
    const auto named = identity_of_arn(call, arn);
    return {access_to(call, arn, named ? named->identity.tags : Tags{})};
  };
}

}  // namespace tocsin::iam
