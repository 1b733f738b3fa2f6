// SPDX-License-Identifier: Apache-2.0
// Network interfaces and elastic IPs.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

struct InterfaceSpec {
  std::vector<std::string> groups = {};  // ids; none: the VPC's default group
  std::string address = {};              // empty: the subnet's first free one
  std::string description = {};
  core::Tags tags = {};
  std::string type = "interface";  // another: of AWS's own, in use from the start
};
/// Makes an interface in the subnet and keeps it.
Result<Resource> make_interface(core::Call& call, const Resource& subnet,
                                const InterfaceSpec& spec);
/// Deletes it and gives its addresses back.
void drop_interface(core::Context& context, const Resource& interface);

/// The attachment to an instance.
void attach(core::Context& context, Resource& interface, std::string_view instance,
            std::int64_t index, bool delete_on_termination);
void detach(core::Context& context, Resource& interface);
/// A public address that lives as long as the instance runs, or (with `address`) an elastic one.
void associate_public(core::Context& context, Resource& interface, std::string_view public_ip,
                      const Resource* address = nullptr);
std::string new_public_address(core::Context& context);
/// Frees an elastic address: what it says of where it is.
void disassociate(core::Context& context, Resource& address);

/// Those attached to the instance, the primary one first.
std::vector<Resource> interfaces_of(const core::Context& context, std::string_view instance);
/// Brings what an instance shows of its interfaces up to date.
void refresh(core::Context& context, Resource& instance);
/// The same of the instance that the interface is attached to, if it is.
void refresh_owner(core::Context& context, const Resource& interface);

core::Outcome create_network_interface(core::Call& call);
core::Outcome delete_network_interface(core::Call& call);
core::Handler describe_network_interfaces();
core::Outcome attach_network_interface(core::Call& call);
core::Outcome detach_network_interface(core::Call& call);
core::Outcome modify_network_interface_attribute(core::Call& call);
core::Outcome describe_network_interface_attribute(core::Call& call);

core::Outcome allocate_address(core::Call& call);
core::Outcome release_address(core::Call& call);
core::Outcome associate_address(core::Call& call);
core::Outcome disassociate_address(core::Call& call);
core::Outcome describe_addresses(core::Call& call);

}  // namespace tocsin::ec2
