// SPDX-License-Identifier: Apache-2.0
// Runbooks of Systems Manager Automation: documents of schema 0.3, checked and taken apart; their
// parameters, references, choices and flow. Who carries out the steps is not known here.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::automation {

enum class Type { String, StringList, Boolean, Integer, MapList, StringMap };

struct Parameter {
  std::string name;
  std::string written;  // "AWS::EC2::Instance::Id"
  Type type = Type::String;
  std::string description;
  std::optional<Document> fallback;
  Array allowed;
  std::string pattern;
  std::optional<std::int64_t> min_items, max_items, min_chars, max_chars;
};

struct Output {
  std::string name, selector;
  Type type = Type::String;
};

/// What follows when a step fails or is cancelled.
struct Reaction {
  enum class Kind { Abort, Continue, Step };
  Kind kind = Kind::Abort;
  std::string step;
  std::string text() const;  // "Abort", "step:repair"
};

struct Step {
  std::string name, action;
  Object inputs;
  std::vector<Output> outputs;
  Reaction on_failure, on_cancel;
  std::optional<bool> critical;
  bool end = false;
  std::string next;
  Document timeout_s, attempts;  // numbers, or references to some
  std::vector<Step> steps;       // of a loop

  bool is_critical() const;
};

struct Runbook {
  std::string description, assume_role;
  std::vector<Parameter> parameters;
  Object variables;  // name: {type, default}
  std::vector<Step> steps;
  std::vector<std::string> outputs;  // "step.Name"
};

/// Errors InvalidDocumentContent, InvalidDocumentSchemaVersion.
Result<Runbook> compile(const Document& content);

/// Of what a document declares below `parameters`, whatever its type.
Result<std::vector<Parameter>> compile_parameters(const Object& declared);
std::optional<Type> type_named(std::string_view text);

/// The values of a start: lists of texts by name, as the API gives them, become values of their
/// types; defaults fill in. Error InvalidAutomationExecutionParametersException.
Result<Object> bind(const std::vector<Parameter>& parameters, const Object& given);

// --- References: "{{ step.Output }}" ----------------------------------------------------------

/// What is between the braces, of every reference in the texts of `value`.
std::vector<std::string> references(const Document& value);
using Lookup = std::function<std::optional<Document>(std::string_view reference)>;
/// A text that is one reference becomes its value, references within a text become text. Error
/// "Unresolved": the first reference that has none.
Result<Document> resolve(const Document& value, const Lookup& lookup);
/// The same, where what has no value stays as it is written.
std::string resolve_known(std::string_view text, const Lookup& lookup);

/// A text as it is, anything else as JSON.
std::string text_of(const Document& value);
/// As inputs, outputs and parameters are shown: a list of texts.
Array shown(const Document& value);
/// A value as a type has it ("true" as a Boolean); none where it is none.
std::optional<Document> converted(const Document& value, Type type);

// --- Flow -------------------------------------------------------------------------------------

/// Which step an aws:branch goes to, from its resolved inputs; empty: none, and no Default. Error
/// "Choice" for operands that cannot be compared.
Result<std::string> choose(const Object& inputs);
/// Whether a condition (a choice without NextStep) holds.
Result<bool> holds(const Object& condition);

/// The steps among which one stands, and where.
struct Place {
  const std::vector<Step>* steps = nullptr;
  const Step* step = nullptr;
  std::string loop;  // the loop whose step it is
};
/// The step of that name, in a loop, too; null where there is none.
Place find_step(const Runbook& runbook, std::string_view name);
/// The step that follows in order; empty at the end.
std::string following(const Place& place);

/// "PT10M", "P1DT2H" as ISO 8601 durations; none where it is none.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace tocsin::automation
