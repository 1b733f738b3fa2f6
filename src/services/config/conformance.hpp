// SPDX-License-Identifier: Apache-2.0
// Conformance packs: rules and remediations that come and go together.
// https://docs.aws.amazon.com/config/latest/developerguide/conformance-packs.html
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

inline constexpr std::string_view kPackAgent = "config-conforms.amazonaws.com";

struct Pack {
  std::string name, id, stack;
  Scope scope;
  std::string bucket, prefix;
  Array inputs;     // ConformancePackInputParameters
  Object document;  // TemplateSSMDocumentDetails
  std::string state, reason;
  Time requested{}, completed{};
  std::string version;                              // of the last request: an older one stops
  std::vector<Object> wanted, wanted_remediations;  // of the template
  std::set<std::string> rules;                      // that were made
  bool complete = false;                            // it was so before

  std::string arn() const {
    return tocsin::arn("config", scope, "conformance-pack/" + name + "/" + id);
  }
  core::Key key() const { return core::Key::of(scope, name); }
  std::string rule_name(std::string_view in_template) const {
    return std::string(in_template) + "-" + id;
  }
};
BOOST_DESCRIBE_STRUCT(Pack, (),
                      (name, id, stack, scope, bucket, prefix, inputs, document, state, reason,
                       requested, completed, version, wanted, wanted_remediations, rules, complete))

inline constexpr core::Table<Pack> kPacks{"config.packs"};  // account, region, name

std::string arn_of_pack(const Call& call, std::string_view name);
Failure no_such_pack(std::string_view name);
/// The one of "ConformancePackName". Error NoSuchConformancePackException.
Result<Pack> pack_of(const Call& call);
/// Of "ConformancePackNames", or all.
std::vector<Pack> packs_of(const Call& call);
/// The pack's rules that are there.
std::vector<Rule> rules_of_pack(const store::View& view, const Pack& pack);

}  // namespace tocsin::config
