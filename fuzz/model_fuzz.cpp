// SPDX-License-Identifier: Apache-2.0
// The check against the models: a line "service Operation", then any JSON as its parameters. What
// passes has no value of a wrong kind, and the sensitive members can be replaced in it.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engines/model/check.hpp"

namespace {

using namespace tocsin;

void check_input(const model::Service& service, const model::Operation& operation,
                 Document params) {
  const auto& shape = *operation.input->shape;
  const auto checked = model::check(service, operation, params);
  TOCSIN_ASSERT(checked || !checked.error().message.empty());
  const auto violations = model::violations(shape, params);
  TOCSIN_ASSERT(!checked || violations.empty());
  for (const auto& unknown : model::unknown_members(shape, params)) {
    TOCSIN_ASSERT(!checked || unknown.ends_with(": unknown"));
  }
  model::for_each_sensitive(shape, params, [](Document& each) { each = "sealed"; });
  (void)to_json(params);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.substr(0, input.find('\n'));
  const auto space = line.find(' ');
  if (space == line.npos || line.size() == input.size()) return 0;
  const auto* service = model::service(line.substr(0, space));
  const auto* operation = service ? service->operation(line.substr(space + 1)) : nullptr;
  if (!operation || !operation->input) return 0;
  if (const auto params = parse_json(input.substr(line.size() + 1))) {
    check_input(*service, *operation, *params);
  }
  return 0;
}
