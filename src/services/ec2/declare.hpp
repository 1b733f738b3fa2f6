// SPDX-License-Identifier: Apache-2.0
// Resources made, changed and removed as CloudFormation and Cloud Control declare them: by
// properties, through EC2's own operations, as the caller.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// A property that is a parameter of the operation that makes the resource, as it is.
struct Property {
  std::string_view name, param;
  bool fixed = true;  // only a new resource can have another
};

/// How a kind of resource is declared.
struct Declaration {
  const Kind* kind;
  std::string_view type;
  std::string_view create;   // "CreateVpc"
  std::string_view id_path;  // of its reply: "Vpc.VpcId"
  std::string_view remove;   // "DeleteVpc"
  std::vector<Property> properties = {};
  /// Further properties that are served: those that `fill` and `apply` read.
  std::vector<std::string_view> others = {};
  /// What the creation's parameters are beyond `properties`.
  std::function<Result<void>(core::Call&, const Object& properties, Object& params)> fill = {};
  /// Brings what can change to what is declared; of a new resource and of an old one.
  std::function<Result<void>(core::Call&, const Resource&, const Object& properties, bool made)>
      apply = {};
  /// Its deletion's parameter is a list.
  bool removed_by_list = false;
  /// Whether its creation takes TagSpecifications.
  bool tagged_at_creation = true;
};

/// An operation of EC2 as the caller.
Result<Document> ask(core::Call& call, std::string_view operation, Object params);
/// "{stem}-K3J9…": the name of what is declared without one.
std::string made_up_name(core::Call& call, std::string_view stem);
/// Whether it is declared, and not as it is.
bool differs(const Object& declared, const Object& now, std::string_view property);

core::Outcome declare(core::Call& call, const Declaration& how, const Object& properties);
core::Outcome redeclare(core::Call& call, const Declaration& how, const std::string& id,
                        const Object& properties);
core::Outcome undeclare(core::Call& call, const Declaration& how, const std::string& id);

/// How the kind is declared; null of those that are not.
const Declaration* declaration_of(const Kind& kind);

// --- by what they are about
std::vector<Declaration> declared_networks();   // declare_network.cpp
std::vector<Declaration> declared_computing();  // declare_computing.cpp
Declaration declared_group();                   // declare_group.cpp

}  // namespace tocsin::ec2
