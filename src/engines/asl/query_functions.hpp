// SPDX-License-Identifier: Apache-2.0
// The functions that Step Functions adds to JSONata.
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
#pragma once

#include <string>
#include <vector>

#include "engines/asl/scope.hpp"
#include "engines/jsonata/jsonata.hpp"

namespace tocsin::asl {

/// Adds those of $partition, $range, $hash, $random, $uuid and $parse that are among `names`; $eval
/// becomes an error.
void add_query_functions(jsonata::Options& options, const std::vector<std::string>& names,
                         Surroundings& around);

}  // namespace tocsin::asl
