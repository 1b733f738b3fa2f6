// SPDX-License-Identifier: Apache-2.0
// What the declarations of resource types share: how desired properties become the parameters of a
// service's own operations (ResourceType::create and its like).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/context.hpp"
#include "core/tags.hpp"

namespace tocsin::core {

/// One of the service's own operations, as the caller.
Result<Document> ask(Call& call, std::string service, std::string operation, Object params);

/// A property, and what an operation calls it where that differs.
struct Parameter {
  std::string_view property;
  std::string_view parameter = {};
};
/// The properties that are there, under the operation's names.
Object params_of(const Object& properties, std::span<const Parameter> parameters);

/// Of those, the ones that are not so already in what the resource shows.
Object changed_params(const Object& properties, const Object& shown,
                      std::span<const Parameter> parameters);

/// Error InvalidRequest where there are other properties than those that this cloud serves.
Result<void> check_served(const Object& properties, std::span<const std::string_view> served);

/// A value as an attribute of SNS or SQS has it: true is "true", an object its JSON.
std::string attribute_of(const Document& value);
/// The JSON of a policy that a template may write as text, too; empty where it is not there.
std::string policy_of(const Object& properties, std::string_view property);

/// The name that a property gives, or one as CloudFormation makes it up: "Topic-1A2B3C4D5E6F".
std::string name_of(Call& call, const Object& properties, std::string_view property,
                    std::string_view stem);

/// What has to be done for a resource with the tags `before` to have those of its properties.
struct Retagging {
  Tags added;
  Array removed;  // keys
};
Retagging retagging(const Tags& before, const Object& properties);

}  // namespace tocsin::core
