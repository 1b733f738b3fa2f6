// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/ec2_shapes.hpp"

#include <array>
#include <fmt/format.h>

#include "engines/model/model.hpp"
#include "services/cloudtrail/ec2_lists.hpp"

namespace tocsin::cloudtrail {
namespace {

using model::Member;
using model::Shape;
using model::Type;

constexpr std::string_view kNamespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

std::string with_first(std::string_view name, int (*change)(int)) {
  std::string out(name);
  if (!out.empty()) out[0] = static_cast<char>(change(static_cast<unsigned char>(out[0])));
  return out;
}

bool is_hidden(const Document& value) {
  const auto* object = value.if_object();
  return object && object->contains("$sealed");
}

const model::Operation* operation_of(std::string_view name) {
  const auto* service = model::service("ec2");
  return service ? service->operation(name) : nullptr;
}

/// Younger operations know the parameter DryRun under this very name.
bool is_young(const model::Operation& operation) {
  const auto* dry_run = operation.input ? operation.input->shape->member("DryRun") : nullptr;
  if (dry_run) return dry_run->wire_name() == "DryRun";
  return operation.name.contains("IamInstanceProfile") || operation.name.contains("CidrBlock");
}

// ---- first years

Document old_value(const Member& member, const Document& value);

std::string old_name(const Member& member) {
  return with_first(member.wire_name(), std::tolower);
}

Object old_structure(const Shape& shape, const Object& value) {
  Object out;
  for (const auto& [name, each] : value) {
    const auto* member = shape.member(std::string_view(name));
    if (!member) continue;
    if (member->shape->type == Type::List) {
      const auto names = list_names(*member);
      out[names.set] = old_value(*member, each);
    } else {
      out[old_name(*member) == "return" ? std::string("_return") : old_name(*member)] =
          old_value(*member, each);
    }
  }
  return out;
}

Object old_items(const Member& list, const Array& values) {
  if (values.empty()) return {};
  const auto& element = list.shape->element();
  Array items;
  for (const auto& value : values) {
    if (element.shape->type == Type::Structure && value.is_object())
      items.push_back(old_structure(*element.shape, value.get_object()));
    else
      items.push_back(Object{{list_names(list).item, value}});
  }
  return {{"items", std::move(items)}};
}

Document old_value(const Member& member, const Document& value) {
  if (is_hidden(value) || member.shape->type == Type::Blob) return Document(kRemoved);
  if (const auto* array = value.if_array()) return old_items(member, *array);
  const auto* object = value.if_object();
  if (!object || member.shape->type != Type::Structure) return value;
  // The one text that is wrapped and still hidden as a whole.
  if (member.name == "UserData") return Document(kRemoved);
  return old_structure(*member.shape, *object);
}

/// What is told as empty where it was not given.
void add_empty(Object& out, const Shape& input, std::string_view operation) {
  const auto add = [&](std::string_view name, Document value) {
    if (!out.contains(name)) out[name] = std::move(value);
  };
  if (operation.starts_with("Describe")) {
    for (const auto& member : input.members)
      if (member.shape->type == Type::List) add(list_names(member).set, Object{});
  }
  if (input.member("IpPermissions")) add("ipPermissions", Object{});
  if (operation == "RunInstances") {
    add("blockDeviceMapping", Object{});
    add("monitoring", Object{{"enabled", false}});
    add("disableApiTermination", false);
    add("disableApiStop", false);
  }
}

/// Each permission tells of all that it could name.
void complete_permissions(Object& out) {
  auto* permissions = out.if_contains("ipPermissions");
  auto* items = permissions ? const_cast<Document*>(find(*permissions, "items")) : nullptr;
  if (!items) return;
  for (auto& item : items->as_array()) {
    for (const auto* name : {"groups", "ipRanges", "ipv6Ranges", "prefixListIds"}) {
      auto& permission = item.as_object();
      if (!permission.contains(name)) permission[name] = Object{};
    }
  }
}

/// What an instance is made of, and how many are made, are the one item of its set.
void gather_instances(Object& out) {
  Object instance;
  for (const auto* name : {"imageId", "minCount", "maxCount", "keyName"}) {
    if (const auto* value = out.if_contains(name)) instance[name] = *value;
    out.erase(name);
  }
  out["instancesSet"] = Object{{"items", Array{std::move(instance)}}};
}

/// Whom something is shared with, in the one form of two that the API takes.
void gather_sharing(Object& out, std::string_view member, std::string_view type) {
  const auto kind = string_of(out, "operationType");
  const auto &users = array_of(object_of(out, "userIdSet"), "items"),
             &groups = array_of(object_of(out, "userGroupSet"), "items");
  Array items(users);
  for (const auto& group : groups)
    items.push_back(group);
  if (!items.empty()) out[member] = Object{{kind, Object{{"items", std::move(items)}}}};
  for (const auto* name : {"userIdSet", "userGroupSet", "operationType", "attribute"})
    out.erase(name);
  out["attributeType"] = type;
}

Object old_request(const model::Operation& operation, const Object& params) {
  const auto& input = *operation.input->shape;
  auto out = old_structure(input, params);
  add_empty(out, input, operation.name);
  complete_permissions(out);
  if (operation.name == "RunInstances") gather_instances(out);
  if (operation.name == "ModifySnapshotAttribute")
    gather_sharing(out, "createVolumePermission", "CREATE_VOLUME_PERMISSION");
  if (operation.name == "ModifyImageAttribute")
    gather_sharing(out, "launchPermission", "launchPermission");
  return out;
}

Object old_reply(const model::Operation& operation, const Document& reply,
                 const std::string& request_id) {
  Object out;
  out["requestId"] = request_id;
  const auto* object = reply.if_object();
  if (operation.output && object) {
    for (auto& member : old_structure(*operation.output->shape, *object))
      out[member.key()] = std::move(member.value());
  }
  const auto* answers = operation.output ? operation.output->shape->member("Return") : nullptr;
  if ((!operation.output || answers) && !out.contains("_return")) out["_return"] = true;
  return out;
}

// ---- later

enum class Of { Request, Response };

Document young_value(const Member& member, const Document& value, Of of);

std::string young_name(const Member& member, Of of) {
  if (of == Of::Response) return std::string(member.wire_name());
  return member.query_name.empty() ? with_first(member.wire_name(), std::toupper)
                                   : std::string(member.query_name);
}

Object young_structure(const Shape& shape, const Object& value, Of of) {
  Object out;
  for (const auto& [name, each] : value) {
    if (const auto* member = shape.member(std::string_view(name)))
      out[young_name(*member, of)] = young_value(*member, each, of);
  }
  return out;
}

/// An element of a request says its number.
Document tagged(Document value, std::int64_t number) {
  auto* object = value.if_object();
  if (!object) return Object{{"content", std::move(value)}, {"tag", number}};
  (*object)["tag"] = number;
  return value;
}

Document young_list(const Member& list, const Array& values, Of of) {
  Array out;
  for (const auto& value : values) {
    auto written = young_value(list.shape->element(), value, of);
    const auto number = static_cast<std::int64_t>(out.size() + 1);
    out.push_back(of == Of::Request ? tagged(std::move(written), number) : std::move(written));
  }
  if (out.empty()) return Document("");
  Document content = out.size() == 1 ? std::move(out[0]) : Document(std::move(out));
  if (of == Of::Request) return content;
  return Object{{"item", std::move(content)}};
}

Document young_value(const Member& member, const Document& value, Of of) {
  if (is_hidden(value) || member.shape->type == Type::Blob) return Document(kRemoved);
  if (const auto* array = value.if_array()) return young_list(member, *array, of);
  const auto* object = value.if_object();
  if (!object || member.shape->type != Type::Structure) return value;
  auto out = young_structure(*member.shape, *object, of);
  return out.empty() ? Document("") : Document(std::move(out));
}

}  // namespace

Document ec2_request_parameters(std::string_view name, const Document& params) {
  const auto* operation = operation_of(name);
  const auto* object = params.if_object();
  if (!operation || !operation->input || !object) return nullptr;
  if (!is_young(*operation)) return old_request(*operation, *object);
  Object out;
  out[fmt::format("{}Request", name)] = young_value(*operation->input, params, Of::Request);
  return out;
}

Document ec2_response_elements(std::string_view name, const Document& reply,
                               const std::string& request_id) {
  const auto* operation = operation_of(name);
  if (!operation) return nullptr;
  if (!is_young(*operation)) return old_reply(*operation, reply, request_id);
  Object content;
  const auto* object = reply.if_object();
  if (operation->output && object)
    content = young_structure(*operation->output->shape, *object, Of::Response);
  content["requestId"] = request_id;
  content["xmlns"] = kNamespace;
  Object out;
  out[fmt::format("{}Response", name)] = std::move(content);
  return out;
}

}  // namespace tocsin::cloudtrail
