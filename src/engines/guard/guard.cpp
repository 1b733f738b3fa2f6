// SPDX-License-Identifier: Apache-2.0
#include "engines/guard/guard.hpp"

#include <fmt/format.h>

#include "engines/guard/evaluator.hpp"
#include "engines/guard/parser.hpp"

namespace tocsin::guard {
namespace {

constexpr std::size_t kMostFragment = 100;
constexpr std::size_t kMostValue = 1024;

Failure parse_failure(std::string message, Position at) {
  Error error{"ParseError", std::move(message)};
  error.members = {{"line", at.line}, {"column", at.column}};
  return fail(std::move(error));
}

Failure failure_of(const ParseProblem& problem, const Parser& parser, std::string_view text) {
  const auto at = parser.position(problem.at);
  const auto fragment = text.substr(std::min(problem.at, text.size()), kMostFragment);
  return parse_failure(
      fmt::format("Parser Error when parsing `Error parsing file  at line {} at column {}, when "
                  "handling {}, fragment {}`",
                  at.line, at.column, problem.context, fragment),
      at);
}

std::string shortened(std::string text) {
  if (text.size() > kMostValue) text.replace(kMostValue - 3, std::string::npos, "...");
  return text;
}

std::string text_of(const Results& results) {
  if (results.empty() || !results[0].resolved()) return {};
  if (results.size() == 1) return shortened(results[0].value.text());
  std::string out;
  for (const auto& each : results) {
    if (each.resolved()) out += (out.empty() ? "" : ",") + each.value.text();
  }
  return shortened("[" + out + "]");
}

FailedClause told(const Evaluator& evaluator, const std::string& rule, Record record) {
  const auto& clause = *record.clause;
  FailedClause out{.rule = rule,
                   .clause = clause.text,
                   .message = clause.message,
                   .reason = std::move(record.reason),
                   .expected = text_of(record.to),
                   .line = clause.at.line,
                   .column = clause.at.column};
  if (!record.has_from) return out;
  out.path = evaluator.path_of(record.from.value);
  if (record.from.resolved())
    out.value = shortened(record.from.value.text());
  else
    out.reason = evaluator.reason_of(record.from);
  if (!record.to.empty() && !record.to[0].resolved())
    out.reason = evaluator.reason_of(record.to[0]);
  return out;
}

/// `fails` outweigh, `passes` are needed.
Status overall(Status before, Status status) {
  if (before == Status::Fail || status == Status::Fail) return Status::Fail;
  return before == Status::Pass || status == Status::Pass ? Status::Pass : Status::Skip;
}

}  // namespace

std::string_view text_of(Status status) {
  switch (status) {
    case Status::Pass:
      return "PASS";
    case Status::Fail:
      return "FAIL";
    case Status::Skip:
      return "SKIP";
  }
  return "SKIP";
}

Result<Rules> Rules::compile(std::string_view text, const Options& options) {
  Parser parser(text, options);
  try {
    auto set = std::make_shared<RuleSet>(parser.parse());
    if (set->rules.empty() && set->callable.empty() && set->lets.empty())
      return parse_failure("There were no rules present", {});
    link(*set);
    return Rules(std::move(set));
  } catch (const ParseProblem& problem) {
    return failure_of(problem, parser, text);
  } catch (const LinkProblem& problem) {
    return parse_failure(problem.message, problem.at);
  }
}

Result<Report> Rules::evaluate(const Document& document, const Inputs& inputs) const {
  Evaluator evaluator(*set_, document, inputs, true);
  Report report;
  try {
    for (std::size_t at = 0; at < set_->rules.size(); ++at) {
      RuleResult result{.name = set_->rules[at].name, .status = evaluator.rule(at)};
      for (auto& record : evaluator.take_records()) {
        if (result.status == Status::Fail)
          result.failures.push_back(told(evaluator, result.name, std::move(record)));
      }
      report.status = overall(report.status, result.status);
      report.rules.push_back(std::move(result));
    }
  } catch (const Problem& problem) {
    return fail("EvaluationError", problem.message);
  }
  return report;
}

Result<Status> Rules::judge(const Document& document, const Inputs& inputs) const {
  Evaluator evaluator(*set_, document, inputs, false);
  auto status = Status::Skip;
  try {
    for (std::size_t at = 0; at < set_->rules.size() && status != Status::Fail; ++at)
      status = overall(status, evaluator.rule(at));
  } catch (const Problem& problem) {
    return fail("EvaluationError", problem.message);
  }
  return status;
}

std::vector<std::string> Rules::names() const {
  std::vector<std::string> out;
  for (const auto& rule : set_->rules)
    out.push_back(rule.name);
  return out;
}

}  // namespace tocsin::guard
