// SPDX-License-Identifier: Apache-2.0
// AWS Config's managed rules: data in content/config-rules, a file each (its README says how to add
// one), built into the binary. What a rule needs to know of the account beside the item it declares
// as calls; whoever evaluates makes them and hands the replies to `judge`, which is pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"

namespace tocsin::config {

enum class Trigger { ConfigurationItemChange, Periodic, Both };

/// What one evaluation is about: an item of the resource types, or the account
/// ("AWS::::Account", with the account's number as id).
enum class Subject { Resource, Account };

struct RuleParameter {
  enum class Type { String, Int, Double, Boolean, List };  // List: AWS's "CSV"
  std::string name;
  std::string description;
  Type type = Type::String;
  std::string fallback;  // what its console offers, and the default of an optional one; empty: none
  bool optional = true;
  std::vector<std::string> allowed;  // empty: any
};

/// An API read whose reply the rule sees as %calls.<as>.
struct RuleCall {
  std::string service;    // the model's id: "cloudtrail"
  std::string operation;  // "DescribeTrails"
  /// A string "$.item.resourceName" stands for what is there among item, parameters, calls and,
  /// with `for_each`, `each`.
  Object params;
  std::string as;
  std::vector<std::string> absent;  // error codes that mean "there is none": the reply is null
  /// A path ("$.calls.trails.trailList") to a list: one call for each element. %calls.<as> is then
  /// a list of {"each": the element, "reply": the reply}.
  std::string for_each;
  /// Pages are gone through: `items` of all of them stand in the one reply. Empty: no pages.
  struct Pages {
    std::string items, next, token;  // "Users", "Marker" of the reply, "Marker" of the next request
  } pages;
};

struct ManagedRule {
  std::string identifier;  // "S3_BUCKET_VERSIONING_ENABLED"
  std::string name;        // as AWS's console names it: "s3-bucket-versioning-enabled"
  std::string description;
  std::vector<std::string> resource_types;  // empty: any (REQUIRED_TAGS), or Subject::Account
  Subject subject = Subject::Resource;
  Trigger trigger = Trigger::ConfigurationItemChange;
  bool detective = true;
  bool proactive = false;
  std::vector<RuleParameter> parameters;
  std::vector<RuleCall> calls;
};

/// Null where there is none.
const ManagedRule* managed_rule(std::string_view identifier);
/// In the order of their identifiers.
std::span<const ManagedRule> managed_rules();

/// `input`, a rule's InputParameters, checked and in the types that the rule declares, with
/// defaults; a parameter without a value is null. Error InvalidParameterValueException.
Result<Object> typed_parameters(const ManagedRule& rule, const Object& input);

/// The requests that `call` means, `known` being {"item", "parameters", "calls" (so far)}: one, or
/// one for each element.
std::vector<Object> requests_of(const RuleCall& call, const Document& known);
/// Puts the replies (null: absent) of those requests, in their order, into known.calls.
void keep_replies(const RuleCall& call, Document& known, std::vector<Document> replies);

struct Verdict {
  std::string_view
      compliance;          // "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"
  std::string annotation;  // at most 256 characters
  bool operator==(const Verdict&) const = default;
};

/// `known`: {"item", "parameters" (typed), "calls", "now" (seconds since the epoch)}. The item is a
/// configuration item as the API has it; JSON text in its configuration and
/// supplementaryConfiguration is read as what it says.
Verdict judge(const ManagedRule& rule, const Document& known);

/// An item as rules see it: members of `configuration` and `supplementaryConfiguration` that are
/// JSON text of an object or a list are that object or list. Custom policy rules see it alike.
Document readable_item(const Document& item);

}  // namespace tocsin::config
