// SPDX-License-Identifier: Apache-2.0
// The tables that models/build.py writes, and how they are read. Private to this room.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engines/model/model.hpp"

namespace tocsin::model {

/// A Service with all that it points into.
struct LoadedService {
  std::string raw;
  std::vector<std::string_view> strings;
  std::vector<std::vector<std::string_view>> enums;
  std::vector<Shape> shapes;
  std::vector<Member> members;
  std::deque<Member> sides;  // inputs and outputs
  std::vector<Operation> operations;
  Service service;
};

/// Fills `out` from the inflated table `raw` (models/tables.py). The tables are part of the binary:
/// one that does not parse is a defect of the build and stops the process.
void read_table(std::string raw, LoadedService& out);

}  // namespace tocsin::model
