// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/launch_templates.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostVersions = 10000;
constexpr std::size_t kLongestDescription = 255;
constexpr std::size_t kMostUserData = 16384;
constexpr std::string_view kVersions = "Versions";
constexpr std::string_view kLastNumber = "LastNumber";
constexpr std::string_view kData = "LaunchTemplateData";

constexpr std::array<Filter, 11> kFilters{
    {{"create-time", "CreateTime"},
     {"ebs-optimized", "LaunchTemplateData.EbsOptimized"},
     {"http-endpoint", "LaunchTemplateData.MetadataOptions.HttpEndpoint"},
     {"http-protocol-ipv4", "LaunchTemplateData.MetadataOptions.HttpProtocolIpv4"},
     {"http-tokens", "LaunchTemplateData.MetadataOptions.HttpTokens"},
     {"iam-instance-profile", "LaunchTemplateData.IamInstanceProfile.Arn"},
     {"image-id", "LaunchTemplateData.ImageId"},
     {"instance-type", "LaunchTemplateData.InstanceType"},
     {"is-default-version", "DefaultVersion"},
     {"kernel-id", "LaunchTemplateData.KernelId"},
     {"ram-disk-id", "LaunchTemplateData.RamDiskId"}}};

bool is_default(const Resource& launch_template, const Document& version) {
  return integer(launch_template.shape, "DefaultVersionNumber") ==
         integer(version, "VersionNumber");
}

/// As it is described: with its secrets open.
Object version_shape(const Call& call, const Resource& launch_template, const Document& version) {
  auto out = version.as_object();
  out["DefaultVersion"] = is_default(launch_template, version);
  auto& data = out[kData].as_object();
  if (const auto* sealed = data.if_contains("UserData"))
    data["UserData"] = call.open(*sealed).value_or("");
  return out;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Of every template the version that $Latest or $Default means.
Result<Array> of_all_templates(const Call& call, const std::vector<std::string>& versions) {
  if (versions.empty()) {
    return fail("MissingParameter",
                "The request must contain the parameter launchTemplateId or launchTemplateName");
  }
  Array out;
  for (const auto& each : all(call, call.scope(), kTemplate)) {
    std::vector<std::int64_t> seen;
    for (const auto& version : versions) {
      if (version != "$Latest" && version != "$Default") {
        return invalid_value(version, "Versions",
                             "Only $Latest and $Default are valid for all launch templates.");
      }
      const auto number = TRY(version_number(each, version));
      if (std::find(seen.begin(), seen.end(), number) != seen.end()) continue;
      seen.push_back(number);
      out.push_back(version_shape(call, each, TRY(version_of(each, number))));
    }
  }
  return out;
}

/// The newest first.
Result<Array> of_one(const Call& call, const Resource& launch_template,
                     const std::vector<std::string>& versions) {
  const auto& params = call.params();
  std::vector<std::int64_t> wanted;
  for (const auto& version : versions)
    wanted.push_back(TRY(version_number(launch_template, version)));
  const auto least = number_in(text(params, "MinVersion")).value_or(1);
  const auto most = number_in(text(params, "MaxVersion")).value_or(INT64_MAX);
  const auto& kept = array_of(launch_template.more, kVersions);
  Array out;
  for (auto at = kept.rbegin(); at != kept.rend(); ++at) {
    const auto number = integer(*at, "VersionNumber").value_or(0);
    const bool named =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), number) != wanted.end();
    if (named && number >= least && number <= most)
      out.push_back(version_shape(call, launch_template, *at));
  }
  return out;
}

Object entry(const Resource& launch_template, std::string_view version) {
  Object out{{"LaunchTemplateId", launch_template.id},
             {"LaunchTemplateName", text(launch_template.shape, "LaunchTemplateName")}};
  if (const auto number = number_in(version)) out["VersionNumber"] = *number;
  return out;
}

Object undeleted(const Resource& launch_template, std::string_view version, std::string_view code,
                 std::string_view message) {
  auto out = entry(launch_template, version);
  out["ResponseError"] = Object{{"Code", code}, {"Message", message}};
  return out;
}

}  // namespace

Result<Object> requested_data(Call& call) {
  const auto* given = find(call.params(), kData);
  if (!given || !given->is_object() || given->as_object().empty()) return missing_parameter(kData);
  if (text(call.params(), "VersionDescription").size() > kLongestDescription) {
    return invalid_value(text(call.params(), "VersionDescription"), "VersionDescription",
                         "Character length must be less than or equal to 255.");
  }
  auto data = given->as_object();
  const auto* user_data = data.if_contains("UserData");
  if (!user_data) return data;
  const auto plain = call.open(*user_data).value_or("");
  const auto bytes = unbase64(plain);
  if (!bytes) return fail("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (bytes->size() > kMostUserData) return invalid_value("User data is limited to 16384 bytes");
  data["UserData"] = call.seal(plain);
  return data;
}

Object add_version(Call& call, Resource& launch_template, Object data) {
  // The number of a version that is gone is not given again.
  const auto number = integer(launch_template.more, kLastNumber).value_or(0) + 1;
  launch_template.more[kLastNumber] = number;
  Object version{{"LaunchTemplateId", launch_template.id},
                 {"LaunchTemplateName", text(launch_template.shape, "LaunchTemplateName")},
                 {"VersionNumber", number},
                 {"CreateTime", to_seconds(call.now())},
                 {"CreatedBy", call.principal().arn},
                 {kData, std::move(data)}};
  if (const auto words = text(call.params(), "VersionDescription"); !words.empty())
    version["VersionDescription"] = words;
  launch_template.shape["LatestVersionNumber"] = number;
  auto& kept = launch_template.more[kVersions];
  if (!kept.is_array()) kept.emplace_array();
  kept.as_array().push_back(version);
  save(call, kTemplate, launch_template);
  return version;
}

Outcome create_launch_template_version(Call& call) {
  auto launch_template = TRY(requested_template(call, call.params()));
  auto data = TRY(requested_data(call));
  if (array_of(launch_template.more, kVersions).size() >= kMostVersions) {
    return fail("LaunchTemplateVersionLimitExceeded",
                "The maximum number of versions of the launch template has been reached.");
  }
  if (const auto source = text(call.params(), "SourceVersion"); !source.empty()) {
    const auto number = TRY(version_number(launch_template, source));
    auto merged = object_of(TRY(version_of(launch_template, number)), kData);
    for (const auto& [name, value] : data)
      merged[name] = value;
    data = std::move(merged);
  }
  const auto version = add_version(call, launch_template, std::move(data));
  return Object{{"LaunchTemplateVersion", version_shape(call, launch_template, version)}};
}

Outcome delete_launch_template_versions(Call& call) {
  auto launch_template = TRY(requested_template(call, call.params()));
  const auto versions = texts(call.params(), "Versions");
  if (versions.empty()) return missing_parameter("LaunchTemplateVersion");
  auto& kept = launch_template.more[kVersions].as_array();
  Array done, refused;
  for (const auto& version : versions) {
    const auto number = number_in(version);
    const auto found = std::find_if(kept.begin(), kept.end(), [&](const Document& each) {
      return number && integer(each, "VersionNumber") == *number;
    });
    if (found == kept.end()) {
      refused.push_back(
          undeleted(launch_template, version, "launchTemplateVersionDoesNotExist",
                    fmt::format("The launch template version {} does not exist.", version)));
    } else if (is_default(launch_template, *found)) {
      refused.push_back(undeleted(launch_template, version, "unexpectedError",
                                  "The default version of a launch template cannot be deleted."));
    } else {
      done.push_back(entry(launch_template, version));
      kept.erase(found);
    }
  }
  launch_template.shape["LatestVersionNumber"] = kept.back().at("VersionNumber");
  save(call, kTemplate, launch_template);
  return Object{{"SuccessfullyDeletedLaunchTemplateVersions", std::move(done)},
                {"UnsuccessfullyDeletedLaunchTemplateVersions", std::move(refused)}};
}

Outcome describe_launch_template_versions(Call& call) {
  const auto& params = call.params();
  const auto versions = texts(params, "Versions");
  const bool one =
      find(params, "LaunchTemplateId") != nullptr || find(params, "LaunchTemplateName") != nullptr;
  const auto items = one ? TRY(of_one(call, TRY(requested_template(call, params)), versions))
          : TRY(of_all_templates(call, versions));
          return TRY(filtered_page(call, items, "LaunchTemplateVersions", kFilters, 1));
}

}  // namespace tocsin::ec2
