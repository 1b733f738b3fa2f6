// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/resources.hpp"
#include "services/cloudcontrol/parts.hpp"

namespace tocsin::cloudcontrol {
namespace {

using core::Call;
using core::Outcome;

Failure unsupported(const Type& type, std::string_view action) {
  return fail(
      "UnsupportedActionException",
      fmt::format("Resource type {} does not support {} action", type.declared.type, action), 405);
}

Result<Object> desired_state(const Type& type, const Call& call) {
  const auto parsed = parse_json(opened(call, "DesiredState"));
  if (!parsed || !parsed->is_object())
    return fail("ValidationException", "DesiredState is no JSON object of properties.");
  TRY(schema::check(type.schema, parsed->as_object()));
  return parsed->as_object();
}

RequestRow request_of(const Type& type, std::string_view operation, std::string identifier) {
  return {.type = std::string(type.declared.type),
          .identifier = std::move(identifier),
          .operation = std::string(operation)};
}

}  // namespace

Outcome create_resource(const Types& types, Call& call) {
  const auto type = TRY(type_in(types, call.params()));
  if (!type.declared.create) return unsupported(type, "CREATE");
  auto desired = TRY(desired_state(type, call));
  auto request = request_of(type, "CREATE", schema::identifier_of(type.schema, desired));
  auto work = core::create_resource(TRY(caller_of(call)), type.declared.type, std::move(desired));
  return begin(call, std::move(request), std::move(work));
}

Outcome update_resource(const Types& types, Call& call) {
  const auto type = TRY(type_in(types, call.params()));
  if (!type.declared.update) return unsupported(type, "UPDATE");
  const auto shown = TRY(resource_in(call, type));
  const auto before = schema::writable(type.schema, shown.properties);
  auto after = TRY(patched(before, opened(call, "PatchDocument")));
  TRY(schema::check(type.schema, after));
  if (const auto fixed = schema::fixed_changes(type.schema, before, after); !fixed.empty())
    return fail("NotUpdatableException",
                fmt::format("Invalid patch update: createOnlyProperties [/properties/{}] cannot be "
                            "updated",
                            fmt::join(fixed, ", /properties/")));
  auto work = core::update_resource(TRY(caller_of(call)), type.declared.type, shown.resource.id,
                                    std::move(after));
  return begin(call, request_of(type, "UPDATE", string_of(call.params(), "Identifier")),
               std::move(work));
}

Outcome delete_resource(const Types& types, Call& call) {
  const auto type = TRY(type_in(types, call.params()));
  if (!type.declared.remove) return unsupported(type, "DELETE");
  const auto shown = TRY(resource_in(call, type));
  auto work = core::remove_resource(TRY(caller_of(call)), type.declared.type, shown.resource.id);
  return begin(call, request_of(type, "DELETE", string_of(call.params(), "Identifier")),
               std::move(work));
}

}  // namespace tocsin::cloudcontrol
