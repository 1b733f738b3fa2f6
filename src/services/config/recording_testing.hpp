// SPDX-License-Identifier: Apache-2.0
// What the tests of the recording half share: a bucket, a topic, and queues as resources, stood in
// for by a few lines each.
#pragma once

#include <gmock/gmock.h>
#include <zlib.h>

#include "core/tags.hpp"
#include "core/testing.hpp"
#include "services/config/config.hpp"
#include "services/config/items.hpp"

namespace tocsin::config {

inline constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/config";
inline constexpr std::string_view kTopic = "arn:aws:sns:us-east-1:123456789012:config";
inline const Scope kHere{AccountId("123456789012"), "us-east-1"};

/// A resource of the tests: a queue that may say that it is contained in another one.
struct TestQueue {
  Scope scope;
  std::string name, parent;
  Object attributes;
  std::map<std::string, std::string> tags;
};
BOOST_DESCRIBE_STRUCT(TestQueue, (), (scope, name, parent, attributes, tags))

inline constexpr core::Table<TestQueue> kTestQueues{"test.queues"};  // account, region, name
inline constexpr core::Table<Document> kTestFiles{"test.files"};     // key
inline constexpr core::Table<Document> kTestMessages{"test.messages"};
inline constexpr core::Table<Document> kTestDenials{"test.denials"};  // operation

inline core::ResourceType queue_type() {
  core::ResourceType type{.type = "AWS::SQS::Queue", .table = kTestQueues.name()};
  type.describe = [](const store::View&, const Document& row) {
    const auto queue = decoded<TestQueue>(row);
    core::ResourceType::Description out{.id = queue.name,
                                        .name = queue.name,
                                        .arn = arn("sqs", queue.scope, queue.name),
                                        .scope = queue.scope,
                                        .configuration = queue.attributes,
                                        .tags = queue.tags};
    if (!queue.parent.empty())
      out.relationships = {{"AWS::SQS::Queue", queue.parent, "Is contained in Queue"}};
    return out;
  };
  return type;
}

inline core::Outcome create_test_queue(core::Call& call) {
  TestQueue queue{.scope = call.scope(),
                  .name = string_of(call.params(), "QueueName"),
                  .parent = string_of(object_of(call.params(), "Attributes"), "Parent"),
                  .attributes = object_of(call.params(), "Attributes"),
                  .tags = core::tags_of(object_of(call.params(), "tags"))};
  queue.attributes.erase("Parent");
  kTestQueues.put(call, core::Key::of(call.scope(), queue.name), queue);
  return Object{{"QueueUrl", queue.name}};
}

inline core::Outcome delete_test_queue(core::Call& call) {
  kTestQueues.erase(call, core::Key::of(call.scope(), text(call.params(), "QueueUrl")));
  return Object{};
}

/// The text of a gzip file of one or more members.
inline std::string unpacked_file(std::string_view packed) {
  std::string out;
  z_stream stream{};
  inflateInit2(&stream, MAX_WBITS + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  for (std::string piece(1 << 16, '\0'); stream.avail_in > 0;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int told = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
    if (told == Z_STREAM_END)
      inflateReset(&stream);
    else if (told != Z_OK)
      break;
  }
  inflateEnd(&stream);
  return out;
}

/// What the service "config" itself may not, the role may, or neither.
inline Result<void> test_permission(const core::Call& call) {
  const auto denied = kTestDenials.get(call, core::Key{call.request().operation});
  if (!denied) return {};
  const bool role = !call.request().credential.role_arn.empty();
  if (text(*denied, "who") != "role" || role) return fail("AccessDenied", "Access Denied", 403);
  return {};
}

inline core::Outcome get_test_acl(core::Call& call) {
  if (text(call.params(), "Bucket") == "nowhere")
    return fail("NoSuchBucket", "The specified bucket does not exist", 404);
  TRY(test_permission(call));
  return Object{};
}

inline core::Outcome put_test_file(core::Call& call) {
  TRY(test_permission(call));
  auto params = call.params();
  params.as_object()["role"] = call.request().credential.role_arn;
  kTestFiles.put(call, core::Key{text(call.params(), "Key")}, params);
  return Object{};
}

inline core::Outcome publish_test(core::Call& call) {
  TRY(test_permission(call));
  kTestMessages.put(call, core::Key{fmt::format("{:016x}", call.sequence()), call.new_uuid()},
                    call.params());
  return Object{{"MessageId", "1"}};
}

inline void register_world(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{
      "sqs",
      "sqs",
      {{"CreateQueue", Write, create_test_queue}, {"DeleteQueue", Write, delete_test_queue}}});
  registry.add(core::Service{
      "s3", "s3", {{"GetBucketAcl", Read, get_test_acl}, {"PutObject", Write, put_test_file}}});
  registry.add(core::Service{"sns", "sns", {{"Publish", Write, publish_test}}});
  registry.add(core::Service{"tocsin", "tocsin", {state_operation()}});
  registry.add(queue_type());
  register_config(registry);
}

class Recorded : public core::TestCloud {
 public:
  Recorded() : TestCloud(register_world) {}

  Result<Document> config(std::string_view operation, Document params = Object{}) {
    return call("config", operation, std::move(params));
  }

  void set_up(Object channel = {}, Object recorder = {}) {
    recorder["name"] = "default";
    recorder["roleARN"] = kRole;
    channel["name"] = "default";
    channel["s3BucketName"] = "audit";
    must(
        config("PutConfigurationRecorder", Object{{"ConfigurationRecorder", std::move(recorder)}}));
    must(config("PutDeliveryChannel", Object{{"DeliveryChannel", std::move(channel)}}));
  }
  void start() {
    must(config("StartConfigurationRecorder", Object{{"ConfigurationRecorderName", "default"}}));
  }

  void queue(std::string_view name, Object attributes = {}, Object tags = {}) {
    must(call("sqs", "CreateQueue",
              Object{{"QueueName", name}, {"Attributes", attributes}, {"tags", tags}}));
  }
  void drop(std::string_view name) { must(call("sqs", "DeleteQueue", Object{{"QueueUrl", name}})); }

  Array items_of(std::string_view id, Object more = {}) {
    more["resourceType"] = "AWS::SQS::Queue";
    more["resourceId"] = id;
    auto reply = config("GetResourceConfigHistory", std::move(more));
    EXPECT_TRUE(reply) << reply.error().code << " " << reply.error().message;
    return reply ? array_of(*reply, "configurationItems") : Array{};
  }

  /// Payloads of the messages that the topic got.
  std::vector<Document> messages() {
    std::vector<Document> out;
    for (const auto& each : kTestMessages.all(*stores().state, {})) {
      auto message = each;
      message.as_object()["Message"] = *parse_json(text(each, "Message"));
      out.push_back(std::move(message));
    }
    return out;
  }

  std::vector<std::string> files() {
    std::vector<std::string> keys;
    kTestFiles.scan(*stores().state, {}, [&](const auto& key, const Document&) {
      keys.push_back(key[0]);
      return true;
    });
    return keys;
  }
  Document file(const std::string& key) {
    const auto params = kTestFiles.get(*stores().state, core::Key{key});
    const auto packed = stores().blobs->get(*store::blob_ref(params->at("Body")));
    return *parse_json(unpacked_file(*packed));
  }

  /// "role": the role may not; "all": the service may not either.
  void deny(std::string_view operation, std::string_view who) {
    store::Batch batch;
    batch[core::row_key(kTestDenials.name(), core::Key{operation})] = to_json(Object{{"who", who}});
    ASSERT_TRUE(stores().state->commit(batch));
  }
  void allow(std::string_view operation) {
    store::Batch batch;
    batch[core::row_key(kTestDenials.name(), core::Key{operation})] = std::nullopt;
    ASSERT_TRUE(stores().state->commit(batch));
  }

  static void must(const Result<Document>& reply) {
    ASSERT_TRUE(reply) << reply.error().code << ": " << reply.error().message;
  }
};

inline std::string code_of(const Result<Document>& reply) {
  return reply ? "no error" : reply.error().code;
}

}  // namespace tocsin::config
