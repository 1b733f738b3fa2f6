// SPDX-License-Identifier: Apache-2.0
// The rule language of AWS CloudFormation Guard, versions 2 and 3, in which AWS Config's custom
// policy rules are written: rules are compiled once and then judge documents.
//
//   rule volume_is_encrypted when resourceType == "AWS::EC2::Volume" {
//     configuration.encrypted == true <<The volume is not encrypted>>
//   }
//
// https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"

namespace tocsin::guard {

enum class Status : std::uint8_t { Pass, Fail, Skip };

/// A clause that did not hold, and why.
struct FailedClause {
  std::string rule;
  std::string clause;    // as it stands in the rules
  std::string message;   // the rule's own, of <<…>>, without the blanks around; may be empty
  std::string reason;    // Guard's, of a value that is missing or cannot be compared; may be empty
  std::string path;      // of the value, as far as it was there: "/configuration/encrypted"
  std::string value;     // JSON text
  std::string expected;  // what it was compared with: JSON text; empty where with nothing
  int line = 0;
  int column = 0;
};

struct RuleResult {
  std::string name;  // "default" of clauses that stand in no rule
  Status status = Status::Skip;
  std::vector<FailedClause> failures;  // in the order of evaluation; none where it did not fail
};

struct Report {
  Status status = Status::Skip;  // Fail where one rule fails, Skip where all skip
  std::vector<RuleResult> rules;
};

struct Options {
  /// Functions of ours beside Guard's (README.md of this folder), for rules that we ship.
  bool extensions = false;
};

struct Inputs {
  /// What %name stands for where no `let` names it. A null stands for no value at all, so that
  /// `%name !empty` tells whether one is there.
  const Object* variables = nullptr;
  const Object* more = nullptr;  // looked in for what `variables` has not
  std::int64_t now = 0;          // seconds since the epoch: now()
  std::size_t most_steps = 1'000'000;
};

struct RuleSet;

/// A compiled rules file. Copies share it; evaluation may run on many threads.
class Rules {
 public:
  /// Error "ParseError" in Guard's words, with members `line` and `column`.
  static Result<Rules> compile(std::string_view text, const Options& options = {});

  /// Error "EvaluationError": a variable that nobody names, a function that refuses its argument,
  /// too many steps.
  Result<Report> evaluate(const Document& document, const Inputs& inputs = {}) const;
  /// The status alone: quicker, for what mostly passes.
  Result<Status> judge(const Document& document, const Inputs& inputs = {}) const;

  /// Names of the rules in order, without those that have parameters.
  std::vector<std::string> names() const;

 private:
  explicit Rules(std::shared_ptr<const RuleSet> set) : set_(std::move(set)) {}
  std::shared_ptr<const RuleSet> set_;
};

std::string_view text_of(Status status);  // "PASS"

}  // namespace tocsin::guard
