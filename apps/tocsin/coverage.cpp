// SPDX-License-Identifier: Apache-2.0
#include "coverage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "engines/model/model.hpp"
#include "services.hpp"

namespace tocsin::app {
namespace {

struct Split {
  std::vector<std::string_view> served, refused;
};

Split split(const core::Registry& registry, const model::Service& service) {
  Split out;
  for (const auto& operation : service.operations) {
    const bool served = registry.operation(service.id, operation.name);
    (served ? out.served : out.refused).push_back(operation.name);
  }
  return out;
}

}  // namespace

std::string coverage() {
  const auto registry = all_services();
  std::string table, lists;
  for (const auto& id : model::service_ids()) {
    const auto operations = split(registry, *model::service(id));
    const auto all = operations.served.size() + operations.refused.size();
    table += fmt::format("| {} | {} | {} |\n", id, operations.served.size(), all);
    if (operations.served.empty()) continue;
    lists += fmt::format(
        "\n## {}\n\nServed: {}.\n\nRefused: {}.\n", id, fmt::join(operations.served, ", "),
        operations.refused.empty() ? "none"
                                   : fmt::format("{}", fmt::join(operations.refused, ", ")));
  }
  return "# What is served\n\nMade by `./dev coverage` from the operation tables; do not edit. An "
         "operation that is not served is refused\n"
         "with `NotImplemented` (501). Served operations may still refuse some of their "
         "parameters, with an error that says so.\n\n"
         "| service | served | in AWS's model |\n|---|---|---|\n" +
         table + lists;
}

}  // namespace tocsin::app
