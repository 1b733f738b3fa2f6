// SPDX-License-Identifier: Apache-2.0
// The templates of conformance packs: CloudFormation's form, with rules and remediations alone.
// https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html
#pragma once

#include <map>
#include <vector>

#include "base/arn.hpp"
#include "base/document.hpp"

namespace tocsin::config {

struct PackTemplate {
  std::vector<Object> rules;         // ConfigRule of PutConfigRule, each with its ConfigRuleName
  std::vector<Object> remediations;  // RemediationConfiguration, by the same names
};

/// YAML or JSON, with parameters, conditions and functions resolved. Error
/// ConformancePackTemplateValidationException naming what is wrong.
Result<PackTemplate> read_pack_template(std::string_view text,
                                        const std::map<std::string, std::string>& parameters,
                                        const Scope& scope);

Failure bad_template(std::string_view what);

}  // namespace tocsin::config
