// SPDX-License-Identifier: Apache-2.0
// Source to tree. Throws Problem.
#pragma once

#include "engines/jsonata/ast.hpp"

namespace tocsin::jsonata {

/// Top-down operator precedence (Pratt, 1973), as jsonata.js parses.
NodePtr parse_tree(std::string_view source);

/// Gives the tree its meaning: paths become lists of steps, predicates and groups hang on steps, a
/// % finds the step whose input it is, calls in tail position are marked.
NodePtr resolve(const NodePtr& tree);

}  // namespace tocsin::jsonata
