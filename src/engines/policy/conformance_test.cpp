// SPDX-License-Identifier: Apache-2.0
// Runs the data files in tests/conformance/policy; their README says what a case holds.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "base/document.hpp"
#include "engines/policy/policy.hpp"

namespace tocsin::policy {
namespace {

const std::string kFolder = TOCSIN_SOURCE_DIR "/tests/conformance/policy/";

std::vector<Document> read_cases(const std::string& name) {
  std::ifstream file(kFolder + name);
  EXPECT_TRUE(file) << name;
  std::vector<Document> cases;
  for (std::string line; std::getline(file, line);) {
    auto parsed = parse_json(line);
    EXPECT_TRUE(parsed) << name << ": " << line;
    if (parsed) cases.push_back(*parsed);
  }
  return cases;
}

const Document& callers() {
  static const Document all = [] {
    std::ifstream file(kFolder + "callers.json");
    std::stringstream text;
    text << file.rdbuf();
    return parse_json(text.str()).value();
  }();
  return all;
}

Principal::Kind kind_of(std::string_view name) {
  using Kind = Principal::Kind;
  static const std::map<std::string_view, Kind> kKinds{{"Root", Kind::Root},
                                                       {"User", Kind::User},
                                                       {"AssumedRole", Kind::AssumedRole},
                                                       {"FederatedUser", Kind::FederatedUser},
                                                       {"Service", Kind::Service},
                                                       {"Federated", Kind::Federated},
                                                       {"Anonymous", Kind::Anonymous}};
  return kKinds.at(name);
}

Principal caller_of(const Document& test) {
  const auto& source = *find(callers(), text(test, "caller", "user"));
  Principal out;
  out.kind = kind_of(text(source, "kind"));
  out.arn = string_of(source, "arn");
  out.issuer = string_of(source, "issuer");
  out.account = string_of(source, "account");
  out.id = string_of(source, "id");
  out.canonical_user = string_of(source, "canonical");
  for (const auto& alias : array_of(source, "aliases"))
    out.aliases.emplace_back(alias.as_string());
  return out;
}

Context context_of(const Document& test) {
  Context out;
  for (const auto& [key, values] : object_of(test, "context")) {
    auto& list = out[std::string(key)];
    if (values.is_string()) {
      list.emplace_back(values.as_string());
      continue;
    }
    for (const auto& value : values.as_array())
      list.emplace_back(value.as_string());
  }
  return out;
}

Request request_of(const Document& test) {
  Request request;
  request.principal = caller_of(test);
  request.action = string_of(test, "action", "sns:Publish");
  request.resource = string_of(test, "on", "arn:aws:sns:us-east-1:111122223333:alerts");
  request.resource_account = string_of(test, "owner");
  request.context = context_of(test);
  if (flag(test, "keys")) add_principal_keys(request);
  return request;
}

PolicyPtr parse_or_fail(const Document& document, PolicyKind kind) {
  auto parsed = parse_policy(to_json(document), kind);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message) << ": " << to_json(document);
  return parsed ? *parsed : nullptr;
}

/// A list is the statements of a document of the current version.
NamedPolicy named(const Document& written, PolicyKind kind) {
  if (!written.is_array()) return {"policy", parse_or_fail(written, kind)};
  return {"policy", parse_or_fail(Object{{"Version", "2012-10-17"}, {"Statement", written}}, kind)};
}

std::vector<NamedPolicy> named_all(const Array& written, PolicyKind kind) {
  std::vector<NamedPolicy> out;
  for (const auto& each : written)
    out.push_back(named(each, kind));
  return out;
}

std::vector<std::vector<NamedPolicy>> levels(const Document& test, std::string_view member) {
  std::vector<std::vector<NamedPolicy>> out;
  for (const auto& level : array_of(test, member)) {
    out.push_back(named_all(level.as_array(), PolicyKind::Boundary));
  }
  return out;
}

PolicySet policies_of(const Document& test) {
  PolicySet set;
  set.identity = named_all(array_of(test, "identity"), PolicyKind::Identity);
  set.session = named_all(array_of(test, "session"), PolicyKind::Session);
  if (const auto* each = find(test, "boundary")) set.boundary = named(*each, PolicyKind::Boundary);
  if (const auto* each = find(test, "resource")) set.resource = named(*each, PolicyKind::Resource);
  if (const auto* each = find(test, "trust")) set.resource = named(*each, PolicyKind::Trust);
  set.resource_policy_required = flag(test, "required");
  set.service_control = levels(test, "scp");
  set.resource_control = levels(test, "rcp");
  return set;
}

std::string summary(const Decision& decision) {
  std::string out(name_of(decision.outcome));
  if (decision.denied_by) out += ":" + std::string(name_of(*decision.denied_by));
  return out;
}

std::vector<std::string> matched_names(const Decision& decision) {
  std::vector<std::string> out;
  for (const auto& each : decision.matched) {
    out.push_back(std::string(name_of(each.type)) + ":" + each.sid);
  }
  return out;
}

bool statement_applies(const Document& statement, const Document& version, const Request& request) {
  Object document;
  if (!version.is_null()) document["Version"] = version;
  document["Statement"] = statement;
  const bool resource = find(statement, "Principal") || find(statement, "NotPrincipal");
  const NamedPolicy policy{
      "policy", parse_or_fail(document, resource ? PolicyKind::Resource : PolicyKind::Identity)};
  if (!policy.policy) return false;
  PolicySet set;
  if (resource) {
    set.resource = policy;
    set.resource_policy_required = true;
  } else {
    set.identity = {policy};
  }
  return !evaluate(set, request).matched.empty();
}

Object statement_with(const Object& members) {
  Object out = members;
  if (!out.contains("Effect")) out["Effect"] = "Allow";
  if (!out.contains("Action") && !out.contains("NotAction")) out["Action"] = "*";
  if (!out.contains("Resource") && !out.contains("NotResource")) out["Resource"] = "*";
  return out;
}

TEST(PolicyConformance, Conditions) {
  for (const auto& test : read_cases("conditions.jsonl")) {
    const auto statement = statement_with(Object{{"Condition", *find(test, "condition")}});
    EXPECT_EQ(statement_applies(statement, "2012-10-17", request_of(test)), flag(test, "holds"))
        << to_json(test);
  }
}

TEST(PolicyConformance, Elements) {
  for (const auto& test : read_cases("elements.jsonl")) {
    auto request = request_of(test);
    request.resource = string_of(test, "resource", "arn:aws:sns:us-east-1:111122223333:alerts");
    const auto* version = find(test, "version");
    const Document current = "2012-10-17";
    EXPECT_EQ(statement_applies(statement_with(object_of(test, "statement")),
                                version ? *version : current, request),
              flag(test, "applies"))
        << to_json(test);
  }
}

TEST(PolicyConformance, Evaluation) {
  for (const auto& test : read_cases("evaluation.jsonl")) {
    const auto decision = evaluate(policies_of(test), request_of(test));
    EXPECT_EQ(summary(decision), text(test, "expect")) << to_json(test);
    const auto* matched = find(test, "matched");
    if (!matched) continue;
    std::vector<std::string> expected;
    for (const auto& each : matched->as_array())
      expected.emplace_back(each.as_string());
    EXPECT_EQ(matched_names(decision), expected) << to_json(test);
  }
}

TEST(PolicyConformance, Grammar) {
  static const std::map<std::string_view, PolicyKind> kKinds{{"Identity", PolicyKind::Identity},
                                                             {"Resource", PolicyKind::Resource},
                                                             {"Trust", PolicyKind::Trust},
                                                             {"Boundary", PolicyKind::Boundary},
                                                             {"Session", PolicyKind::Session}};
  for (const auto& test : read_cases("grammar.jsonl")) {
    const auto* policy = find(test, "policy");
    const auto json = policy ? to_json(*policy) : string_of(test, "text");
    const auto parsed = parse_policy(json, kKinds.at(text(test, "kind")));
    const auto expected = string_of(test, "error");
    EXPECT_EQ(parsed ? std::string() : parsed.error().message, expected) << to_json(test);
    if (parsed) continue;
    EXPECT_EQ(parsed.error().code, "MalformedPolicyDocument");
    EXPECT_EQ(parsed.error().status, 400);
  }
}

}  // namespace
}  // namespace tocsin::policy
