// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engines/asl/local.hpp"

namespace tocsin::app {

/// A definition drawn as SVG; with a run, its states and transitions coloured by it.
std::string states_svg(const Document& definition, const asl::LocalResult* run,
                       const std::string& title);

}  // namespace tocsin::app
