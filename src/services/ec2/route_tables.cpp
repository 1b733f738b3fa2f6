// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/cidr.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/prefix_lists.hpp"
#include "services/ec2/routing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostRoutes = 50;

constexpr std::array<Filter, 20> kFilters{
    {{"association.gateway-id", "Associations.GatewayId"},
     {"association.main", "Associations.Main"},
     {"association.route-table-association-id", "Associations.RouteTableAssociationId"},
     {"association.route-table-id", "Associations.RouteTableId"},
     {"association.subnet-id", "Associations.SubnetId"},
     {"owner-id", "OwnerId"},
     {"route-table-id", "RouteTableId"},
     {"route.destination-cidr-block", "Routes.DestinationCidrBlock"},
     {"route.destination-ipv6-cidr-block", "Routes.DestinationIpv6CidrBlock"},
     {"route.destination-prefix-list-id", "Routes.DestinationPrefixListId"},
     {"route.egress-only-internet-gateway-id", "Routes.EgressOnlyInternetGatewayId"},
     {"route.gateway-id", "Routes.GatewayId"},
     {"route.instance-id", "Routes.InstanceId"},
     {"route.nat-gateway-id", "Routes.NatGatewayId"},
     {"route.origin", "Routes.Origin"},
     {"route.state", "Routes.State"},
     {"route.transit-gateway-id", "Routes.TransitGatewayId"},
     {"route.vpc-peering-connection-id", "Routes.VpcPeeringConnectionId"},
     {"vpc-id", "VpcId"},
     {"route.network-interface-id", "Routes.NetworkInterfaceId"}}};

/// Where routes may lead here, and the kind that is meant.
struct Way {
  std::string_view param;
  const Kind* kind;
};
constexpr std::array<Way, 4> kWays{{{"GatewayId", &kGateway},
                                    {"InstanceId", &kInstance},
                                    {"NatGatewayId", &kNat},
                                    {"NetworkInterfaceId", &kInterface}}};
constexpr std::array<std::string_view, 3> kDestinations{
    "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"};

Array& associations_of(Resource& table) {
  return table.shape["Associations"].as_array();
}
Array& routes_of(Resource& table) {
  return table.shape["Routes"].as_array();
}

struct Destination {
  std::string_view member;
  std::string value;
};

Result<Destination> destination_of(const Call& call) {
  for (const auto member : kDestinations) {
    const auto given = text(call.params(), member);
    if (given.empty()) continue;
    if (member == "DestinationPrefixListId") {
      TRY(check_prefix_list(call, given));
      return Destination{member, std::string(given)};
    }
    const auto block = parse_cidr(given);
    if (!block || block->v6 != (member == "DestinationIpv6CidrBlock"))
      return invalid_value(given, member, "This is not a valid CIDR block.");
    return Destination{member, block->str()};
  }
  return fail("MissingParameter",
              "The request must contain exactly one of: destinationCidrBlock, "
              "destinationIpv6CidrBlock, destinationPrefixListId");
}

Array::iterator route_to(Array& routes, const Destination& to) {
  return std::find_if(routes.begin(), routes.end(),
                      [&](const Document& route) { return text(route, to.member) == to.value; });
}

Result<void> check_gateway(const Resource& table, const Resource& gateway) {
  const auto attached = values_at(gateway.shape, "Attachments.VpcId");
  if (attached != std::vector<std::string>{string_of(table.shape, "VpcId")}) {
    return invalid_value(
        fmt::format("route table {} and network gateway {} belong to different networks", table.id,
                    gateway.id));
  }
  return {};
}

Result<Object> route_from(const Call& call, const Resource& table, const Destination& to) {
  Object route{{to.member, to.value}};
  int ways = 0;
  for (const auto& [param, kind] : kWays) {
    const auto id = text(call.params(), param);
    if (id.empty()) continue;
    ++ways;
    const bool endpoint = id.starts_with(kEndpoint.prefix);
    const auto hop = TRY(existing(call, endpoint ? kEndpoint : *kind, id));
    if (kind == &kGateway && !endpoint) TRY(check_gateway(table, hop));
    route[param] = hop.id;
    if (kind == &kInstance) route["InstanceOwnerId"] = call.account().str();
  }
  if (ways != 1) {
    return fail("MissingParameter",
                "The request must contain exactly one of: gatewayId, instanceId, natGatewayId, "
                "networkInterfaceId");
  }
  route["Origin"] = "CreateRoute";
  route["State"] = "active";
  return route;
}

Failure no_route(const Resource& table, const Destination& to) {
  return fail(
      "InvalidRoute.NotFound",
      fmt::format("no route with destination-cidr-block {} in route table {}", to.value, table.id));
}

bool is_local(const Document& route) {
  return text(route, "GatewayId") == "local";
}

struct Found {
  Resource table;
  std::size_t at = 0;
};
Result<Found> association(const Call& call) {
  const auto id = text(call.params(), "AssociationId");
  for (auto& table : all(call, call.scope(), kRouteTable)) {
    const auto& list = array_of(table.shape, "Associations");
    for (std::size_t at = 0; at < list.size(); ++at) {
      if (text(list[at], "RouteTableAssociationId") == id) return Found{std::move(table), at};
    }
  }
  return no_association(id);
}

std::string associate(Call& call, Resource& table, Object what) {
  auto id = new_id(call, "rtbassoc-");
  what["RouteTableAssociationId"] = id;
  what["RouteTableId"] = table.id;
  what["AssociationState"] = Object{{"State", "associated"}};
  associations_of(table).push_back(std::move(what));
  save(call, kRouteTable, table);
  return id;
}

}  // namespace

Outcome create_route_table(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  auto table = new_resource(call, kRouteTable, TRY(specified_tags(call, kRouteTable)));
  Array routes;
  for (const auto& block : values_at(vpc.shape, "CidrBlockAssociationSet.CidrBlock"))
    routes.push_back(Object{{"DestinationCidrBlock", block},
                            {"GatewayId", "local"},
                            {"Origin", "CreateRouteTable"},
                            {"State", "active"}});
  table.shape = {{"Associations", Array()},  {"PropagatingVgws", Array()},
                 {"RouteTableId", table.id}, {"Routes", std::move(routes)},
                 {"VpcId", vpc.id},          {"OwnerId", call.account().str()}};
  save(call, kRouteTable, table);
  return Object{{"RouteTable", shown(table)}};
}

Outcome delete_route_table(Call& call) {
  const auto table = TRY(named(call, kRouteTable, "RouteTableId"));
  if (!array_of(table.shape, "Associations").empty()) {
    return has_dependencies("routeTable", table.id);
  }
  erase(call, kRouteTable, table);
  return Object();
}

core::Handler describe_route_tables() {
  return described({kRouteTable, "RouteTableIds", "RouteTables", kFilters, 5, 100});
}

Outcome associate_route_table(Call& call) {
  auto table = TRY(named(call, kRouteTable, "RouteTableId"));
  const auto subnet = TRY(named(call, kSubnet, "SubnetId"));
  if (text(subnet.shape, "VpcId") != text(table.shape, "VpcId")) {
    return invalid_value(fmt::format("route table {} and subnet {} belong to different networks",
                                     table.id, subnet.id));
  }
  for (const auto& other : all(call, call.scope(), kRouteTable)) {
    for (const auto& id : values_at(other.shape, "Associations.SubnetId")) {
      if (id != subnet.id) continue;
      return fail("Resource.AlreadyAssociated",
                  fmt::format("the specified association for route table {} conflicts with an "
                              "existing association",
                              table.id));
    }
  }
  auto id = associate(call, table, {{"Main", false}, {"SubnetId", subnet.id}});
  return Object{{"AssociationId", std::move(id)},
                {"AssociationState", Object{{"State", "associated"}}}};
}

Outcome replace_route_table_association(Call& call) {
  auto [from, at] = TRY(association(call));
  auto to = TRY(named(call, kRouteTable, "RouteTableId"));
  auto& list = associations_of(from);
  Object moved{{"Main", flag(list[at], "Main")}};
  if (const auto subnet = text(list[at], "SubnetId"); !subnet.empty()) moved["SubnetId"] = subnet;
  if (text(from.shape, "VpcId") != text(to.shape, "VpcId")) {
    return invalid_value(fmt::format(
        "route table {} and route table {} belong to different networks", from.id, to.id));
  }
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  save(call, kRouteTable, from);
  if (from.id == to.id) to = from;
  auto id = associate(call, to, std::move(moved));
  return Object{{"NewAssociationId", std::move(id)},
                {"AssociationState", Object{{"State", "associated"}}}};
}

Outcome disassociate_route_table(Call& call) {
  auto [table, at] = TRY(association(call));
  auto& list = associations_of(table);
  if (flag(list[at], "Main")) {
    return invalid_value(fmt::format("cannot disassociate the main route table association {}",
                                     text(list[at], "RouteTableAssociationId")));
  }
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  save(call, kRouteTable, table);
  return Object();
}

Outcome create_route(Call& call) {
  auto table = TRY(named(call, kRouteTable, "RouteTableId"));
  const auto to = TRY(destination_of(call));
  auto route = TRY(route_from(call, table, to));
  auto& routes = routes_of(table);
  if (route_to(routes, to) != routes.end()) {
    return fail("RouteAlreadyExists",
                fmt::format("The route identified by {} already exists.", to.value));
  }
  if (routes.size() >= kMostRoutes) {
    return fail("RouteLimitExceeded",
                "The maximum number of routes has been reached for route table " + table.id);
  }
  routes.push_back(std::move(route));
  save(call, kRouteTable, table);
  return Object{{"Return", true}};
}

Outcome replace_route(Call& call) {
  auto table = TRY(named(call, kRouteTable, "RouteTableId"));
  const auto to = TRY(destination_of(call));
  auto& routes = routes_of(table);
  const auto found = route_to(routes, to);
  if (found == routes.end()) {
    return invalid_value(fmt::format(
        "There is no route defined for '{}' in the route table. Use CreateRoute instead.",
        to.value));
  }
  *found = TRY(route_from(call, table, to));
  save(call, kRouteTable, table);
  return Object();
}

Outcome delete_route(Call& call) {
  auto table = TRY(named(call, kRouteTable, "RouteTableId"));
  const auto to = TRY(destination_of(call));
  auto& routes = routes_of(table);
  const auto found = route_to(routes, to);
  if (found == routes.end()) return no_route(table, to);
  if (is_local(*found)) {
    return invalid_value(
        fmt::format("cannot remove local route {} in route table {}", to.value, table.id));
  }
  routes.erase(found);
  save(call, kRouteTable, table);
  return Object();
}

}  // namespace tocsin::ec2
