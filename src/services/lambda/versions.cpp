// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
#include "services/lambda/versions.hpp"

#include <fmt/format.h>

#include "services/lambda/configuration.hpp"
#include "services/lambda/paging.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

/// What counts for "has changed": not when, nor what it is called.
std::string content_of(Configuration configuration) {
  configuration.modified = {};
  configuration.revision.clear();
  configuration.description.clear();
  return to_json(encode(configuration));
}

Object version_shown(const core::Context& context, const Function& function, const Version& version,
                     Phase phase) {
  return shown(context.secrets(), function, version.configuration, std::to_string(version.number),
               fmt::format("{}:{}", function.arn(), version.number), phase);
}

}  // namespace

Version publish_latest(core::Context& context, Function& function,
                       const std::optional<std::string>& description) {
  const auto last = kVersions.get(
      context, Key::of(function.scope, function.name, number_part(function.versions)));
  if (last && content_of(last->configuration) == content_of(function.latest)) return *last;
  Version version{++function.versions, function.latest};
  if (description) version.configuration.description = *description;
  version.configuration.revision = context.new_uuid();
  kVersions.put(context, Key::of(function.scope, function.name, number_part(version.number)),
                version);
  kFunctions.put(context, Key::of(function.scope, function.name), function);
  return version;
}

std::vector<Object> versions_shown(Call& call, const Function& function) {
  std::vector<Object> out{shown(call.secrets(), function, function.latest, kLatest,
                                function.arn() + ":" + std::string(kLatest), Phase::Listed)};
  for (const auto& version : kVersions.all(call, Key::of(function.scope, function.name)))
    out.push_back(version_shown(call, function, version, Phase::Listed));
  return out;
}

Outcome publish_version(Call& call) {
  auto function = TRY(function_of(call));
  const auto& params = call.params();
  TRY(check_revision(call, function.latest.revision));
  const auto sha256 = text(params, "CodeSha256");
  if (!sha256.empty() && sha256 != function.latest.code_sha256) {
    return invalid(
        fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please "
                    "try again with the CodeSHA256 in $LATEST.",
                    sha256, function.latest.code_sha256));
  }
  std::optional<std::string> description;
  if (const auto given = string_of(params, "Description"); !given.empty()) description = given;
  return version_shown(call, function, publish_latest(call, function, description), Phase::Settled);
}

/// $LATEST first; the marker of the pages is that of the published ones.
Outcome list_versions_by_function(Call& call) {
  const auto function = TRY(function_of(call));
  auto page =
      list_page<Version>(call, kVersions, Key::of(function.scope, function.name), "Versions",
                         [&](const Version& version) {
                           return Document(version_shown(call, function, version, Phase::Listed));
                         });
  if (!text(call.params(), "Marker").empty()) return page;
  auto reply = TRY(std::move(page).result())
  .as_object();
  Array versions;
  versions.push_back(versions_shown(call, function)[0]);
  for (const auto& version : array_of(reply, "Versions"))
    versions.push_back(version);
  reply["Versions"] = std::move(versions);
  return reply;
}

}  // namespace tocsin::lambda
