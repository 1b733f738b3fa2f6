// SPDX-License-Identifier: Apache-2.0
// The credential report: a line a user, in AWS's columns.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/iam/operations.hpp"
#include "services/iam/uses.hpp"

namespace tocsin::iam {
namespace {

using core::Key;

constexpr auto kValidFor = std::chrono::hours(4);
constexpr std::string_view kHead =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

std::string moment(Time time) {
  return format_time(time, "%Y-%m-%dT%H:%M:%S+00:00");
}

/// Five columns a key, of two keys.
std::string key_columns(Call& call, const std::vector<AccessKey>& keys) {
  std::string out;
  for (std::size_t i = 0; i < 2; ++i) {
    if (i >= keys.size()) {
      out += ",false,N/A,N/A,N/A,N/A";
      continue;
    }
    const auto last = last_use(call, owner_id(call, keys[i]), keys[i].id);
    out += fmt::format(",{},{},{},{},{}", keys[i].active, moment(keys[i].created),
                       last ? moment(last->time) : "N/A", last ? last->region : "N/A",
                       last ? last->service : "N/A");
  }
  return out + ",false,N/A,false,N/A";
}

std::string password_columns(Call& call, const std::string& user) {
  const auto login = kLogins.get(call, identity_key(call.account(), user));
  if (!login) return "false,N/A,N/A,N/A";
  const auto policy = kPasswordPolicies.get(call, Key{call.account().str()});
  const auto days = policy ? policy->max_age_days : 0;
  const auto next = days == 0 ? "N/A" : moment(login->changed + std::chrono::hours(24 * days));
  return fmt::format("true,no_information,{},{}", moment(login->changed), next);
}

std::string root_line(Call& call) {
  const auto keys = keys_of(call, call.account(), "");
  return fmt::format(
      "<root_account>,arn:aws:iam::{}:root,{},not_supported,no_information,not_supported,"
      "not_supported,false{}\n",
      call.account().str(), moment(keys.empty() ? from_ms(0) : keys.front().created),
      key_columns(call, keys));
}

std::string make_report(Call& call) {
  auto report = std::string(kHead) + "\n" + root_line(call);
  std::set<std::string> with_mfa;
  kMfaDevices.scan(call, Key{call.account().str()}, [&](const auto&, const MfaDevice& device) {
    with_mfa.insert(device.user);
    return true;
  });
  kUsers.scan(call, Key{call.account().str()}, [&](const auto&, const Identity& user) {
    report += fmt::format("{},{},{},{},{}{}\n", user.name, user.arn, moment(user.created),
                          password_columns(call, user.name), with_mfa.contains(user.name),
                          key_columns(call, keys_of(call, call.account(), user.name)));
    return true;
  });
  return report;
}

}  // namespace

Outcome generate_credential_report(Call& call) {
  const Key key{call.account().str()};
  const auto present = kReports.get(call, key);
  if (present && call.now() - present->made < kValidFor) return Object{{"State", "COMPLETE"}};
  const auto blob = TRY(call.blobs().put(make_report(call)));
  kReports.put(call, key, {call.now(), store::to_document(blob)});
  return Object{
      {"State", "STARTED"},
      {"Description", present ? "Prior report is stale. Starting a new report generation task"
                              : "No report exists. Starting a new report generation task"}};
}

Outcome get_credential_report(Call& call) {
  const auto report = kReports.get(call, Key{call.account().str()});
  if (!report) return fail("ReportNotPresent", "No report exists for the account.", 410);
  if (call.now() - report->made >= kValidFor) {
    return fail("ReportExpired",
                "The credential report has expired: reports are valid for four hours.", 410);
  }
  const auto text = TRY(call.blob(*store::blob_ref(report->content)));
  return Object{{"Content", base64(text)},
                {"ReportFormat", "text/csv"},
                {"GeneratedTime", to_seconds(report->made)}};
}

}  // namespace tocsin::iam
