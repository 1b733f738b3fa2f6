// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/functions.hpp"

#include <map>

namespace tocsin::insights {

const Function* find_function(std::string_view name) {
  static const auto all = [] {
    std::map<std::string_view, Function> out;
    for (const auto& part :
         {operators(), text_functions(), time_functions(), address_functions(), json_functions()}) {
      for (const auto& function : part)
        out[function.name] = function;
    }
    return out;
  }();
  const auto found = all.find(name);
  return found == all.end() ? nullptr : &found->second;
}

}  // namespace tocsin::insights
