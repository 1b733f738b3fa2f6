// SPDX-License-Identifier: Apache-2.0
// What a function takes, as jsonata.js writes it: "<s-nn?:s>".
// https://docs.jsonata.org/programming#function-signatures
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

struct Signature {
  struct Parameter {
    std::string accepts;       // type letters, m (missing) among them
    char type = 0;             // as written: 'a' wraps a single value into an array
    std::string subtype = {};  // of an array's items
    bool optional = false;
    bool repeated = false;
    bool context = false;  // where it is missing, the context stands in
  };
  std::vector<Parameter> parameters;
};

/// Throws Problem S0401, S0402.
std::shared_ptr<const Signature> parse_signature(std::string_view text);

/// The arguments as the function gets them. Throws Problem T0410, T0411, T0412.
std::vector<Value> validated(const Signature& signature, std::vector<Value> arguments,
                             const Value& context);

}  // namespace tocsin::jsonata
