// SPDX-License-Identifier: Apache-2.0
// Configuration items: what a resource was at a moment, by whose call. The seam between recording
// (who writes them) and rules (who judge them).
// https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/table.hpp"

namespace tocsin::config {

inline constexpr std::string_view kItemVersion = "1.3";

enum class ItemStatus {
  OK,
  ResourceDiscovered,  // first seen: made just now, or when recording began
  ResourceNotRecorded,
  ResourceDeleted,
  ResourceDeletedNotRecorded
};
BOOST_DESCRIBE_ENUM(ItemStatus, OK, ResourceDiscovered, ResourceNotRecorded, ResourceDeleted,
                    ResourceDeletedNotRecorded)

inline bool is_deleted(ItemStatus status) {
  return status == ItemStatus::ResourceDeleted || status == ItemStatus::ResourceDeletedNotRecorded;
}

struct Relationship {
  std::string type, id, resource_name;  // of the other resource
  std::string name;                     // "Is contained in Vpc"
  auto operator<=>(const Relationship&) const = default;
};
BOOST_DESCRIBE_STRUCT(Relationship, (), (type, id, resource_name, name))

/// The call that a change came from. All empty where no call is known (a change of the cloud's own:
/// an instance that has booted).
struct Origin {
  std::string event_id;   // CloudTrail's eventID
  std::string event;      // "s3:PutBucketAcl"
  std::string principal;  // ARN, or the service's name
  std::string node;       // in the trace
};
BOOST_DESCRIBE_STRUCT(Origin, (), (event_id, event, principal, node))

/// A configuration item.
struct Item {
  Scope scope;         // the recorder's: accountId, and the region where the item is kept
  std::string region;  // awsRegion: the same, or "global"
  std::string type, id, name, arn;
  ItemStatus status = ItemStatus::OK;
  Time captured{};
  std::int64_t state_id = 0;  // configurationStateId: grows with each item of a resource
  Time created{};             // resourceCreationTime; zero: not known
  std::string availability_zone = "Not Applicable";
  std::string recording_frequency = "CONTINUOUS";
  std::map<std::string, std::string> tags;
  std::vector<Relationship> relationships;
  Origin origin;
  Document configuration;  // an object; null of a resource that is deleted or not recorded
  Object supplementary;    // supplementaryConfiguration, values as delivered files have them
};

/// The item as it is delivered: in files, notifications and the invoking events of rules.
/// {"relatedEvents", "relationships", "configuration", "supplementaryConfiguration", "tags",
/// "configurationItemVersion", "configurationItemCaptureTime", "configurationStateId",
/// "awsAccountId", "configurationItemStatus", "resourceType", "resourceId", "resourceName", "ARN",
/// "awsRegion", "availabilityZone", "configurationStateMd5Hash", "resourceCreationTime"}
Object delivered_item(const Item& item);
/// The same without `configuration`, `supplementaryConfiguration`, `relationships` and `tags`: the
/// summary of an oversized item.
Object item_summary(const Item& item);
Object delivered_relationship(const Relationship& relationship);
/// As GetResourceConfigHistory gives it: `configuration` is text.
Object api_item(const Item& item);
/// As BatchGetResourceConfig does: without tags, relationships and related events.
Object base_item(const Item& item);

/// What is known of a resource now: light, one row a resource, deleted ones included.
struct Resource {
  std::string name, arn;
  std::string region;  // awsRegion
  ItemStatus status = ItemStatus::OK;
  Time discovered{};  // captured, of the first item
  Time captured{};    // of the newest item
  std::int64_t state_id = 0;
  Time deleted{};                    // zero: it lives
  Origin origin;                     // of the newest item
  std::vector<Relationship> stated;  // what the resource itself says of others
  std::int64_t incoming = 0;         // how many others say something of it
  std::int64_t seen = 0;  // the number of the last look through all resources that saw it
};
BOOST_DESCRIBE_STRUCT(Resource, (),
                      (name, arn, region, status, discovered, captured, state_id, deleted, origin,
                       stated, incoming, seen))

inline constexpr core::Table<Resource> kResources{"config.resources"};  // account, region, type, id

struct ResourceKey {
  std::string type, id;
  auto operator<=>(const ResourceKey&) const = default;
};
BOOST_DESCRIBE_STRUCT(ResourceKey, (), (type, id))

/// The newest item of a resource, deleted or not; none where it was never recorded.
std::optional<Item> newest_item(const store::View& view, const Scope& scope, std::string_view type,
                                std::string_view id);
/// The newest item captured at `time` or before.
std::optional<Item> item_at(const store::View& view, const Scope& scope, std::string_view type,
                            std::string_view id, Time time);

/// The newest items of the resources of a type (all types where it is empty) that are recorded and
/// not deleted, in the order of type and id; `after` skips up to and including it. Return false to
/// stop.
void current_items(const store::View& view, const Scope& scope, std::string_view type,
                   const std::function<bool(const Item&)>& visit,
                   const std::optional<ResourceKey>& after = std::nullopt);

/// Items of one resource captured in [from, until], in the order of their capture, or backwards;
/// `after` skips up to and including the item of that time and state id. Return false to stop.
struct Moment {
  Time captured{};
  std::int64_t state_id = 0;
};
struct Period {
  Time from{};
  Time until = Time::max();
  std::optional<Moment> after = {};
};
void history(const store::View& view, const Scope& scope, const ResourceKey& resource,
             const Period& period, store::Direction direction,
             const std::function<bool(const Item&)>& visit);

/// Writes an item; the size of its row.
std::size_t put_item(core::Transaction& state, const Item& item);
void erase_item(core::Transaction& state, const Item& item);

/// An item that waits for the end of its day (daily recording): the newest state of its resource.
void hold_item(core::Transaction& state, const Item& item);
std::vector<Item> held_items(const store::View& view, const Scope& scope, std::size_t most);
void drop_held(core::Transaction& state, const Item& item);

}  // namespace tocsin::config
