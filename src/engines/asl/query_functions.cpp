// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/query_functions.hpp"

#include <cmath>

#include "engines/asl/functions.hpp"

namespace tocsin::asl {
namespace {

using Argument = std::optional<Document>;
using Arguments = std::span<const Argument>;
using Returned = Result<std::optional<Document>>;

Failure wrong(std::string_view function, std::string_view message) {
  return fail("T0410", fmt::format("Argument of function \"{}\" {}", function, message));
}

std::optional<double> number_at(Arguments arguments, std::size_t index) {
  if (index >= arguments.size() || !arguments[index] || !arguments[index]->is_number())
    return std::nullopt;
  return arguments[index]->to_number<double>();
}

const boost::json::string* text_at(Arguments arguments, std::size_t index) {
  return index < arguments.size() && arguments[index] ? arguments[index]->if_string() : nullptr;
}

Returned partition(Arguments arguments) {
  if (arguments.empty() || !arguments[0]) return std::optional<Document>();
  const auto size = number_at(arguments, 1);
  if (!size || *size < 1) return wrong("partition", "must be a positive number");
  const auto* array = arguments[0]->if_array();
  return Document(partitioned(array ? *array : Array{*arguments[0]},
                              static_cast<std::size_t>(std::min(*size, 1e15))));
}

Returned range(Arguments arguments) {
  const auto first = number_at(arguments, 0), last = number_at(arguments, 1),
             step = number_at(arguments, 2);
  if (!first || !last || !step || *step == 0) return wrong("range", "must be a number");
  Array out;
  const auto count = std::floor((*last - *first) / *step + 1e-9);
  if (count >= 1000) return wrong("range", "would give more than 1000 elements");
  for (int i = 0; i <= static_cast<int>(count); ++i) {
    const auto value = *first + i * *step;
    out.push_back(value == std::floor(value) ? Document(static_cast<std::int64_t>(value))
                                             : Document(value));
  }
  return Document(std::move(out));
}

Returned hash(Arguments arguments) {
  const auto* data = text_at(arguments, 0);
  const auto* algorithm = text_at(arguments, 1);
  if (!data) return wrong("hash", "must be a string");
  const auto digest = hash_hex(*data, algorithm ? std::string_view(*algorithm) : "SHA-256");
  if (!digest) return wrong("hash", "names an unsupported algorithm");
  return Document(boost::json::string(*digest));
}

Returned parse(Arguments arguments) {
  const auto* text = text_at(arguments, 0);
  if (!text) return wrong("parse", "must be a string");
  auto value = parse_json(*text);
  if (!value) return wrong("parse", "is no valid JSON");
  return std::move(*value);
}

Returned random(Arguments arguments, Surroundings& around) {
  const auto seed = number_at(arguments, 0);
  return Document(
      unit_random(seed ? seeded_random(static_cast<std::int64_t>(*seed)) : around.random()));
}

}  // namespace

void add_query_functions(jsonata::Options& options, const std::vector<std::string>& names,
                         Surroundings& around) {
  for (const auto& name : names) {
    const auto add = [&](jsonata::Native call) {
      options.functions.emplace(name, jsonata::Options::Function{std::move(call), ""});
    };
    if (options.bindings.contains(name)) continue;
    if (name == "partition") add(partition);
    if (name == "range") add(range);
    if (name == "hash") add(hash);
    if (name == "parse") add(parse);
    if (name == "random") add([&](Arguments arguments) { return random(arguments, around); });
    if (name == "uuid") {
      add([&](Arguments) { return Returned(Document(boost::json::string(random_uuid(around)))); });
    }
    if (name == "eval")
      add([](Arguments) -> Returned { return fail("T1006", "$eval is not supported"); });
  }
}

}  // namespace tocsin::asl
