// SPDX-License-Identifier: Apache-2.0
// What changed from one item to the next, as notifications say it (configurationItemDiff).
#pragma once

#include <optional>

#include "services/config/items.hpp"

namespace tocsin::config {

/// What of an item is compared.
struct Content {
  const Object* configuration = nullptr;  // null: there is none
  const Object* supplementary = nullptr;
  const std::map<std::string, std::string>* tags = nullptr;
  std::vector<Relationship> relationships;
};
inline Content content_of(const Item& item) {
  return {item.configuration.if_object(), &item.supplementary, &item.tags, item.relationships};
}

/// {"changedProperties": {"Configuration.State.Name": {"previousValue", "updatedValue",
/// "changeType"}, …}, "changeType": "UPDATE"}. A new resource has no changed properties; of a
/// deleted one all are gone. Elements of a list are told one by one where they come and go
/// ("Configuration.IpPermissions.0"), under running numbers.
Object difference(const std::optional<Content>& before, const std::optional<Content>& after);

/// Whether an UPDATE changed anything.
bool changed(const Object& difference);

}  // namespace tocsin::config
