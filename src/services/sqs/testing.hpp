// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share.
#pragma once

#include "core/testing.hpp"
#include "services/sqs/sqs.hpp"

namespace tocsin::sqs {

inline std::string queue_arn(std::string_view name) {
  return "arn:aws:sqs:us-east-1:123456789012:" + std::string(name);
}

struct SqsTest : testing::Test {
  core::TestCloud cloud{register_sqs};

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("sqs", operation, std::move(params));
  }
  std::string refused(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    return reply ? "" : reply.error().code + ": " + reply.error().message;
  }
  std::string make_queue(std::string_view name, Object attributes = {}) {
    if (name.ends_with(".fifo")) attributes["FifoQueue"] = "true";
    const auto made =
        call("CreateQueue", Object{{"QueueName", name}, {"Attributes", std::move(attributes)}});
    EXPECT_TRUE(made) << made.error().message;
    return made ? string_of(*made, "QueueUrl") : "";
  }
  Result<Document> send(const std::string& url, std::string_view body, Object more = {}) {
    more["QueueUrl"] = url;
    more["MessageBody"] = body;
    return call("SendMessage", std::move(more));
  }
  Array receive(const std::string& url, std::int64_t count = 10, Object more = {}) {
    more["QueueUrl"] = url;
    more["MaxNumberOfMessages"] = count;
    more["AttributeNames"] = Array{"All"};
    more["MessageAttributeNames"] = Array{"All"};
    const auto got = call("ReceiveMessage", std::move(more));
    EXPECT_TRUE(got) << got.error().message;
    return got ? array_of(*got, "Messages") : Array{};
  }
  std::string bodies(const std::string& url, std::int64_t count = 10) {
    std::string all;
    for (const auto& message : receive(url, count))
      all += string_of(message, "Body");
    return all;
  }
  void remove(const std::string& url, const Document& message) {
    EXPECT_TRUE(call("DeleteMessage",
                     Object{{"QueueUrl", url}, {"ReceiptHandle", text(message, "ReceiptHandle")}}));
  }
  std::string attribute_of(const std::string& url, std::string_view name) {
    const auto got =
        call("GetQueueAttributes", Object{{"QueueUrl", url}, {"AttributeNames", Array{"All"}}});
    return string_of(object_of(*got, "Attributes"), name);
  }
  std::size_t rows(const std::string& table) {
    std::size_t count = 0;
    cloud.stores().state->scan(table + '\0', store::prefix_end(table + '\0'),
                               store::Direction::Forward, [&](auto, auto) {
                                 ++count;
                                 return true;
                               });
    return count;
  }
};

}  // namespace tocsin::sqs
