// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "rehearsal.hpp"

namespace tocsin::app {

/// A line a phase, for people.
std::string text_report(const Rehearsal& rehearsal);
/// One JSON object.
std::string json_report(const Rehearsal& rehearsal);
/// A test suite with a test case a phase: https://github.com/testmoapp/junitxml
std::string junit_report(const Rehearsal& rehearsal);

}  // namespace tocsin::app
