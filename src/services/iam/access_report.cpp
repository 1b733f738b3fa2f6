// SPDX-License-Identifier: Apache-2.0
// Which services an identity may use, by which policies, and when it last did.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
#include <fmt/format.h>

#include "engines/policy/policy.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/policies.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

/// Names of services by what their actions begin with.
const std::map<std::string_view, std::string_view>& services() {
  static const std::map<std::string_view, std::string_view> kServices{
      {"access-analyzer", "AWS IAM Access Analyzer"},
      {"acm", "AWS Certificate Manager"},
      {"autoscaling", "Amazon EC2 Auto Scaling"},
      {"backup", "AWS Backup"},
      {"cloudformation", "AWS CloudFormation"},
      {"cloudfront", "Amazon CloudFront"},
      {"cloudtrail", "AWS CloudTrail"},
      {"cloudwatch", "Amazon CloudWatch"},
      {"config", "AWS Config"},
      {"detective", "Amazon Detective"},
      {"dynamodb", "Amazon DynamoDB"},
      {"ec2", "Amazon EC2"},
      {"ecr", "Amazon Elastic Container Registry"},
      {"ecs", "Amazon Elastic Container Service"},
      {"eks", "Amazon Elastic Kubernetes Service"},
      {"elasticloadbalancing", "AWS Elastic Load Balancing"},
      {"events", "Amazon EventBridge"},
      {"guardduty", "Amazon GuardDuty"},
      {"iam", "AWS Identity and Access Management"},
      {"inspector2", "Amazon Inspector2"},
      {"kms", "AWS Key Management Service"},
      {"lambda", "AWS Lambda"},
      {"logs", "Amazon CloudWatch Logs"},
      {"macie2", "Amazon Macie"},
      {"organizations", "AWS Organizations"},
      {"rds", "Amazon RDS"},
      {"route53", "Amazon Route 53"},
      {"s3", "Amazon S3"},
      {"secretsmanager", "AWS Secrets Manager"},
      {"securityhub", "AWS Security Hub"},
      {"sns", "Amazon SNS"},
      {"sqs", "Amazon SQS"},
      {"ssm", "AWS Systems Manager"},
      {"ssm-contacts", "AWS Systems Manager Incident Manager Contacts"},
      {"ssm-incidents", "AWS Systems Manager Incident Manager"},
      {"states", "AWS Step Functions"},
      {"sts", "AWS Security Token Service"},
      {"tag", "Amazon Resource Group Tagging API"},
      {"wafv2", "AWS WAF V2"}};
  return kServices;
}

bool allows(const std::string& text, std::string_view service) {
  const auto policy = policy::parse_policy(text, policy::PolicyKind::Identity);
  return policy && policy::allows_service(**policy, service);
}

/// Who uses what the report is about: the identity, a group's members, whom a policy is attached
/// to.
struct Subject {
  std::vector<std::string> policies;  // texts
  std::vector<std::pair<const Kind*, Identity>> entities;
};

void add_members(Call& call, const Identity& group, Subject& subject) {
  for (const auto& member : kMembers.all(call, identity_key(call.account(), group.name))) {
    if (auto user = find_identity(call, kUser, call.account(), member.name))
      subject.entities.emplace_back(&kUser, *std::move(user));
  }
}

void add_identity(Call& call, const Kind* kind, Identity identity, Subject& subject) {
  if (kind == &kGroup)
    add_members(call, identity, subject);
  else
    subject.entities.emplace_back(kind, std::move(identity));
}

Result<Subject> subject_of(Call& call, const std::string& arn) {
  Subject subject;
  if (const auto policy = find_policy(call, call.account(), arn)) {
    subject.policies.push_back(policy->document);
    for (const auto* kind : {&kGroup, &kUser, &kRole}) {
      const Key attached{call.account().str(), arn, "attached", kind->lower};
      for (const auto& link : kAttachments.all(call, attached)) {
        if (auto identity = find_identity(call, *kind, call.account(), link.name))
          add_identity(call, kind, *std::move(identity), subject);
      }
    }
    return subject;
  }
  auto named = TRY(identity_of_arn(call, arn));
  for (const auto& source : policies_of(call, call.account(), *named.kind, named.identity))
    subject.policies.push_back(source.text);
  add_identity(call, named.kind, std::move(named.identity), subject);
  return subject;
}

Object entity_details(const Kind& kind, const Identity& identity, Time last) {
  return {{"EntityInfo", Object{{"Arn", identity.arn},
                                {"Name", identity.name},
                                {"Type", &kind == &kUser ? "USER" : "ROLE"},
                                {"Id", identity.id},
                                {"Path", identity.path}}},
          {"LastAuthenticated", to_seconds(last)}};
}

AccessReport make_report(Call& call, const std::string& arn, const Subject& subject) {
  AccessReport report{.arn = arn,
                      .by_action = text(call.params(), "Granularity") == "ACTION_LEVEL",
                      .made = call.now()};
  std::vector<std::map<std::string, LastUse>> uses;
  for (const auto& [kind, identity] : subject.entities)
    uses.push_back(uses_of(call, identity.id));
  for (const auto& [prefix, name] : services()) {
    const auto granted = [&, prefix = prefix](const auto& text) { return allows(text, prefix); };
    if (std::none_of(subject.policies.begin(), subject.policies.end(), granted)) continue;
    Object service{{"ServiceName", name}, {"ServiceNamespace", prefix}};
    Array entities;
    Time newest{};
    for (std::size_t i = 0; i < uses.size(); ++i) {
      const auto use = uses[i].find(std::string(prefix));
      if (use == uses[i].end()) continue;
      const auto& [kind, identity] = subject.entities[i];
      entities.push_back(entity_details(*kind, identity, use->second.time));
      if (use->second.time <= newest) continue;
      newest = use->second.time;
      service["LastAuthenticated"] = to_seconds(newest);
      service["LastAuthenticatedEntity"] = identity.arn;
      service["LastAuthenticatedRegion"] = use->second.region;
    }
    service["TotalAuthenticatedEntities"] = static_cast<std::int64_t>(entities.size());
    report.services.push_back(std::move(service));
    report.entities[prefix] = std::move(entities);
  }
  return report;
}

Result<AccessReport> report_of(Call& call) {
  const auto id = string_of(call.params(), "JobId");
  auto report = kAccessReports.get(call, Key{call.account().str(), id});
  if (!report) return no_such_entity(fmt::format("Job {} cannot be found.", id));
  return *std::move(report);
}

Object status_of(const AccessReport& report) {
  return {{"JobStatus", "COMPLETED"},
          {"JobCreationDate", to_seconds(report.made)},
          {"JobCompletionDate", to_seconds(report.made)}};
}

Outcome paged_array(Call& call, std::string_view member, const Array& items, Object out) {
  std::map<std::string, Document> all;
  for (const auto& item : items)
    all.emplace(fmt::format("{:08}", all.size()), item);
  return paged(call, member, all, std::move(out));
}

Object granting(const PolicySource& source) {
  Object out{{"PolicyName", source.name},
             {"PolicyType", source.arn.empty() ? "INLINE" : "MANAGED"}};
  if (!source.arn.empty()) {
    out["PolicyArn"] = source.arn;
    return out;
  }
  auto type = std::string(source.owner->lower);
  for (auto& c : type)
    c = static_cast<char>(c - 'a' + 'A');
  out["EntityType"] = type;
  out["EntityName"] = source.owner_name;
  return out;
}

}  // namespace

Outcome generate_access_report(Call& call) {
  const auto arn = string_of(call.params(), "Arn");
  const auto subject = TRY(subject_of(call, arn));
  const auto id = call.new_uuid();
  kAccessReports.put(call, Key{call.account().str(), id}, make_report(call, arn, subject));
  return Object{{"JobId", id}};
}

Outcome get_access_report(Call& call) {
  const auto report = TRY(report_of(call));
  auto out = status_of(report);
  out["JobType"] = report.by_action ? "ACTION_LEVEL" : "SERVICE_LEVEL";
  return paged_array(call, "ServicesLastAccessed", report.services, std::move(out));
}

Outcome get_access_report_entities(Call& call) {
  const auto report = TRY(report_of(call));
  const auto& entities = array_of(report.entities, text(call.params(), "ServiceNamespace"));
  return paged_array(call, "EntityDetailsList", entities, status_of(report));
}

Outcome list_policies_granting_service_access(Call& call) {
  const auto named = TRY(identity_of_arn(call, text(call.params(), "Arn")));
  const auto sources = policies_of(call, call.account(), *named.kind, named.identity);
  Array out;
  for (const auto& each : array_of(call.params(), "ServiceNamespaces")) {
    const std::string_view service = each.is_string() ? std::string_view(each.as_string()) : "";
    Array policies;
    for (const auto& source : sources) {
      if (allows(source.text, service)) policies.push_back(granting(source));
    }
    out.push_back(Object{{"ServiceNamespace", service}, {"Policies", std::move(policies)}});
  }
  return Object{{"PoliciesGrantingServiceAccess", std::move(out)}, {"IsTruncated", false}};
}

}  // namespace tocsin::iam
