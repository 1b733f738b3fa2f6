// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/lambda/lambda.hpp"
#include "services/s3/s3.hpp"
#include "services/sqs/sqs.hpp"
#include "sim/world.hpp"

namespace tocsin::sim {
namespace {

constexpr auto kInbox = "https://sqs.us-east-1.amazonaws.com/123456789012/inbox";
constexpr auto kDead = "https://sqs.us-east-1.amazonaws.com/123456789012/dead";
constexpr auto kRole = "arn:aws:iam::123456789012:role/worker";
constexpr auto kLongest = 43'200;  // seconds that a received message may stay hidden

core::Registry services() {
  core::Registry registry;
  registry.set_authorizer(core::allow_all());
  sqs::register_sqs(registry);
  s3::register_s3(registry);
  lambda::register_lambda(registry);
  return registry;
}

/// Clients of a queue, a bucket and a function, each of which keeps a book of its own.
class ServicesWorld final : public World {
 public:
  explicit ServicesWorld(std::uint64_t seed) : World(seed, services()) {}

 private:
  void set_up() override {
    for (const auto* name : {"inbox", "dead"})
      must("sqs", "CreateQueue", Object{{"QueueName", name}});
    must("s3", "CreateBucket", Object{{"Bucket", "evidence"}});
    // It answers once its code has been looked at.
    call("lambda", "CreateFunction",
         Object{
             {"FunctionName", "contain"},
             {"Runtime", "python3.11"},
             {"Handler", "index.handler"},
             {"Role", kRole},
             {"DeadLetterConfig", Object{{"TargetArn", "arn:aws:sqs:us-east-1:123456789012:dead"}}},
             {"Code", Object{{"ZipFile", "UEs="}}}});
    rest();
  }

  void client_call() override {
    switch (random() % 6) {
      case 0:
      case 1:
        return send();
      case 2:
        return receive_and_delete();
      case 3:
        return put_object();
      case 4:
        return delete_object();
      default:
        return invoke();
    }
  }

  void send() {
    const auto id = fmt::format("message-{};", ++ids_);
    const auto fate = call("sqs", "SendMessage", Object{{"QueueUrl", kInbox}, {"MessageBody", id}});
    (fate == Fate::Logged ? sent_ : refused_).insert(id);
  }

  /// A consumer that takes a message and forgets it only once its delete is acknowledged.
  void receive_and_delete() {
    Document reply;
    call("sqs", "ReceiveMessage", Object{{"QueueUrl", kInbox}, {"VisibilityTimeout", 5}}, &reply);
    for (const auto& message : array_of(reply, "Messages")) {
      const auto body = string_of(message, "Body");
      if (deleted_.contains(body)) violation(body + " was received after it was deleted");
      const auto fate =
          call("sqs", "DeleteMessage",
               Object{{"QueueUrl", kInbox}, {"ReceiptHandle", text(message, "ReceiptHandle")}});
      if (fate == Fate::Logged) deleted_.insert(body);
    }
  }

  std::string some_key() { return fmt::format("case-{}", random() % 5); }

  void put_object() {
    const auto key = some_key(), content = fmt::format("content-{}", ++ids_);
    const auto fate = call("s3", "PutObject",
                           Object{{"Bucket", "evidence"}, {"Key", key}, {"Body", base64(content)}});
    if (fate == Fate::Logged) objects_[key] = content;
  }

  void delete_object() {
    const auto key = some_key();
    const auto fate = call("s3", "DeleteObject", Object{{"Bucket", "evidence"}, {"Key", key}});
    if (fate == Fate::Logged) objects_.erase(key);
  }

  void invoke() {
    const auto id = fmt::format("invocation-{};", ++ids_);
    const auto fate = call("lambda", "Invoke",
                           Object{{"FunctionName", "contain"},
                                  {"InvocationType", "Event"},
                                  {"Payload", base64(to_json(Object{{"id", id}}))}});
    (fate == Fate::Logged ? invoked_ : refused_).insert(id);
  }

  Result<Document> receive(const core::Job& job) override {
    if (job.kind == "function.inspect_code") {
      return Document(Object{{"Code", store::to_document(*blobs().put("zip"))},
                             {"CodeSha256", "x="},
                             {"CodeSize", 3}});
    }
    ran_ += string_of(job.payload, "Payload");
    return Document(Object{{"Payload", "null"}});
  }

  std::string contents(std::string_view queue) {
    std::string all;
    while (true) {
      const auto reply = must(
          "sqs", "ReceiveMessage",
          Object{
              {"QueueUrl", queue}, {"MaxNumberOfMessages", 10}, {"VisibilityTimeout", kLongest}});
      const auto& messages = array_of(reply, "Messages");
      if (messages.empty()) return all;
      for (const auto& message : messages)
        all += text(message, "Body");
    }
  }

  std::string content_of(const std::string& key) {
    Document reply;
    call("s3", "GetObject", Object{{"Bucket", "evidence"}, {"Key", key}}, &reply);
    const auto* body = find(reply, "Body");
    if (!body || !body->is_string()) return "nothing";
    return unbase64(body->get_string()).value_or("nothing");  // small: it lies in the state
  }

  void check() override {
    report().acknowledged = sent_.size() + invoked_.size();
    report().refused = refused_.size();
    const auto inbox = contents(kInbox), functions = ran_ + contents(kDead);
    for (const auto& id : sent_) {
      const bool there = inbox.find(id) != std::string::npos;
      if (there == deleted_.contains(id))
        violation(id + (there ? " was deleted and is there" : " is lost"));
    }
    for (const auto& id : invoked_) {
      if (functions.find(id) == std::string::npos)
        violation(id + " has neither run nor reached the dead letters");
    }
    for (const auto& id : refused_) {
      if ((inbox + functions).find(id) != std::string::npos)
        violation(id + " was refused and carried out");
    }
    check_objects();
  }

  void check_objects() {
    for (const auto& [key, content] : objects_) {
      if (const auto found = content_of(key); found != content)
        violation(fmt::format("{} holds {}, not {}", key, found, content));
    }
    const auto listed = must("s3", "ListObjectsV2", Object{{"Bucket", "evidence"}});
    if (array_of(listed, "Contents").size() != objects_.size())
      violation("the bucket lists other keys than were put");
  }

  std::set<std::string> sent_, deleted_, invoked_, refused_;
  std::map<std::string, std::string> objects_;
  std::string ran_;
  int ids_ = 0;
};

}  // namespace

Report simulate_services(std::uint64_t seed, int steps) {
  return ServicesWorld(seed).run(steps);
}

}  // namespace tocsin::sim
