// SPDX-License-Identifier: Apache-2.0
#include "core/resources.hpp"

#include <algorithm>

#include "core/table.hpp"

namespace tocsin::core {
namespace {

constexpr std::string_view kService = "core.resources";

CallSpec step(CallSpec as, std::string operation, Object params) {
  as.service = kService;
  as.operation = std::move(operation);
  as.params = std::move(params);
  return as;
}

/// `types` outlives every call: it is the registry's own.
Outcome perform(const std::vector<ResourceType>& types, Call& call,
                Outcome (*act)(const ResourceType&, Call&)) {
  const auto found = std::ranges::find(types, text(call.params(), "Type"), &ResourceType::type);
  if (found == types.end()) return internal_error("a step of a resource type that is not there");
  return act(*found, call);
}

Outcome create(const ResourceType& type, Call& call) {
  return type.create(call, object_of(call.params(), "Properties"));
}
Outcome update(const ResourceType& type, Call& call) {
  return type.update(call, string_of(call.params(), "Id"), object_of(call.params(), "Properties"));
}
Outcome remove(const ResourceType& type, Call& call) {
  return type.remove(call, string_of(call.params(), "Id"));
}

}  // namespace

void each_resource(const store::View& view, const ResourceType& type, const Scope& scope,
                   const std::function<bool(const ResourceType::Description&)>& visit) {
  const auto from = row_key(type.table, {});
  view.scan(from, store::prefix_end(from), store::Direction::Forward,
            [&](std::string_view, std::string_view row) {
              const auto seen = type.describe(
                  view, boost::json::parse(boost::json::string_view(row.data(), row.size())));
              const bool here = seen.scope.account == scope.account &&
                                (seen.scope.region.empty() || seen.scope.region == scope.region);
              return !here || visit(seen);
            });
}

std::optional<ResourceType::Description> resource_of(const store::View& view,
                                                     const ResourceType& type, const Scope& scope,
                                                     std::string_view id) {
  std::optional<ResourceType::Description> found;
  each_resource(view, type, scope, [&](const auto& seen) {
    if (seen.id == id) found = seen;
    return !found;
  });
  return found;
}

CallSpec create_resource(CallSpec as, std::string_view type, Object properties) {
  return step(std::move(as), "Create", {{"Type", type}, {"Properties", std::move(properties)}});
}
CallSpec update_resource(CallSpec as, std::string_view type, std::string_view id,
                         Object properties) {
  return step(std::move(as), "Update",
              {{"Type", type}, {"Id", id}, {"Properties", std::move(properties)}});
}
CallSpec remove_resource(CallSpec as, std::string_view type, std::string_view id) {
  return step(std::move(as), "Remove", {{"Type", type}, {"Id", id}});
}

bool is_resource_step(const Request& request) {
  return request.service == kService;
}

void register_resources(Registry& registry) {
  const auto free = [](Call&) { return std::vector<Access>{}; };
  const auto acting = [&types =
                           registry.resource_types()](Outcome (*act)(const ResourceType&, Call&)) {
    return [&types, act](Call& call) { return perform(types, call, act); };
  };
  registry.add(Service{kService,
                       kService,
                       {{"Create", Effect::Write, acting(create), free},
                        {"Update", Effect::Write, acting(update), free},
                        {"Remove", Effect::Write, acting(remove), free}}});
}

}  // namespace tocsin::core
