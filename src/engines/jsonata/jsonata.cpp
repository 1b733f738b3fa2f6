// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/jsonata.hpp"

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/parser.hpp"

namespace tocsin::jsonata {
namespace {

Failure failed(const Problem& problem) {
  auto error = to_error(problem);
  error.members["position"] = problem.position;
  return fail(std::move(error));
}

}  // namespace

Result<Expression> Expression::parse(std::string_view source) {
  try {
    return Expression(resolve(parse_tree(source)));
  } catch (const Problem& problem) {
    return failed(problem);
  }
}

Result<std::optional<Document>> Expression::evaluate(const Document& input,
                                                     const Options& options) const {
  try {
    const auto result = Evaluator(options).run(*root_, view_of(input));
    if (result.undefined()) return std::optional<Document>();
    if (result.is_function() && options.functions_fail)
      return fail("FunctionResult", "The result is a function");
    return std::optional(to_document(result));
  } catch (const Problem& problem) {
    return failed(problem);
  }
}

}  // namespace tocsin::jsonata
