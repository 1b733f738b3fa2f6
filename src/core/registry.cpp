// SPDX-License-Identifier: Apache-2.0
#include "core/registry.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "core/idempotency.hpp"
#include "core/registry_tables.hpp"
#include "core/resources.hpp"

namespace tocsin::core {

Registry::Registry() : tables_(std::make_unique<Tables>()) {
  register_idempotency(*this);
  register_resources(*this);
}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

void Registry::add(Service service) {
  auto& index = tables_->operations[std::string(service.id)];
  const auto [entry, added] = tables_->services.emplace(service.id, std::move(service));
  TOCSIN_ASSERT(added);
  for (const auto& operation : entry->second.operations) {
    TOCSIN_ASSERT(index.emplace(operation.name, &operation).second);
  }
}

void Registry::add(ResourceType type) {
  TOCSIN_ASSERT(tables_->type_of_table.emplace(type.table, tables_->types.size()).second);
  tables_->types.push_back(std::move(type));
}

void Registry::on_resume(std::string name, Resume resume) {
  TOCSIN_ASSERT(tables_->resumes.emplace(std::move(name), std::move(resume)).second);
}
void Registry::on_event(std::function<void(Context&, const Event&)> react) {
  tables_->on_event.push_back(std::move(react));
}
void Registry::on_change(std::function<void(Context&, const Change&)> react) {
  tables_->on_change.push_back(std::move(react));
}
void Registry::on_call(std::function<void(Context&, const CallRecord&)> react) {
  tables_->on_call.push_back(std::move(react));
}
void Registry::on_bootstrap(std::function<void(Context&)> make) {
  tables_->on_bootstrap.push_back(std::move(make));
}
void Registry::set_authorizer(std::unique_ptr<Authorizer> authorizer) {
  tables_->authorizer = std::move(authorizer);
}
void Registry::set_audit(std::unique_ptr<Audit> audit) {
  tables_->audit = std::move(audit);
}

const Service* Registry::service(std::string_view id) const {
  const auto found = tables_->services.find(id);
  return found == tables_->services.end() ? nullptr : &found->second;
}

const Operation* Registry::operation(std::string_view service, std::string_view name) const {
  const auto found = tables_->operations.find(service);
  if (found == tables_->operations.end()) return nullptr;
  const auto operation = found->second.find(name);
  return operation == found->second.end() ? nullptr : operation->second;
}

const std::map<std::string, Service, std::less<>>& Registry::services() const {
  return tables_->services;
}
const std::vector<ResourceType>& Registry::resource_types() const {
  return tables_->types;
}
const ResourceType* Registry::resource_type(std::string_view type) const {
  const auto found = std::ranges::find(tables_->types, type, &ResourceType::type);
  return found == tables_->types.end() ? nullptr : &*found;
}

const Authorizer& Registry::authorizer() const {
  TOCSIN_ASSERT(tables_->authorizer);
  return *tables_->authorizer;
}

}  // namespace tocsin::core
