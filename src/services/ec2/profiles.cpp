// SPDX-License-Identifier: Apache-2.0
// Instance profiles and their associations with instances.
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<Filter, 3> kFilters{
    {{"association-id", "AssociationId"}, {"instance-id", "InstanceId"}, {"state", "State"}}};

Result<std::string> name_in(const Document& request) {
  const auto arn_text = text(request, "Arn");
  const auto name = text(request, "Name");
  if (!name.empty() && !arn_text.empty()) {
    return invalid_combination(
        "The parameter 'iamInstanceProfile.name' may not be used in combination with "
        "'iamInstanceProfile.arn'");
  }
  if (!name.empty()) return std::string(name);
  const auto arn = Arn::parse(arn_text);
  if (!arn || arn->service != "iam" || !arn->resource.starts_with("instance-profile/"))
    return invalid_value(arn_text, "iamInstanceProfile.arn", "Invalid IAM Instance Profile ARN");
  return arn->resource.substr(arn->resource.rfind('/') + 1);
}

std::string association_of(const Resource& instance) {
  return string_of(instance.more, "ProfileAssociation");
}

Object association_shape(const Resource& instance, std::string_view state) {
  return {{"AssociationId", association_of(instance)},
          {"InstanceId", instance.id},
          {"IamInstanceProfile", object_of(instance.shape, "IamInstanceProfile")},
          {"State", std::string(state)}};
}

Result<Resource> associated(const Call& call) {
  const auto id = text(call.params(), "AssociationId");
  if (id.empty()) return missing_parameter("associationId");
  for (auto& instance : all(call, call.scope(), kInstance)) {
    if (association_of(instance) == id) return std::move(instance);
  }
  return fail("InvalidAssociationID.NotFound",
              fmt::format("An invalid association-id of '{}' was given", id));
}

Outcome keep(Call& call, Resource& instance, Object profile, std::string_view state) {
  give_profile(call, instance, std::move(profile));
  save(call, kInstance, instance);
  return Object{{"IamInstanceProfileAssociation", association_shape(instance, state)}};
}

}  // namespace

Result<Object> passed_profile(Call& call, const Document& request) {
  const auto name = TRY(name_in(request));
  // EC2 looks it up by its own right: the caller needs to be able to pass the role, no more.
  const auto reply = call.call({.service = "iam",
                                .operation = "GetInstanceProfile",
                                .params = Object{{"InstanceProfileName", name}},
                                .scope = call.scope(),
                                .credential = {.kind = core::Credential::Kind::Service,
                                               .account = call.account(),
                                               .service = "ec2.amazonaws.com"}})
                         .result();
  if (!reply && reply.error().code == "NoSuchEntity") {
    return invalid_value(name, "iamInstanceProfile.name", "Invalid IAM Instance Profile name");
  }
  if (!reply) return fail(reply.error());
  const auto& profile = object_of(*reply, "InstanceProfile");
  for (const auto& role : array_of(profile, "Roles")) {
    TRY(call.authorize({.action = "iam:PassRole",
                        .resource = string_of(role, "Arn"),
                        .context = {{"iam:PassedToService", {"ec2.amazonaws.com"}}}}));
  }
  return Object{{"Arn", text(profile, "Arn")}, {"Id", text(profile, "InstanceProfileId")}};
}

void give_profile(core::Context& context, Resource& instance, Object profile) {
  instance.shape["IamInstanceProfile"] = std::move(profile);
  instance.more["ProfileAssociation"] = new_id(context, "iip-assoc-");
}

void take_profile(Resource& instance) {
  instance.shape.erase("IamInstanceProfile");
  instance.more.erase("ProfileAssociation");
}

Outcome associate_profile(Call& call) {
  auto instance = TRY(living(call));
  if (!association_of(instance).empty()) {
    return fail("IncorrectState",
                fmt::format("There is an existing association for instance {}", instance.id));
  }
  const auto* request = find(call.params(), "IamInstanceProfile");
  if (!request) return missing_parameter("iamInstanceProfile");
  return keep(call, instance, TRY(passed_profile(call, *request)), "associating");
}

Outcome disassociate_profile(Call& call) {
  auto instance = TRY(associated(call));
  auto reply = association_shape(instance, "disassociating");
  take_profile(instance);
  save(call, kInstance, instance);
  return Object{{"IamInstanceProfileAssociation", std::move(reply)}};
}

Outcome replace_profile(Call& call) {
  auto instance = TRY(associated(call));
  const auto* request = find(call.params(), "IamInstanceProfile");
  if (!request) return missing_parameter("iamInstanceProfile");
  return keep(call, instance, TRY(passed_profile(call, *request)), "associating");
}

Outcome describe_profile_associations(Call& call) {
  const auto ids = texts(call.params(), "AssociationIds");
  Array items;
  for (const auto& instance : all(call, call.scope(), kInstance)) {
    const auto id = association_of(instance);
    if (!id.empty() && asked_for(ids, id))
      items.push_back(association_shape(instance, "associated"));
  }
  return TRY(filtered_page(call, items, "IamInstanceProfileAssociations", kFilters));
}

}  // namespace tocsin::ec2
