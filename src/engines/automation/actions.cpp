// SPDX-License-Identifier: Apache-2.0
#include "engines/automation/actions.hpp"

namespace tocsin::automation {
namespace {

using Names = std::string_view[];

constexpr Names kApi{"Service", "Api"};
constexpr Names kProperty{"Service", "Api", "PropertySelector", "DesiredValues"};
constexpr Names kApprove{"Approvers"};
constexpr Names kApproveMore{"NotificationArn", "Message", "MinRequiredApprovals"};
constexpr Names kBranch{"Choices"};
constexpr Names kBranchMore{"Default"};
constexpr Names kState{"InstanceIds", "DesiredState"};
constexpr Names kStateMore{"CheckStateOnly", "Force", "AdditionalInfo"};
constexpr Names kCopyImage{"SourceImageId", "SourceRegion", "ImageName"};
constexpr Names kCopyImageMore{"ImageDescription", "Encrypted", "KmsKeyId", "ClientToken"};
constexpr Names kCreateImage{"InstanceId", "ImageName"};
constexpr Names kCreateImageMore{"ImageDescription", "NoReboot", "BlockDeviceMappings"};
constexpr Names kCreateTags{"ResourceIds", "Tags"};
constexpr Names kCreateTagsMore{"ResourceType"};
constexpr Names kDeleteImage{"ImageId"};
constexpr Names kAutomation{"DocumentName"};
constexpr Names kAutomationMore{"DocumentVersion",     "RuntimeParameters", "MaxConcurrency",
                                "MaxErrors",           "Targets",           "TargetMaps",
                                "TargetParameterName", "TargetLocations",   "Tags"};
constexpr Names kMachine{"stateMachineArn"};
constexpr Names kMachineMore{"name", "input"};
constexpr Names kScript{"Runtime", "Handler", "Script"};
constexpr Names kScriptMore{"InputPayload", "Attachment"};
constexpr Names kInvoke{"FunctionName"};
constexpr Names kInvokeMore{"Qualifier",     "InvocationType", "LogType",
                            "ClientContext", "InputPayload",   "Payload"};
constexpr Names kLoopMore{"Steps", "Iterators", "IteratorDataType", "LoopCondition",
                          "MaxIterations"};
constexpr Names kRunMore{"ImageId",
                         "InstanceType",
                         "MinInstanceCount",
                         "MaxInstanceCount",
                         "AdditionalInfo",
                         "BlockDeviceMappings",
                         "ClientToken",
                         "DisableApiTermination",
                         "EbsOptimized",
                         "IamInstanceProfileArn",
                         "IamInstanceProfileName",
                         "InstanceInitiatedShutdownBehavior",
                         "KernelId",
                         "KeyName",
                         "Monitoring",
                         "NetworkInterfaces",
                         "Placement",
                         "PrivateIpAddress",
                         "RamdiskId",
                         "SecurityGroupIds",
                         "SecurityGroups",
                         "SubnetId",
                         "TagSpecifications",
                         "UserData",
                         "MetadataOptions"};
constexpr Names kImageId{"ImageId"};
constexpr Names kSleepMore{"Duration", "Timestamp"};
constexpr Names kVariable{"Name", "Value"};
constexpr Names kCommand{"DocumentName"};
constexpr Names kCommandMore{"Comment",
                             "CloudWatchOutputConfig",
                             "DocumentHash",
                             "DocumentHashType",
                             "DocumentVersion",
                             "InstanceIds",
                             "MaxConcurrency",
                             "MaxErrors",
                             "NotificationConfig",
                             "OutputS3BucketName",
                             "OutputS3KeyPrefix",
                             "Parameters",
                             "ServiceRoleArn",
                             "Targets",
                             "TimeoutSeconds"};

constexpr Action kActions[]{
    {"aws:approve", kApprove, kApproveMore},
    {"aws:assertAwsResourceProperty", kProperty, {}, true},
    {"aws:branch", kBranch, kBranchMore},
    {"aws:changeInstanceState", kState, kStateMore},
    {"aws:copyImage", kCopyImage, kCopyImageMore},
    {"aws:createImage", kCreateImage, kCreateImageMore},
    {"aws:createTags", kCreateTags, kCreateTagsMore},
    {"aws:deleteImage", kDeleteImage, {}},
    {"aws:executeAutomation", kAutomation, kAutomationMore},
    {"aws:executeAwsApi", kApi, {}, true},
    {"aws:executeScript", kScript, kScriptMore},
    {"aws:executeStateMachine", kMachine, kMachineMore},
    {"aws:invokeLambdaFunction", kInvoke, kInvokeMore},
    {"aws:loop", {}, kLoopMore},
    {"aws:pause", {}, {}},
    {"aws:runCommand", kCommand, kCommandMore},
    {"aws:runInstances", kImageId, kRunMore},
    {"aws:sleep", {}, kSleepMore},
    {"aws:updateVariable", kVariable, {}},
    {"aws:waitForAwsResourceProperty", kProperty, {}, true},
};

}  // namespace

const Action* action_named(std::string_view name) {
  for (const auto& action : kActions)
    if (action.name == name) return &action;
  return nullptr;
}

}  // namespace tocsin::automation
