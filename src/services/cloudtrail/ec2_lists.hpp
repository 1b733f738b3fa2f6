// SPDX-License-Identifier: Apache-2.0
// What records call the lists of EC2's first years.
#pragma once

#include <string>

#include "engines/model/model.hpp"

namespace tocsin::cloudtrail {

struct ListNames {
  std::string set;   // "instancesSet"
  std::string item;  // of an element that is a text: "instanceId"
};

ListNames list_names(const model::Member& list);

}  // namespace tocsin::cloudtrail
