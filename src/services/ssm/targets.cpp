// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/targets.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;

Failure wrong(std::string message) {
  return fail("InvalidAutomationExecutionParametersException", std::move(message));
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 7 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "10" or "25%" of `count`.
std::optional<std::int64_t> share_of(std::string_view text, std::size_t count) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  if (!is_digits(text)) return std::nullopt;
  const auto number = std::stoll(std::string(text));
  if (!percent) return number;
  if (number > 100) return std::nullopt;
  return number * static_cast<std::int64_t>(count) / 100;
}

/// "ec2:instance" of "/AWS::EC2::Instance".
std::string tagging_type(std::string_view type) {
  if (type.starts_with('/')) type.remove_prefix(1);
  if (!type.starts_with("AWS::")) return {};
  type.remove_prefix(5);
  const auto colons = type.find("::");
  if (colons == type.npos) return to_lower(type);
  const auto service = to_lower(type.substr(0, colons));
  if (service == "s3" || service == "sns" || service == "sqs") return service;
  std::string kind;
  for (const char c : type.substr(colons + 2)) {
    if (std::isupper(static_cast<unsigned char>(c)) && !kind.empty()) kind += '-';
    kind += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return service + ":" + kind;
}

std::string id_in_arn(std::string_view arn) {
  return std::string(arn.substr(arn.find_last_of(":/") + 1));
}

Result<Array> tagged_resources(Call& call, const Document& target, std::string_view type) {
  const auto key = text(target, "Key").substr(4);
  Object filter{{"Key", key}};
  if (const auto& values = array_of(target, "Values"); !values.empty()) filter["Values"] = values;
  Object params;
  params["TagFilters"] = Array{std::move(filter)};
  if (const auto named = tagging_type(type); !named.empty())
    params["ResourceTypeFilters"] = Array{named};
  Array out;
  while (true) {
    const auto reply =
        call.call(call.as_caller("tagging", "GetResources", Document(params))).result();
    if (!reply) return fail("InvalidTarget", reply.error().message);
    for (const auto& each : array_of(*reply, "ResourceTagMappingList"))
      out.push_back(Document(id_in_arn(text(each, "ResourceARN"))));
    const auto token = string_of(*reply, "PaginationToken");
    if (token.empty()) return out;
    params["PaginationToken"] = token;
  }
}

Result<Array> values_of_targets(Call& call, const Array& targets, std::string_view type) {
  if (targets.size() > 1) return wrong("Only one resource group or tag can be specified at a time");
  const auto key = text(targets[0], "Key");
  if (key == "ParameterValues") return array_of(targets[0], "Values");
  if (key.starts_with("tag:")) return tagged_resources(call, targets[0], type);
  if (key == "ResourceGroup") return fail("InvalidTarget", "Resource groups are not served.");
  return wrong(
      fmt::format("Target key can have only following values : ParameterValues, ResourceGroup, "
                  "tag:<key>, but is {}",
                  key));
}

Result<void> limit(const Call& call, Rate& rate) {
  rate.max_concurrency = string_of(call.params(), "MaxConcurrency", "10");
  rate.max_errors = string_of(call.params(), "MaxErrors", "0");
  const auto concurrency = share_of(rate.max_concurrency, rate.values.size());
  const auto errors = share_of(rate.max_errors, rate.values.size());
  if (!concurrency || rate.max_concurrency.starts_with('0'))
    return violation(rate.max_concurrency, "maxConcurrency",
                     "Member must satisfy regular expression pattern: "
                     "^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$");
  if (!errors)
    return violation(rate.max_errors, "maxErrors",
                     "Member must satisfy regular expression pattern: "
                     "^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$");
  rate.concurrency = std::max<std::int64_t>(1, *concurrency);
  rate.errors = *errors;
  return {};
}

}  // namespace

Result<std::optional<Rate>> rate_of(Call& call, std::string_view target_type) {
  const auto& params = call.params();
  Rate rate{.parameter = string_of(params, "TargetParameterName")};
  rate.targets = array_of(params, "Targets");
  rate.maps = array_of(params, "TargetMaps");
  if (!array_of(params, "TargetLocations").empty())
    return wrong("TargetLocations (other accounts and Regions) are not served.");
  if (rate.targets.empty() && rate.maps.empty()) {
    if (rate.parameter.empty()) return std::optional<Rate>();
    return wrong("TargetParameterName is specified, but no Targets are.");
  }
  if (!rate.targets.empty() && !rate.maps.empty())
    return wrong("Targets and TargetMaps cannot both be specified.");
  if (rate.maps.empty() && rate.parameter.empty())
    return wrong("Targets are specified, but no TargetParameterName is.");
  rate.values = rate.maps;
  if (rate.maps.empty()) rate.values = TRY(values_of_targets(call, rate.targets, target_type));
  if (rate.values.empty()) return fail("InvalidTarget", "The targets name no resource.");
  TRY(limit(call, rate));
  return std::optional<Rate>(std::move(rate));
}

Object child_parameters(const Rate& rate, const Document& value, const Object& given) {
  auto out = given;
  if (const auto* map = value.if_object()) {
    for (const auto& each : *map)
      out[each.key()] = each.value();
  } else {
    out[rate.parameter] = Array{value};
  }
  return out;
}

std::string target_name(const Document& value) {
  return value.is_string() ? std::string(value.get_string()) : to_json(value);
}

}  // namespace tocsin::ssm
