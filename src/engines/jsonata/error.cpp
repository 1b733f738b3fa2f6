// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/error.hpp"

#include <map>

namespace tocsin::jsonata {
namespace {

/// {t} token, {v} value, {2} the second value. Texts come with quotes, as in jsonata.js.
const std::map<std::string_view, std::string_view> kWords = {
    {"S0101", "String literal must be terminated by a matching quote"},
    {"S0102", "Number out of range: {t}"},
    {"S0103", "Unsupported escape sequence: \\{t}"},
    {"S0104", "The escape sequence \\u must be followed by 4 hex digits"},
    {"S0105", "Quoted property name must be terminated with a backquote (`)"},
    {"S0106", "Comment has no closing tag"},
    {"S0201", "Syntax error: {t}"},
    {"S0202", "Expected {v}, got {t}"},
    {"S0203", "Expected {v} before end of expression"},
    {"S0204", "Unknown operator: {t}"},
    {"S0205", "Unexpected token: {t}"},
    {"S0206", "Unknown expression type: {t}"},
    {"S0207", "Unexpected end of expression"},
    {"S0208", "Parameter {v} of function definition must be a variable name (start with $)"},
    {"S0209", "A predicate cannot follow a grouping expression in a step"},
    {"S0210", "Each step can only have one grouping expression"},
    {"S0211", "The symbol {t} cannot be used as a unary operator"},
    {"S0212", "The left side of := must be a variable name (start with $)"},
    {"S0213", "The literal value {v} cannot be used as a step within a path expression"},
    {"S0214", "The right side of {t} must be a variable name (start with $)"},
    {"S0215", "A context variable binding must precede any predicates on a step"},
    {"S0216", "A context variable binding must precede the 'order-by' clause on a step"},
    {"S0217", "The object representing the 'parent' cannot be derived from this expression"},
    {"S0301", "Empty regular expressions are not allowed"},
    {"S0302", "No terminating / in regular expression"},
    {"S0303", "Invalid regular expression /{t}/: {v}"},
    {"S0401", "Type parameters can only be applied to functions and arrays"},
    {"S0402", "Choice groups containing parameterized types are not supported"},
    {"T0410", "Argument {v} of function {t} does not match function signature"},
    {"T0411", "Context value is not a compatible type with argument {v} of function {t}"},
    {"T0412", "Argument {v} of function {t} must be an array of {2}"},
    {"D1001", "Number out of range: {v}"},
    {"D1002", "Cannot negate a non-numeric value: {v}"},
    {"T1003", "Key in object structure must evaluate to a string; got: {v}"},
    {"D1004", "Regular expression matches zero length string"},
    {"T1005", "Attempted to invoke a non-function. Did you mean ${t}?"},
    {"T1006", "Attempted to invoke a non-function"},
    {"T1007", "Attempted to partially apply a non-function. Did you mean ${t}?"},
    {"T1008", "Attempted to partially apply a non-function"},
    {"D1009", "Multiple key definitions evaluate to same key: {v}"},
    {"T1010",
     "The matcher function argument passed to function {t} does not return the correct object "
     "structure"},
    {"T2001", "The left side of the {t} operator must evaluate to a number"},
    {"T2002", "The right side of the {t} operator must evaluate to a number"},
    {"T2003", "The left side of the range operator (..) must evaluate to an integer"},
    {"T2004", "The right side of the range operator (..) must evaluate to an integer"},
    {"D2005", "The left side of := must be a variable name (start with $)"},
    {"T2006", "The right side of the function application operator ~> must be a function"},
    {"T2007", "Type mismatch when comparing values {v} and {2} in order-by clause"},
    {"T2008",
     "The expressions within an order-by clause must evaluate to numeric or string values"},
    {"T2009", "The values {v} and {2} either side of operator {t} must be of the same data type"},
    {"T2010",
     "The expressions either side of operator {t} must evaluate to numeric or string values"},
    {"T2011",
     "The insert/update clause of the transform expression must evaluate to an object: {v}"},
    {"T2012",
     "The delete clause of the transform expression must evaluate to a string or array of "
     "strings: {v}"},
    {"T2013",
     "The transform expression clones the input object using the $clone() function.  This "
     "has been overridden in the current scope by a non-function."},
    {"D2014",
     "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  "
     "Attempted to allocate {v}."},
    {"D3001", "Attempting to invoke string function on Infinity or NaN"},
    {"D3010", "Second argument of replace function cannot be an empty string"},
    {"D3011", "Fourth argument of replace function must evaluate to a positive number"},
    {"D3012", "Attempted to replace a matched string with a non-string value"},
    {"D3020", "Third argument of split function must evaluate to a positive number"},
    {"D3030", "Unable to cast value to a number: {v}"},
    {"D3040", "Third argument of match function must evaluate to a positive number"},
    {"D3050",
     "The second argument of reduce function must be a function with at least two arguments"},
    {"D3060", "The sqrt function cannot be applied to a negative number: {v}"},
    {"D3061",
     "The power function has resulted in a value that cannot be represented as a JSON "
     "number: base={v}, exponent={2}"},
    {"D3070",
     "The single argument form of the sort function can only be applied to an array of "
     "strings or an array of numbers.  Use the second argument to specify a comparison "
     "function"},
    {"D3080", "The picture string must only contain a maximum of two sub-pictures"},
    {"D3081",
     "The sub-picture must not contain more than one instance of the 'decimal-separator' "
     "character"},
    {"D3082", "The sub-picture must not contain more than one instance of the 'percent' character"},
    {"D3083",
     "The sub-picture must not contain more than one instance of the 'per-mille' character"},
    {"D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"},
    {"D3085",
     "The mantissa part of a sub-picture must contain at least one character that is either "
     "an 'optional digit character' or a member of the 'decimal digit family'"},
    {"D3086",
     "The sub-picture must not contain a passive character that is preceded by an active "
     "character and that is followed by another active character"},
    {"D3087",
     "The sub-picture must not contain a 'grouping-separator' character that appears "
     "adjacent to a 'decimal-separator' character"},
    {"D3088",
     "The sub-picture must not contain a 'grouping-separator' at the end of the integer "
     "part"},
    {"D3089",
     "The sub-picture must not contain two adjacent instances of the 'grouping-separator' "
     "character"},
    {"D3090",
     "The integer part of the sub-picture must not contain a member of the 'decimal digit "
     "family' that is followed by an instance of the 'optional digit character'"},
    {"D3091",
     "The fractional part of the sub-picture must not contain an instance of the 'optional "
     "digit character' that is followed by a member of the 'decimal digit family'"},
    {"D3092",
     "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a "
     "character treated as an 'exponent-separator'"},
    {"D3093",
     "The exponent part of the sub-picture must comprise only of one or more characters "
     "that are members of the 'decimal digit family'"},
    {"D3100", "The radix of the formatBase function must be between 2 and 36.  It was given {v}"},
    {"D3110",
     "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {v}"},
    {"D3120", "Syntax error in expression passed to function eval: {v}"},
    {"D3121", "Dynamic error evaluating the expression passed to function eval: {v}"},
    {"D3130",
     "Formatting or parsing an integer as a sequence starting with {v} is not supported by "
     "this implementation"},
    {"D3131", "In a decimal digit pattern, all digits must be from the same decimal group"},
    {"D3132", "Unknown component specifier {v} in date/time picture string"},
    {"D3133",
     "The 'name' modifier can only be applied to months and days in the date/time picture "
     "string, not {v}"},
    {"D3134", "The timezone integer format specifier cannot have more than four digits"},
    {"D3135", "No matching closing bracket ']' in date/time picture string"},
    {"D3136", "The date/time picture string is missing specifiers required to parse the timestamp"},
    {"D3137", "{v}"},
    {"D3138",
     "The $single() function expected exactly 1 matching result.  Instead it matched more."},
    {"D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."},
    {"D3140", "Malformed URL passed to ${t}(): {v}"},
    {"D3141", "{v}"},
    {"U1001",
     "Stack overflow error: Check for non-terminating recursive function.  Consider "
     "rewriting as tail-recursive."},
};

std::string filled(std::string_view words, const Problem& problem) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == '{' && i + 2 < words.size() && words[i + 2] == '}') {
      const char which = words[i + 1];
      // A function's name after a $ stands bare, anything else in quotes.
      const bool bare = i > 0 && words[i - 1] == '$';
      if (which == 't') out += bare ? problem.token : shown(Value(problem.token));
      if (which == 'v') out += problem.value;
      if (which == '2') out += problem.second;
      i += 2;
    } else {
      out += words[i];
    }
  }
  return out;
}

}  // namespace

void raise(std::string_view code, std::size_t position, std::string token, std::string value,
           std::string second) {
  throw Problem{std::string(code), position, std::move(token), std::move(value), std::move(second)};
}

Error to_error(const Problem& problem) {
  const auto words = kWords.find(problem.code);
  return {.code = problem.code,
          .message = words == kWords.end() ? problem.value : filled(words->second, problem)};
}

std::string shown(const Value& value) {
  return to_json(to_document(value));
}

}  // namespace tocsin::jsonata
