// SPDX-License-Identifier: Apache-2.0
// An item as it leaves the house: delivered, and as the API gives it.
#include "services/config/items.hpp"

namespace tocsin::config {
namespace {

Document text_or_null(const std::string& value) {
  if (value.empty()) return nullptr;
  return Document(boost::json::string(value));
}

Document time_or_null(Time time) {
  if (time == Time{}) return nullptr;
  return Document(boost::json::string(iso8601_ms(time)));
}

Array related_events(const Item& item) {
  Array out;
  if (!item.origin.event_id.empty()) out.push_back(boost::json::string(item.origin.event_id));
  return out;
}

Object tag_map(const Item& item) {
  Object out;
  for (const auto& [key, value] : item.tags)
    out[key] = value;
  return out;
}

void put_text(Object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

/// In the order in which AWS writes them.
void add_summary(Object& out, const Item& item) {
  out["configurationItemVersion"] = kItemVersion;
  out["configurationItemCaptureTime"] = iso8601_ms(item.captured);
  out["configurationStateId"] = item.state_id;
  out["awsAccountId"] = item.scope.account.str();
  out["configurationItemStatus"] = boost::describe::enum_to_string(item.status, "");
  out["resourceType"] = item.type;
  out["resourceId"] = item.id;
  out["resourceName"] = text_or_null(item.name);
  out["ARN"] = text_or_null(item.arn);
  out["awsRegion"] = item.region;
  out["availabilityZone"] = text_or_null(item.availability_zone);
  out["configurationStateMd5Hash"] = "";
  out["resourceCreationTime"] = time_or_null(item.created);
}

/// Values are texts in the API: what is no text already is JSON.
Object as_texts(const Object& supplementary) {
  Object out;
  for (const auto& [name, value] : supplementary)
    out[name] = to_json(value);
  return out;
}

}  // namespace

Object delivered_relationship(const Relationship& relationship) {
  return {{"resourceId", text_or_null(relationship.id)},
          {"resourceName", text_or_null(relationship.resource_name)},
          {"resourceType", relationship.type},
          {"name", relationship.name}};
}

Object delivered_item(const Item& item) {
  Array relationships;
  for (const auto& each : item.relationships)
    relationships.push_back(delivered_relationship(each));
  Object out;
  out.reserve(20);
  out["relatedEvents"] = related_events(item);
  out["relationships"] = std::move(relationships);
  out["configuration"] = item.configuration;
  out["supplementaryConfiguration"] = item.supplementary;
  out["tags"] = tag_map(item);
  add_summary(out, item);
  return out;
}

Object item_summary(const Item& item) {
  Object out;
  add_summary(out, item);
  return out;
}

Object base_item(const Item& item) {
  Object out{{"version", kItemVersion},
             {"accountId", item.scope.account.str()},
             {"configurationItemCaptureTime", to_seconds(item.captured)},
             {"configurationItemStatus", boost::describe::enum_to_string(item.status, "")},
             {"configurationStateId", std::to_string(item.state_id)}};
  put_text(out, "arn", item.arn);
  out["resourceType"] = item.type;
  out["resourceId"] = item.id;
  put_text(out, "resourceName", item.name);
  out["awsRegion"] = item.region;
  put_text(out, "availabilityZone", item.availability_zone);
  if (item.created != Time{}) out["resourceCreationTime"] = to_seconds(item.created);
  if (!item.configuration.is_null()) out["configuration"] = to_json(item.configuration);
  out["supplementaryConfiguration"] = as_texts(item.supplementary);
  out["recordingFrequency"] = item.recording_frequency;
  if (item.recording_frequency == "DAILY")
    out["configurationItemDeliveryTime"] = to_seconds(item.captured);
  return out;
}

Object api_item(const Item& item) {
  auto out = base_item(item);
  out["configurationItemMD5Hash"] = "";
  out["tags"] = tag_map(item);
  out["relatedEvents"] = related_events(item);
  Array relationships;
  for (const auto& each : item.relationships) {
    Object entry{{"resourceType", each.type}};
    put_text(entry, "resourceId", each.id);
    put_text(entry, "resourceName", each.resource_name);
    entry["relationshipName"] = each.name;
    relationships.push_back(std::move(entry));
  }
  out["relationships"] = std::move(relationships);
  return out;
}

}  // namespace tocsin::config
