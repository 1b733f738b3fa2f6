// SPDX-License-Identifier: Apache-2.0
// Executions per CPU second of the States Language engine alone: no storage, history included.
// Prints one JSON document.
#include "engines/asl/asl.hpp"

#include <fmt/format.h>

#include "base/document.hpp"
#include "cpu_time.hpp"

namespace {

using namespace tocsin;

constexpr std::string_view kPasses = R"({"StartAt":"A","States":{
  "A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Pass","Next":"D"},
  "D":{"Type":"Pass","Next":"E"},"E":{"Type":"Pass","End":true}}})";

constexpr std::string_view kChoiceAndMap = R"asl({"StartAt":"Check","States":{
  "Check":{"Type":"Choice","Choices":[{"Variable":"$.count","NumericGreaterThan":5,"Next":"Each"}],
           "Default":"None"},
  "None":{"Type":"Succeed"},
  "Each":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"StartAt":"Name","States":{
    "Name":{"Type":"Pass","Parameters":{"name.$":"States.Format('item-{}', $.id)"},"End":true}}},
    "End":true}}})asl";

Document items() {
  Array items;
  for (int i = 0; i < 10; ++i)
    items.push_back(Object{{"id", i}});
  Object input{{"count", 10}};
  input["items"] = std::move(items);
  return input;
}

double per_second(std::string_view definition, Document input, std::size_t events) {
  const auto machine = asl::compile(definition);
  if (!machine) return 0;
  asl::StartOptions options;
  options.execution_arn = "arn:aws:states:us-east-1:111122223333:execution:machine:run";
  options.machine_arn = "arn:aws:states:us-east-1:111122223333:stateMachine:machine";
  options.input = std::move(input);
  const asl::Environment environment;
  const auto start = bench::cpu_seconds();
  int executions = 0;
  double seconds = 0;
  while ((seconds = bench::cpu_seconds() - start) < 1) {
    for (int i = 0; i < 100; ++i, ++executions) {
      const auto started = asl::start(**machine, options, environment);
      if (started.step.history.size() != events) return 0;
    }
  }
  return executions / seconds;
}

}  // namespace

int main() {
  fmt::print("{}\n",
             to_json(Object{{"five_pass_states", per_second(kPasses, Object{{"a", 1}}, 12)},
                            {"choice_and_map_of_10", per_second(kChoiceAndMap, items(), 48)}}));
  return 0;
}
