// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_judge.hpp"

#include <algorithm>

#include "services/config/compliance.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kLongestAnnotation = 256;
constexpr int kMostPages = 100;

core::CallSpec spec_of(Context& context, const RuleCall& call, Object params) {
  return {.service = call.service,
          .operation = call.operation,
          .params = std::move(params),
          .scope = context.scope(),
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = context.account(),
                         .service = std::string(kPrincipal),
                         .role_arn = recorder_role(context, context.scope()),
                         .session_name = "AWSConfig-Describe"}};
}

bool means_absent(const RuleCall& call, const Error& error) {
  return std::ranges::find(call.absent, error.code) != call.absent.end();
}

/// The reply, with the items of all its pages; null where there is none.
Result<Document> reply_of(Context& context, const RuleCall& call, Object request) {
  Document whole;
  for (int page = 0; page < kMostPages; ++page) {
    context.spend();
    auto reply = context.call(spec_of(context, call, request)).result();
    if (!reply && means_absent(call, reply.error())) return Document(nullptr);
    if (!reply) return reply;
    const auto next = string_of(*reply, call.pages.next);
    if (page == 0) {
      whole = *std::move(reply);
    } else {
      auto& items = whole.as_object()[call.pages.items];
      for (const auto& item : array_of(*reply, call.pages.items))
        items.as_array().push_back(item);
    }
    if (call.pages.items.empty() || next.empty()) break;
    request[call.pages.token] = next;
  }
  return whole;
}

/// The first message that the policy's author wrote.
std::string annotation_of(const guard::Report& report) {
  for (const auto& rule : report.rules) {
    for (const auto& failure : rule.failures) {
      if (!failure.message.empty()) return failure.message.substr(0, kLongestAnnotation);
    }
  }
  return {};
}

}  // namespace

Judge::Judge(Context& context, Object item) : context_(context), known_(Object{}) {
  known_.as_object()["now"] = to_ms(context.now()) / 1000;
  next(std::move(item));
}

void Judge::next(Object item) {
  known_.as_object()["item"] = std::move(item);
}

Result<void> Judge::make_calls(const Prepared& prepared) {
  const auto& rule = prepared.rule;
  if (prepared.same_calls && calls_of_ == rule.name) return {};
  known_.as_object()["calls"] = Object{};
  calls_of_.clear();
  for (const auto& call : prepared.managed->calls) {
    std::vector<Document> replies;
    for (auto& request : requests_of(call, known_))
      replies.push_back(TRY(reply_of(context_, call, std::move(request))));
    keep_replies(call, known_, std::move(replies));
  }
  calls_of_ = rule.name;
  return {};
}

Result<Verdict> Judge::verdict(const Prepared& prepared) {
  if (prepared.policy) return of_policy(prepared);
  if (!prepared.managed)
    return fail("InternalFailure", "The managed rule does not exist any more.", 500);
  known_.as_object()["parameters"] = prepared.parameters;
  TRY(make_calls(prepared));
  return judge(*prepared.managed, known_);
}

Result<Verdict> Judge::of_policy(const Prepared& prepared) const {
  auto item = readable_item(*find(known_, "item"));
  item.as_object()["CONFIG_RULE_PARAMETERS"] = prepared.parameters;
  Object variables{{"CONFIG_RULE_PARAMETERS", prepared.parameters}};
  const auto report = TRY(prepared.policy->evaluate(
      item, {.variables = &variables, .now = to_ms(context_.now()) / 1000}));
  switch (report.status) {
    case guard::Status::Pass:
      return Verdict{kCompliant, {}};
    case guard::Status::Fail:
      return Verdict{kNonCompliant, annotation_of(report)};
    case guard::Status::Skip:
      break;
  }
  return Verdict{kNotApplicable, {}};
}

Object account_item(const Scope& scope) {
  return {{"awsAccountId", scope.account.str()},
          {"awsRegion", scope.region},
          {"resourceType", kAccountType},
          {"resourceId", scope.account.str()},
          {"configuration", Object{}}};
}

}  // namespace tocsin::config
