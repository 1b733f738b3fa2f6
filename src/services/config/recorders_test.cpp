// SPDX-License-Identifier: Apache-2.0
#include "services/config/recording_testing.hpp"

namespace tocsin::config {
namespace {

Object recorder_with(Object group) {
  return {{"ConfigurationRecorder",
           Object{{"name", "default"}, {"roleARN", kRole}, {"recordingGroup", std::move(group)}}}};
}

Object list(std::initializer_list<std::string_view> types) {
  Array out;
  for (const auto type : types)
    out.push_back(boost::json::string(type));
  return {{"resourceTypes", std::move(out)}};
}

TEST(Recorders, StandardIsAllSupportedTypes) {
  Recorded cloud;
  cloud.set_up();
  const auto reply = cloud.config("DescribeConfigurationRecorders");
  const auto& recorder = array_of(*reply, "ConfigurationRecorders").at(0);
  EXPECT_EQ(text(recorder, "name"), "default");
  EXPECT_EQ(text(recorder, "roleARN"), kRole);
  const auto& group = object_of(recorder, "recordingGroup");
  EXPECT_TRUE(flag(group, "allSupported"));
  EXPECT_FALSE(flag(group, "includeGlobalResourceTypes"));
  EXPECT_EQ(text(object_of(group, "recordingStrategy"), "useOnly"), "ALL_SUPPORTED_RESOURCE_TYPES");
  EXPECT_EQ(text(object_of(recorder, "recordingMode"), "recordingFrequency"), "CONTINUOUS");
}

TEST(Recorders, StatusGoesFromPendingToSuccess) {
  Recorded cloud;
  cloud.set_up();
  auto status = [&] {
    const auto reply = cloud.config("DescribeConfigurationRecorderStatus");
    return array_of(*reply, "ConfigurationRecordersStatus").at(0);
  };
  EXPECT_FALSE(flag(status(), "recording"));
  EXPECT_FALSE(find(status(), "lastStatus"));
  cloud.start();
  EXPECT_TRUE(flag(status(), "recording"));
  EXPECT_EQ(text(status(), "lastStatus"), "SUCCESS");
  cloud.must(
      cloud.config("StopConfigurationRecorder", Object{{"ConfigurationRecorderName", "default"}}));
  EXPECT_FALSE(flag(status(), "recording"));
  EXPECT_TRUE(find(status(), "lastStopTime"));
}

TEST(Recorders, Errors) {
  Recorded cloud;
  const auto put = [&](Object recorder) {
    return code_of(cloud.config("PutConfigurationRecorder",
                                Object{{"ConfigurationRecorder", std::move(recorder)}}));
  };
  const auto named = [&](std::string_view operation, std::string_view name) {
    return code_of(cloud.config(operation, Object{{"ConfigurationRecorderName", name}}));
  };
  EXPECT_EQ(put({{"name", " "}, {"roleARN", kRole}}), "InvalidConfigurationRecorderNameException");
  EXPECT_EQ(put({{"name", "default"}}), "InvalidRoleException");
  EXPECT_EQ(named("StartConfigurationRecorder", "default"), "NoSuchConfigurationRecorderException");
  EXPECT_EQ(put({{"roleARN", kRole}}), "no error");
  EXPECT_EQ(put({{"name", "second"}, {"roleARN", kRole}}),
            "MaxNumberOfConfigurationRecordersExceededException");
  EXPECT_EQ(named("StartConfigurationRecorder", "default"), "NoAvailableDeliveryChannelException");
  EXPECT_EQ(named("StopConfigurationRecorder", "other"), "NoSuchConfigurationRecorderException");
  EXPECT_EQ(named("DeleteConfigurationRecorder", "default"), "no error");
  EXPECT_EQ(named("DeleteConfigurationRecorder", "default"),
            "NoSuchConfigurationRecorderException");
  EXPECT_EQ(code_of(cloud.config("DescribeConfigurationRecorders",
                                 Object{{"ConfigurationRecorderNames", Array{"default"}}})),
            "NoSuchConfigurationRecorderException");
}

TEST(Recorders, GroupsThatContradictThemselves) {
  Recorded cloud;
  const auto put = [&](Object group) {
    return code_of(cloud.config("PutConfigurationRecorder", recorder_with(std::move(group))));
  };
  auto both = list({"AWS::SQS::Queue"});
  both["allSupported"] = true;
  EXPECT_EQ(put(both), "InvalidRecordingGroupException");
  EXPECT_EQ(put({{"allSupported", false}}), "InvalidRecordingGroupException");
  auto globals = list({"AWS::SQS::Queue"});
  globals["includeGlobalResourceTypes"] = true;
  EXPECT_EQ(put(globals), "InvalidRecordingGroupException");
  EXPECT_EQ(put({{"recordingStrategy", Object{{"useOnly", "EXCLUSION_BY_RESOURCE_TYPES"}}}}),
            "InvalidRecordingGroupException");
  EXPECT_EQ(put(list({"AWS::EC2::Nonsense"})), "ValidationException");
  EXPECT_EQ(put(list({"AWS::EC2::SecurityGroup"})), "no error");
  EXPECT_EQ(put({{"exclusionByResourceTypes", list({"AWS::EC2::SecurityGroup"})}}), "no error");
}

TEST(Recorders, OnlyTheTypesOfTheGroupAreRecorded) {
  Recorded cloud;
  cloud.set_up();
  cloud.must(cloud.config("PutConfigurationRecorder", recorder_with(list({"AWS::S3::Bucket"}))));
  cloud.start();
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  cloud.queue("mail", {{"DelaySeconds", "2"}});
  const auto items = cloud.items_of("mail");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(text(items[0], "configurationItemStatus"), "ResourceNotRecorded");
  EXPECT_FALSE(find(items[0], "configuration"));
  // Recorded from now on.
  cloud.must(
      cloud.config("PutConfigurationRecorder",
                   recorder_with({{"exclusionByResourceTypes", list({"AWS::S3::Bucket"})}})));
  EXPECT_EQ(text(cloud.items_of("mail").at(0), "configurationItemStatus"), "ResourceDiscovered");
  cloud.must(cloud.config("PutConfigurationRecorder", recorder_with(list({"AWS::S3::Bucket"}))));
  EXPECT_EQ(text(cloud.items_of("mail").at(0), "configurationItemStatus"), "ResourceNotRecorded");
  cloud.drop("mail");
  EXPECT_EQ(text(cloud.items_of("mail").at(0), "configurationItemStatus"),
            "ResourceDeletedNotRecorded");
}

TEST(Recorders, ADailyItemIsTheDaysLastState) {
  Recorded cloud;
  cloud.set_up({}, {{"recordingMode", Object{{"recordingFrequency", "DAILY"}}}});
  cloud.start();
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  EXPECT_EQ(cloud.items_of("mail").size(), 1u);
  cloud.queue("mail", {{"DelaySeconds", "2"}});
  cloud.queue("mail", {{"DelaySeconds", "3"}});
  EXPECT_EQ(cloud.items_of("mail").size(), 1u);
  cloud.advance(std::chrono::hours(24));
  const auto items = cloud.items_of("mail");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_THAT(string_of(items[0], "configuration"), testing::HasSubstr("\"3\""));
  EXPECT_EQ(text(items[0], "recordingFrequency"), "DAILY");
  cloud.queue("mail", {{"DelaySeconds", "4"}});
  cloud.queue("mail", {{"DelaySeconds", "3"}});
  cloud.advance(std::chrono::hours(24));
  EXPECT_EQ(cloud.items_of("mail").size(), 2u) << "in the end nothing had changed";
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Recorders, TagsOfARecorder) {
  Recorded cloud;
  cloud.set_up();
  EXPECT_EQ(code_of(cloud.config("TagResource",
                                 Object{{"ResourceArn", "arn:aws:config:us-east-1:123456789012:x"},
                                        {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}}}}})),
            "ResourceNotFoundException");
}

}  // namespace
}  // namespace tocsin::config
