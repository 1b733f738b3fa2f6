// SPDX-License-Identifier: Apache-2.0
// bench_states CASES: how often a CPU second the engines alone run the executions and evaluate the
// expressions of bench/states.json: no storage, history included. Prints one JSON document.
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "base/document.hpp"
#include "cpu_time.hpp"
#include "engines/asl/asl.hpp"
#include "engines/jsonata/jsonata.hpp"

namespace {

using namespace tocsin;

template <class Work>
double per_second(const Work& work) {
  const auto start = bench::cpu_seconds();
  int runs = 0;
  double seconds = 0;
  while ((seconds = bench::cpu_seconds() - start) < 1) {
    for (int i = 0; i < 20; ++i, ++runs) {
      if (!work()) return 0;
    }
  }
  return runs / seconds;
}

double executions(const Document& one) {
  const auto machine = asl::compile(to_json(object_of(one, "definition")));
  if (!machine) return 0;
  asl::StartOptions options;
  options.execution_arn = "arn:aws:states:us-east-1:111122223333:execution:machine:run";
  options.machine_arn = "arn:aws:states:us-east-1:111122223333:stateMachine:machine";
  options.input = object_of(one, "input");
  const asl::Environment environment;
  const auto events = static_cast<std::size_t>(*integer(one, "events"));
  return per_second([&] {
    const auto started = asl::start(**machine, options, environment);
    return started.step.history.size() == events;
  });
}

double evaluations(const Document& one) {
  const auto expression = jsonata::Expression::parse(text(one, "expression"));
  if (!expression) return 0;
  const auto& data = *find(one, "data");
  const jsonata::Options options;
  return per_second([&] {
    const auto value = expression->evaluate(data, options);
    return value && *value;
  });
}

Object report(const Array& cases, double (*measure)(const Document&)) {
  Object out;
  for (const auto& one : cases)
    out[text(one, "name")] = measure(one);
  return out;
}

}  // namespace

int main(int, char** words) {
  std::ifstream file(words[1]);
  const std::string json{std::istreambuf_iterator<char>(file), {}};
  const auto cases = parse_json(json);
  if (!cases) return 1;
  fmt::print("{}\n", to_json(Object{
                         {"executions", report(array_of(*cases, "executions"), executions)},
                         {"expressions", report(array_of(*cases, "expressions"), evaluations)}}));
  return 0;
}
