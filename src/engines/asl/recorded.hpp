// SPDX-License-Identifier: Apache-2.0
// Executions recorded on AWS, for tests: how they are read, run and compared.
#pragma once

#include <string>
#include <vector>

#include "engines/asl/local.hpp"

namespace tocsin::asl::recorded {

/// The lines of a file of ../shared/data/states.
std::vector<Document> cases(const std::string& file);
/// The test's name of a case: "test_base[X]#0".
std::string name_of(const Document& recorded);

/// What the case's execution gives here; tasks answer as they did on AWS.
Result<LocalResult> run(const Document& recorded, bool save_between);

/// Whether `actual` is what was recorded. Recordings have placeholders ("<uuid:1>", "timestamp")
/// for what varies, and JSON texts as JSON or as text.
bool same(const Document& expected, const Document& actual);

/// What differs; empty: nothing.
std::string difference(const Document& recorded, const LocalResult& result);

}  // namespace tocsin::asl::recorded
