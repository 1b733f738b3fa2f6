// SPDX-License-Identifier: Apache-2.0
#include "core/sensitive.hpp"

#include "core/secrets.hpp"
#include "engines/model/check.hpp"
#include "store/blobs.hpp"

namespace tocsin::core {
namespace {

void seal_texts(Document& value, const Seal& seal) {
  if (is_sealed(value) || store::blob_ref(value)) return;
  if (const auto* plain = value.if_string()) {
    auto sealed = seal(std::string_view(plain->data(), plain->size()));
    value = std::move(sealed);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object)
      seal_texts(member.value(), seal);
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array)
      seal_texts(element, seal);
  }
}

}  // namespace

void seal_sensitive(std::string_view service, std::string_view operation, Document& params,
                    const Seal& seal) {
  const auto* model = model::service(service);
  const auto* known = model ? model->operation(operation) : nullptr;
  if (!known || !known->input || !params.is_object()) return;
  model::for_each_sensitive(*known->input->shape, params,
                            [&](Document& value) { seal_texts(value, seal); });
}

void seal_members(Result<Document>& outcome, const std::vector<std::string>& members,
                  const Seal& seal) {
  auto* object = outcome ? outcome->if_object() : nullptr;
  if (!object) return;
  for (const auto& name : members) {
    if (auto* member = object->if_contains(name)) seal_texts(*member, seal);
  }
}

}  // namespace tocsin::core
