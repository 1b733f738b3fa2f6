// SPDX-License-Identifier: Apache-2.0
// What CloudFormation's schemas say of resource types: their properties, which of them are read,
// written or fixed at creation, and what identifies a resource. AWS's own schemas, embedded by
// models/; immutable, for any thread.
// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"

namespace tocsin::schema {

struct Resource {
  std::vector<std::string> identifier;  // properties whose values name a resource
  std::string tags;                     // the property that holds the tags; empty: none
  std::vector<std::string>
      attributes;     // what a resource shows; those that are no property, too, are read-only
  Object properties;  // as models/schemas.py writes them
  Object types;       // of objects within properties, by name
};

/// None where CloudFormation has no such type, or models/schemas.txt leaves its service out.
const Resource* resource(std::string_view type);

/// Whether `desired` has the form of the type's properties. Error ValidationException, in the words
/// of the JSON schema validator that AWS uses: "Model validation failed (#: required key [Protocol]
/// not found)".
Result<void> check(const Resource& type, const Object& desired);

/// Of what a resource shows, that which can be desired.
Object writable(const Resource& type, const Object& shown);

/// The names of properties that differ and cannot be changed once a resource is there.
std::vector<std::string> fixed_changes(const Resource& type, const Object& before,
                                       const Object& after);

/// A resource's primary identifier, its parts joined by "|"; empty where a part is missing.
std::string identifier_of(const Resource& type, const Object& shown);

}  // namespace tocsin::schema
