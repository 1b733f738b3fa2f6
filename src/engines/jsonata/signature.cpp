// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/signature.hpp"

#include "engines/jsonata/error.hpp"

namespace tocsin::jsonata {
namespace {

using Parameter = Signature::Parameter;
using Counts = std::vector<std::size_t>;

char letter(const Value& value) {
  constexpr std::string_view kLetters = "mlbnsaof";
  return kLetters[static_cast<std::size_t>(value.kind())];
}

/// The bracket that closes the one at `start`.
std::size_t closing(std::string_view text, std::size_t start, char open, char close) {
  int depth = 1;
  auto at = start;
  while (at < text.size() && depth > 0) {
    ++at;
    if (at < text.size() && text[at] == close) --depth;
    if (at < text.size() && text[at] == open) ++depth;
  }
  return at;
}

std::string_view accepted(char type) {
  switch (type) {
    case 'a':
    case 'x':
      return "asnblfom";
    case 'j':
      return "asnblom";
    case 's':
      return "sm";
    case 'n':
      return "nm";
    case 'b':
      return "bm";
    case 'l':
      return "lm";
    case 'o':
      return "om";
    case 'f':
      return "f";
    default:
      return {};
  }
}

/// How many letters each parameter takes, the most first, as a regular expression would.
bool match(const std::vector<Parameter>& parameters, std::size_t index, std::string_view letters,
           Counts& counts, bool whole) {
  if (index == parameters.size()) return !whole || letters.empty();
  const auto& parameter = parameters[index];
  std::size_t most = 0;
  while (most < letters.size() && parameter.accepts.contains(letters[most]) &&
         (most == 0 || parameter.repeated)) {
    ++most;
  }
  const std::size_t least = parameter.optional || parameter.context ? 0 : 1;
  for (auto count = most + 1; count-- > least;) {
    counts[index] = count;
    if (match(parameters, index + 1, letters.substr(count), counts, whole)) return true;
  }
  return false;
}

[[noreturn]] void refuse(const std::vector<Parameter>& parameters, const std::string& letters) {
  std::size_t good = 0;
  for (std::size_t size = 1; size <= parameters.size(); ++size) {
    const std::vector<Parameter> first(parameters.begin(), parameters.begin() + size);
    Counts counts(size);
    if (!match(first, 0, letters, counts, false)) break;
    good = 0;
    for (const auto count : counts)
      good += count;
  }
  raise("T0410", 0, "", std::to_string(good + 1));
}

std::string_view plural(const std::string& subtype) {
  switch (subtype.empty() ? 'x' : subtype[0]) {
    case 's':
      return "strings";
    case 'n':
      return "numbers";
    case 'b':
      return "booleans";
    case 'o':
      return "objects";
    case 'f':
      return "functions";
    case 'a':
      return "arrays";
    default:
      return "values";
  }
}

Value as_array(const Parameter& parameter, Value argument, std::size_t index) {
  const char kind = letter(argument);
  if (kind == 'm') return argument;
  bool fits = true;
  if (!parameter.subtype.empty()) {
    if (kind != 'a') {
      fits = kind == parameter.subtype[0];
    } else {
      for (const auto& item : argument.array().items)
        fits &= letter(item) == parameter.subtype[0];
    }
  }
  if (!fits) {
    raise("T0412", 0, "", std::to_string(index + 1), std::string(plural(parameter.subtype)));
  }
  return kind == 'a' ? argument : Value(make_array({std::move(argument)}));
}

}  // namespace

std::shared_ptr<const Signature> parse_signature(std::string_view text) {
  auto signature = std::make_shared<Signature>();
  auto& parameters = signature->parameters;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ':' || c == '>') break;
    if (c == '-' && !parameters.empty()) {
      parameters.back().context = true;
    } else if (c == '?' && !parameters.empty()) {
      parameters.back().optional = true;
    } else if (c == '+' && !parameters.empty()) {
      parameters.back().repeated = true;
    } else if (c == '(') {
      const auto end = closing(text, at, '(', ')');
      const auto choice = text.substr(at + 1, end - at - 1);
      if (choice.contains('<')) raise("S0402", 0, "", std::string(choice));
      parameters.push_back({.accepts = std::string(choice) + "m", .type = '('});
      at = end;
    } else if (c == '<' && !parameters.empty()) {
      if (parameters.back().type != 'a' && parameters.back().type != 'f') raise("S0401");
      const auto end = closing(text, at, '<', '>');
      parameters.back().subtype = std::string(text.substr(at + 1, end - at - 1));
      at = end;
    } else if (const auto accepts = accepted(c); !accepts.empty()) {
      parameters.push_back({.accepts = std::string(accepts), .type = c});
    }
  }
  return signature;
}

std::vector<Value> validated(const Signature& signature, std::vector<Value> arguments,
                             const Value& context) {
  const auto& parameters = signature.parameters;
  std::string letters;
  for (const auto& argument : arguments)
    letters += letter(argument);
  Counts counts(parameters.size());
  if (!match(parameters, 0, letters, counts, true)) refuse(parameters, letters);
  std::vector<Value> out;
  out.reserve(arguments.size() + 1);
  std::size_t at = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& parameter = parameters[i];
    if (counts[i] == 0 && parameter.context) {
      if (!parameter.accepts.contains(letter(context)))
        raise("T0411", 0, "", std::to_string(at + 1));
      out.push_back(context);
    } else if (counts[i] == 0) {
      out.push_back(at < arguments.size() ? arguments[at++] : Value());
    }
    for (std::size_t taken = 0; taken < counts[i]; ++taken, ++at) {
      out.push_back(parameter.type == 'a' ? as_array(parameter, std::move(arguments[at]), at)
                                          : std::move(arguments[at]));
    }
  }
  return out;
}

}  // namespace tocsin::jsonata
