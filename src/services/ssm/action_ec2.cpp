// SPDX-License-Identifier: Apache-2.0
// Actions on instances and images, made of EC2's operations.
#include <algorithm>

#include "services/ssm/actions.hpp"
#include "services/ssm/outputs.hpp"

namespace tocsin::ssm {
namespace {

constexpr auto kPoll = std::chrono::seconds(5);

/// The answer to `operation`, or how the step ends.
std::variant<Document, Ended> answered(At& at, std::string_view operation,
                                       const Result<Document>& answer) {
  auto reply = api_answer(at, "ec2", operation, answer);
  if (!reply) return failed(reply.error().message);
  return *std::move(reply);
}

Array found_in(const Document& reply, std::string_view selector) {
  const auto found = selected(reply, selector);
  return found && *found ? automation::shown(**found) : Array{};
}

bool all_are(const Array& states, std::initializer_list<std::string_view> wanted) {
  return !states.empty() && std::ranges::all_of(states, [&](const Document& state) {
    return std::ranges::find(wanted, std::string_view(state.get_string())) != wanted.end();
  });
}

Object ids_param(const Document& ids) {
  Object out;
  out["InstanceIds"] = automation::converted(ids, automation::Type::StringList).value_or(ids);
  return out;
}

Move instances_polled(At& at, const Document& ids) {
  return api_call(at, "ec2", "DescribeInstances", ids_param(ids));
}

constexpr std::string_view kStates = "$.Reservations[*].Instances[*].State.Name";

std::string_view operation_for(std::string_view state) {
  if (state == "running") return "StartInstances";
  if (state == "stopped") return "StopInstances";
  if (state == "terminated") return "TerminateInstances";
  return {};
}

Move image_polled(At& at, std::string_view id) {
  return api_call(at, "ec2", "DescribeImages", {{"ImageIds", Array{id}}});
}

/// The image is there, or it is waited for.
Move image_answered(At& at, const Document& reply) {
  const auto states = found_in(reply, "$.Images[*].State");
  const auto state = states.empty() ? std::string() : automation::text_of(states[0]);
  if (state == "failed" || state == "error")
    return failed_waiting(fmt::format("The image is in the state {}", state));
  if (state != "available") return Sleep{kPoll};
  return Ended{.values = {{"ImageId", at.step.work.at("image")}, {"ImageState", state}}};
}

/// An operation that makes an image, which then is waited for.
Move image_made(At& at, std::string_view operation, const Object& params,
                const Result<Document>* answer) {
  if (!answer) {
    if (at.step.phase == 0) return api_call(at, "ec2", operation, params);
    return image_polled(at, text(at.step.work, "image"));
  }
  auto reply = answered(at, at.step.phase == 0 ? operation : "DescribeImages", *answer);
  if (auto* ended = std::get_if<Ended>(&reply)) return std::move(*ended);
  const auto& shown = std::get<Document>(reply);
  if (at.step.phase++) return image_answered(at, shown);
  at.step.work["image"] = string_of(shown, "ImageId");
  return image_polled(at, text(shown, "ImageId"));
}

/// Inputs under the API's names; those that are not given are left out.
Object renamed(const Object& inputs,
               std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
  Object out;
  for (const auto& [ours, theirs] : names)
    if (const auto* found = inputs.if_contains(ours)) out[theirs] = *found;
  return out;
}

}  // namespace

Move advance_instance_state(At& at, const Result<Document>* answer) {
  const auto wanted = at.input("DesiredState");
  const auto operation = operation_for(wanted);
  if (operation.empty()) return failed(fmt::format("The DesiredState {} is none", wanted));
  const auto& ids = at.inputs().at("InstanceIds");
  if (!answer) {
    const bool check_only = at.input("CheckStateOnly") == "true";
    if (at.step.phase || check_only) {
      at.step.phase = 1;
      return instances_polled(at, ids);
    }
    auto params = ids_param(ids);
    if (wanted == "stopped" && at.inputs().contains("Force"))
      params["Force"] = at.inputs().at("Force");
    return api_call(at, "ec2", operation, params);
  }
  auto reply = answered(at, at.step.phase == 0 ? operation : "DescribeInstances", *answer);
  if (auto* ended = std::get_if<Ended>(&reply)) return std::move(*ended);
  if (at.step.phase++ == 0) return instances_polled(at, ids);
  const auto states = found_in(std::get<Document>(reply), kStates);
  const bool there =
      wanted == "stopped" ? all_are(states, {"stopped", "terminated"}) : all_are(states, {wanted});
  if (!there) return Sleep{kPoll};
  return Ended{.values = {{"InstanceStates", states}}};
}

Move advance_create_tags(At& at, const Result<Document>* answer) {
  const auto type = at.input("ResourceType");
  const bool of_ec2 = type.empty() || type == "EC2";
  const auto* service = of_ec2 ? "ec2" : "ssm";
  const auto* operation = of_ec2 ? "CreateTags" : "AddTagsToResource";
  const auto ids =
      automation::converted(at.inputs().at("ResourceIds"), automation::Type::StringList);
  if (answer) {
    const auto reply = api_answer(at, service, operation, *answer);
    if (!reply) return failed(reply.error().message);
    if (of_ec2 || ++at.step.phase == static_cast<std::int64_t>(ids->get_array().size()))
      return Ended{};
  }
  if (!ids || ids->get_array().empty()) return failed("ResourceIds is no list");
  Object params{{"Tags", at.inputs().at("Tags")}};
  if (of_ec2) {
    params["Resources"] = *ids;
  } else {
    params["ResourceType"] = type;
    params["ResourceId"] = ids->get_array()[static_cast<std::size_t>(at.step.phase)];
  }
  return api_call(at, service, operation, params);
}

Move advance_create_image(At& at, const Result<Document>* answer) {
  return image_made(at, "CreateImage",
                    renamed(at.inputs(), {{"InstanceId", "InstanceId"},
                                          {"ImageName", "Name"},
                                          {"ImageDescription", "Description"},
                                          {"NoReboot", "NoReboot"},
                                          {"BlockDeviceMappings", "BlockDeviceMappings"}}),
                    answer);
}

Move advance_copy_image(At& at, const Result<Document>* answer) {
  return image_made(at, "CopyImage",
                    renamed(at.inputs(), {{"SourceImageId", "SourceImageId"},
                                          {"SourceRegion", "SourceRegion"},
                                          {"ImageName", "Name"},
                                          {"ImageDescription", "Description"},
                                          {"Encrypted", "Encrypted"},
                                          {"KmsKeyId", "KmsKeyId"},
                                          {"ClientToken", "ClientToken"}}),
                    answer);
}

/// The image's snapshots go with it.
Move advance_delete_image(At& at, const Result<Document>* answer) {
  const auto id = at.input("ImageId");
  if (!answer) return image_polled(at, id);
  static constexpr std::string_view kOperations[]{"DescribeImages", "DeregisterImage",
                                                  "DeleteSnapshot"};
  const auto phase = std::min<std::int64_t>(at.step.phase, 2);
  auto reply = answered(at, kOperations[phase], *answer);
  if (auto* ended = std::get_if<Ended>(&reply)) return std::move(*ended);
  if (phase == 0) {
    at.step.work["snapshots"] =
        found_in(std::get<Document>(reply), "$.Images[*].BlockDeviceMappings[*].Ebs.SnapshotId");
    at.step.phase = 1;
    return api_call(at, "ec2", "DeregisterImage", {{"ImageId", id}});
  }
  const auto& snapshots = array_of(at.step.work, "snapshots");
  const auto next = static_cast<std::size_t>(at.step.phase++ - 1);
  if (next >= snapshots.size()) return Ended{};
  return api_call(at, "ec2", "DeleteSnapshot", {{"SnapshotId", snapshots[next]}});
}

Move advance_run_instances(At& at, const Result<Document>* answer) {
  if (!answer && at.step.phase) return instances_polled(at, at.step.work.at("ids"));
  if (!answer) {
    auto params = at.inputs();
    for (const auto* own : {"MinInstanceCount", "MaxInstanceCount", "IamInstanceProfileArn",
                            "IamInstanceProfileName"})
      params.erase(own);
    const auto count = [&](std::string_view name) {
      const auto given = at.input(name);
      return given.empty() ? Document(1) : Document(given);
    };
    params["MinCount"] = count("MinInstanceCount");
    params["MaxCount"] = count("MaxInstanceCount");
    if (const auto name = at.input("IamInstanceProfileName"); !name.empty())
      params["IamInstanceProfile"] = Object{{"Name", name}};
    if (const auto arn = at.input("IamInstanceProfileArn"); !arn.empty())
      params["IamInstanceProfile"] = Object{{"Arn", arn}};
    return api_call(at, "ec2", "RunInstances", params);
  }
  auto reply = answered(at, at.step.phase == 0 ? "RunInstances" : "DescribeInstances", *answer);
  if (auto* ended = std::get_if<Ended>(&reply)) return std::move(*ended);
  const auto& shown = std::get<Document>(reply);
  if (at.step.phase++ == 0) {
    at.step.work["ids"] = found_in(shown, "$.Instances[*].InstanceId");
    return instances_polled(at, at.step.work.at("ids"));
  }
  const auto states = found_in(shown, kStates);
  if (all_are(states, {"running"}))
    return Ended{.values = {{"InstanceIds", at.step.work.at("ids")}, {"InstanceStates", states}}};
  if (std::ranges::find(states, Document("terminated")) != states.end())
    return failed_waiting("An instance was terminated while it was started");
  return Sleep{kPoll};
}

}  // namespace tocsin::ssm
