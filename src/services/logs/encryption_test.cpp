// SPDX-License-Identifier: Apache-2.0
// Groups and query results under keys, with a KMS, an S3 and a Lambda that are made here.
#include <future>
#include <gmock/gmock.h>
#include <set>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "core/cloud.hpp"
#include "engines/content/content.hpp"
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

using core::Effect;
using testing::HasSubstr;
using testing::Not;

constexpr auto kKey = "arn:aws:kms:us-east-1:123456789012:key/1111";
constexpr auto kOther = "arn:aws:kms:us-east-1:123456789012:key/2222";
constexpr auto kResults = "arn:aws:logs:us-east-1:123456789012:query-result:*";
constexpr auto kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A data key is sealed by six letters before it, and opens only in its own context.
struct Neighbours {
  std::vector<core::Request> asked;       // of KMS
  std::map<std::string, Error> refuses;   // by key
  std::vector<Document> invoked;          // what functions were given
  std::map<std::string, Document> files;  // bodies, as S3 was given them

  core::Outcome answer(core::Call& call) {
    asked.push_back(call.request());
    const auto key = string_of(call.params(), "KeyId");
    if (const auto error = refuses.find(key); error != refuses.end()) return error->second;
    const auto context = to_json(object_of(call.params(), "EncryptionContext"));
    if (call.request().operation == "GenerateDataKey") {
      const auto made = call.new_bytes(32);
      return Object{{"CiphertextBlob", base64("sealed" + made + context)},
                    {"Plaintext", base64(made)},
                    {"KeyId", key}};
    }
    const auto sealed = *unbase64(text(call.params(), "CiphertextBlob"));
    if (sealed.substr(38) != context) return fail("InvalidCiphertextException", "");
    return Object{{"Plaintext", base64(sealed.substr(6, 32))}, {"KeyId", key}};
  }

  void add_to(core::Registry& registry) {
    const auto none = [](core::Call&) { return std::vector<core::Access>(); };
    const auto kms = [this](core::Call& call) { return answer(call); };
    const auto put = [this](core::Call& call) -> core::Outcome {
      if (const auto* body = find(call.params(), "Body"))
        files[string_of(call.params(), "Key")] = *body;
      return Object{};
    };
    const auto invoke = [this](core::Call& call) -> core::Outcome {
      if (const auto* payload = find(call.params(), "Payload")) {
        const auto event = *parse_json(*unbase64(*call.open(*payload)));
        const auto data = *unbase64(text(object_of(event, "awslogs"), "data"));
        invoked.push_back(*parse_json(*gunzip(data, 1 << 20)));
      }
      return Object{{"StatusCode", 202}};
    };
    registry.add(
        {"kms",
         "kms",
         {{"GenerateDataKey", Effect::Write, kms, none}, {"Decrypt", Effect::Read, kms, none}}});
    registry.add(
        {"s3", "s3", {{"PutObject", Effect::Write, put}, {"GetBucketAcl", Effect::Write, put}}});
    registry.add({"lambda", "lambda", {{"Invoke", Effect::Write, invoke}}});
    register_logs(registry);
  }
};

/// Blobs that remember what was written, piece by piece.
class Watched : public store::Blobs {
 public:
  explicit Watched(std::unique_ptr<store::Blobs> under) : under_(std::move(under)) {}
  Result<std::unique_ptr<store::BlobWriter>> create() override {
    return std::make_unique<Writer>(TRY(under_->create()), written);
  }
  Result<std::unique_ptr<store::BlobReader>> open(const store::BlobRef& ref) const override {
    return under_->open(ref);
  }
  void list(const Visit& visit) const override { under_->list(visit); }
  Result<void> erase(const std::string& name, Time after) override {
    return under_->erase(name, after);
  }
  std::string written;

 private:
  class Writer : public store::BlobWriter {
   public:
    Writer(std::unique_ptr<store::BlobWriter> under, std::string& written)
        : under_(std::move(under)), written_(written) {}
    Result<void> write(std::string_view bytes) override {
      written_ += bytes;
      return under_->write(bytes);
    }
    Result<store::BlobRef> finish() override { return under_->finish(); }

   private:
    std::unique_ptr<store::BlobWriter> under_;
    std::string& written_;
  };
  std::unique_ptr<store::Blobs> under_;
};

store::Stores watched(Watched*& blobs) {
  auto stores = store::in_memory();
  auto watching = std::make_unique<Watched>(std::move(stores.blobs));
  blobs = watching.get();
  stores.blobs = std::move(watching);
  return stores;
}

/// Whether a text stands anywhere in the state: as it is, or in base64 from some place on.
bool stands_in(const store::View& state, std::string_view plain) {
  const auto coded = base64(plain.substr(0, plain.size() / 3 * 3));
  bool found = false;
  state.scan("", std::string(8, '\xff'), store::Direction::Forward,
             [&](auto, std::string_view row) {
               return !(found |= row.contains(plain) || row.contains(coded));
             });
  return found;
}

class LogsEncryption : public testing::Test {
 protected:
  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("logs", operation, std::move(params));
  }
  static std::string said(const Result<Document>& result) {
    return result ? "" : result.error().code + ": " + result.error().message;
  }
  std::string associate(std::string_view key, std::string_view group = "g") {
    return said(call("AssociateKmsKey", {{"logGroupName", group}, {"kmsKeyId", key}}));
  }
  std::string make(std::string_view group, Object more = {}) {
    more["logGroupName"] = group;
    const auto made = call("CreateLogGroup", std::move(more));
    if (made) (void)call("CreateLogStream", {{"logGroupName", group}, {"logStreamName", "s"}});
    return said(made);
  }
  std::string put(std::string_view message, std::string_view group = "g") {
    return said(call(
        "PutLogEvents",
        {{"logGroupName", group},
         {"logStreamName", "s"},
         {"logEvents", Array{Object{{"timestamp", to_ms(cloud.now())}, {"message", message}}}}}));
  }
  std::string get(std::string_view operation = "GetLogEvents") {
    Object params{{"logGroupName", "g"}};
    if (operation == "GetLogEvents") params["logStreamName"] = "s";
    const auto page = call(operation, std::move(params));
    if (!page) return said(page);
    std::string out;
    for (const auto& event : array_of(*page, "events"))
      out.append(text(event, "message")).append(" ");
    return out;
  }
  Result<Document> query() {
    return call("StartQuery", {{"logGroupName", "g"},
                               {"queryString", "fields @message"},
                               {"startTime", to_ms(cloud.now()) / 1000 - 3600},
                               {"endTime", to_ms(cloud.now()) / 1000 + 3600}});
  }
  std::string found(const Result<Document>& started) {
    const auto reply = call("GetQueryResults", {{"queryId", text(*started, "queryId")}});
    if (!reply) return said(reply);
    std::string out(text(*reply, "status"));
    for (const auto& row : array_of(*reply, "results"))
      out.append(" ").append(text(row.as_array()[0], "value"));
    return out;
  }
  /// Of the state and of all that was written to blobs.
  bool lies_open(std::string_view plain) {
    return stands_in(*cloud.stores().state->snapshot(), plain) || blobs->written.contains(plain);
  }
  void serve_jobs() {
    cloud.on_job("logs.query", [this](const core::Job& job) -> Result<Document> {
      if (stops_query(job.payload)) return Document();
      auto run =
          TRY(QueryRun::open(cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload));
      return run->advance([] { return false; });
    });
    cloud.on_job("logs.export", [this](const core::Job& job) {
      return write_export(*cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload);
    });
  }
  std::vector<std::string> operations() {
    std::vector<std::string> names;
    for (const auto& request : others.asked)
      names.push_back(request.operation);
    others.asked.clear();
    return names;
  }

  Neighbours others;
  Watched* blobs = nullptr;
  core::TestCloud cloud{[this](core::Registry& registry) { others.add_to(registry); },
                        watched(blobs)};
};

TEST_F(LogsEncryption, AGroupUnderAKeyHidesItsEvents) {
  EXPECT_EQ(make("g", {{"kmsKeyId", kKey}}), "");
  ASSERT_EQ(others.asked.size(), 1u);
  EXPECT_EQ(others.asked[0].operation, "GenerateDataKey");
  EXPECT_EQ(others.asked[0].credential.service, "logs.us-east-1.amazonaws.com");
  EXPECT_EQ(to_json(object_of(others.asked[0].params, "EncryptionContext")),
            R"({"aws:logs:arn":"arn:aws:logs:us-east-1:123456789012:log-group:g"})");
  const auto group = array_of(*call("DescribeLogGroups", {}), "logGroups").at(0);
  EXPECT_EQ(text(group, "kmsKeyId"), kKey);

  EXPECT_EQ(put("the first secret"), "");
  const auto long_one = "the long secret" + std::string(40'000, 'x');
  EXPECT_EQ(put(long_one), "");
  EXPECT_EQ(get(), "the first secret " + long_one + " ");
  EXPECT_EQ(get("FilterLogEvents"), "the first secret " + long_one + " ");
  EXPECT_FALSE(lies_open("the first secret"));
  EXPECT_FALSE(lies_open("the long secret"));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(LogsEncryption, WhatCameBeforeOrUnderAnotherKeyStaysReadable) {
  EXPECT_EQ(make("g"), "");
  EXPECT_EQ(put("before"), "");
  EXPECT_EQ(associate(kKey), "");
  EXPECT_EQ(put("under-one"), "");
  EXPECT_EQ(associate(kOther), "");
  EXPECT_EQ(put("under-two"), "");
  ASSERT_TRUE(call("DisassociateKmsKey", {{"logGroupName", "g"}}));
  EXPECT_EQ(put("after"), "");
  EXPECT_EQ(get(), "before under-one under-two after ");
  EXPECT_TRUE(lies_open("before"));
  EXPECT_FALSE(lies_open("under-one"));
  EXPECT_FALSE(lies_open("under-two"));
  EXPECT_TRUE(lies_open("after"));
  const auto group = array_of(*call("DescribeLogGroups", {}), "logGroups").at(0);
  EXPECT_FALSE(find(group, "kmsKeyId"));
  // A key that was there before has its data key already: KMS is only asked whether it opens.
  operations();
  EXPECT_EQ(associate(kKey), "");
  EXPECT_EQ(operations(), std::vector<std::string>{"Decrypt"});
  others.refuses[kOther] = {"DisabledException", "key 2222 is disabled."};
  EXPECT_THAT(get(), HasSubstr("DisabledException"));
}

TEST_F(LogsEncryption, RowsAreGatheredUnderTheKeyTheyLieUnder) {
  EXPECT_EQ(make("g"), "");
  std::string all;
  const auto put_some = [&](std::string_view name, int count) {
    for (int i = 0; i < count; ++i) {
      const auto message = std::string(name) + std::to_string(i);
      EXPECT_EQ(put(message), "");
      all += message + " ";
    }
  };
  put_some("plain", 30);
  EXPECT_EQ(associate(kKey), "");
  operations();
  put_some("hidden", 120);
  EXPECT_EQ(operations(), std::vector<std::string>{"Decrypt"});  // one for five minutes
  EXPECT_THAT(blobs->written, HasSubstr("plain29"));             // gathered
  EXPECT_THAT(blobs->written, Not(HasSubstr("hidden")));
  EXPECT_FALSE(lies_open("hidden7"));
  EXPECT_EQ(get(), all);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(LogsEncryption, AKeyThatKmsRefusesIsRefused) {
  EXPECT_EQ(make("g", {{"kmsKeyId", kKey}}), "");
  EXPECT_EQ(put("one"), "");
  others.refuses[kKey] = {"DisabledException", kKey + std::string(" is disabled.")};
  const auto disabled =
      "InvalidParameterException: " + std::string(kKey) +
      " is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)";
  EXPECT_EQ(put("two"), "");  // with the data key that was opened a moment ago
  EXPECT_EQ(get(), disabled);
  EXPECT_EQ(get("FilterLogEvents"), disabled);
  EXPECT_EQ(said(query()), disabled);
  EXPECT_EQ(
      said(call(
          "CreateExportTask",
          {{"logGroupName", "g"}, {"from", 0}, {"to", to_ms(cloud.now())}, {"destination", "b"}})),
      disabled);
  cloud.advance(std::chrono::minutes(5));
  EXPECT_EQ(put("three"), disabled);
  others.refuses[kKey] = {"AccessDeniedException", "no", 400};
  const auto denied =
      "AccessDeniedException: The specified KMS key does not exist or is not allowed to be used "
      "with Arn 'arn:aws:logs:us-east-1:123456789012:log-group:g'";
  EXPECT_EQ(put("three"), denied);
  EXPECT_EQ(get(), denied);
  others.refuses.clear();
  EXPECT_EQ(get(), "one two ");
}

TEST_F(LogsEncryption, AssociationsAreCheckedAsAWSDoes) {
  EXPECT_EQ(make("g"), "");
  const std::string unknown =
      "InvalidParameterException: The specified KMS Key Id could not be found. 'g'";
  EXPECT_EQ(associate("1111"), unknown);
  EXPECT_EQ(associate("arn:aws:kms:us-east-1:123456789012:alias/a"), unknown);
  others.refuses[kKey] = {"NotFoundException", "no such key"};
  EXPECT_EQ(associate(kKey), unknown);
  EXPECT_EQ(make("new", {{"kmsKeyId", kKey}}),
            "InvalidParameterException: The specified KMS Key Id could not be found. 'new'");
  others.refuses[kKey] = {"AccessDeniedException", "no", 400};
  EXPECT_THAT(associate(kKey), HasSubstr("AccessDeniedException: The specified KMS key does not "
                                         "exist or is not allowed to be used with Arn"));
  EXPECT_EQ(associate(kOther, "none"),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(said(call("AssociateKmsKey", {{"kmsKeyId", kOther}})),
            "InvalidParameterException: Exactly one of logGroupName and resourceIdentifier must be "
            "specified.");
  EXPECT_EQ(said(call("DisassociateKmsKey", {{"resourceIdentifier", "arn:aws:s3:::b"}})),
            "InvalidParameterException: The specified resource identifier is invalid. "
            "'arn:aws:s3:::b'");
  EXPECT_EQ(said(call("AssociateKmsKey",
                      {{"resourceIdentifier", "arn:aws:logs:us-east-1:123456789012:log-group:g"},
                       {"kmsKeyId", kOther}})),
            "");
}

TEST_F(LogsEncryption, SubscriptionsAndMetricFiltersSeeTheEvents) {
  EXPECT_EQ(make("g", {{"kmsKeyId", kKey}}), "");
  ASSERT_TRUE(call("PutSubscriptionFilter", {{"logGroupName", "g"},
                                             {"filterName", "f"},
                                             {"filterPattern", "secret"},
                                             {"destinationArn", kFunction}}));
  EXPECT_EQ(put("a secret for f"), "");
  ASSERT_EQ(others.invoked.size(), 1u);
  EXPECT_EQ(text(array_of(others.invoked[0], "logEvents").at(0), "message"), "a secret for f");
  EXPECT_FALSE(lies_open("a secret for f"));
}

TEST_F(LogsEncryption, QueriesReadItAndHideTheirResults) {
  serve_jobs();
  EXPECT_EQ(make("g", {{"kmsKeyId", kKey}}), "");
  EXPECT_EQ(put("a secret of g"), "");
  const auto started = query();
  ASSERT_TRUE(started) << said(started);
  EXPECT_EQ(found(started), "Complete a secret of g");
  EXPECT_FALSE(lies_open("a secret of g"));
}

TEST_F(LogsEncryption, TheResultsOfAnAccountsQueriesHaveAKeyOfTheirOwn) {
  serve_jobs();
  EXPECT_EQ(make("g"), "");
  EXPECT_EQ(put("an open event"), "");
  ASSERT_TRUE(call("AssociateKmsKey", {{"resourceIdentifier", kResults}, {"kmsKeyId", kOther}}));
  blobs->written.clear();
  const auto started = query();
  EXPECT_EQ(found(started), "Complete an open event");
  EXPECT_EQ(
      text(*call("GetQueryResults", {{"queryId", text(*started, "queryId")}}), "encryptionKey"),
      kOther);
  EXPECT_EQ(others.asked.back().credential.source_arn, kResults);
  EXPECT_THAT(blobs->written, Not(HasSubstr("an open event")));
  others.refuses[kOther] = {"AccessDeniedException", "no", 400};
  EXPECT_THAT(found(started), HasSubstr("AccessDeniedException: The specified KMS key"));
  EXPECT_THAT(said(query()), HasSubstr("AccessDeniedException"));
  ASSERT_TRUE(call("DisassociateKmsKey", {{"resourceIdentifier", kResults}}));
  EXPECT_EQ(found(query()), "Complete an open event");
}

TEST_F(LogsEncryption, ExportsAreHandedToS3Encrypted) {
  serve_jobs();
  EXPECT_EQ(make("g", {{"kmsKeyId", kKey}}), "");
  EXPECT_EQ(put("a secret to export"), "");
  ASSERT_TRUE(
      call("CreateExportTask",
           {{"logGroupName", "g"}, {"from", 0}, {"to", to_ms(cloud.now())}, {"destination", "b"}}));
  ASSERT_EQ(others.files.size(), 2u);  // with the test of the bucket
  const auto& body = others.files.begin()->second;
  const auto bytes = *cloud.stores().blobs->get(*store::blob_ref(body));
  EXPECT_FALSE(gunzip(bytes, 1 << 20));
  const core::Secrets secrets(std::string(32, 't'));
  const auto key =
      content::unwrap(secrets.derive(content::kLabel, content::kKeyBytes), text(body, "key"));
  ASSERT_TRUE(key);
  const auto packed = content::crypt(*key, bytes);
  EXPECT_THAT(*gunzip(packed, 1 << 20), HasSubstr("a secret to export"));
  EXPECT_EQ(text(body, "md5"), tocsin::hex(md5(packed)));
}

/// The real driver, whose callers put long events into blobs before they enter the log.
class Driven : public testing::Test {
 protected:
  Driven() {
    core::Registry registry;
    registry.set_authorizer(core::allow_all());
    others.add_to(registry);
    auto stores = watched(blobs);
    log = stores.log.get();
    state = stores.state.get();
    cloud = *core::Cloud::open({}, std::move(registry), std::move(stores),
                               core::Secrets(std::string(32, 't')));
    cloud->start();
  }
  ~Driven() override { cloud->stop(); }

  Result<Document> call(std::string_view operation, Object params) {
    core::Request request{.id = "r" + std::to_string(++requests),
                          .service = "logs",
                          .operation = std::string(operation),
                          .params = std::move(params),
                          .scope = {AccountId(), "us-east-1"},
                          .credential = {.kind = core::Credential::Kind::Key}};
    std::promise<Result<Document>> reply;
    cloud->call(std::move(request), [&](Result<Document> got) { reply.set_value(std::move(got)); });
    return reply.get_future().get();
  }
  void put(std::string_view group, std::string_view word, int count) {
    Array events;
    for (int i = 0; i < count; ++i)
      events.push_back(Object{{"timestamp", to_ms(wall_now())},
                              {"message", std::string(word) + " " + std::to_string(i)}});
    const auto done =
        call("PutLogEvents",
             {{"logGroupName", group}, {"logStreamName", "s"}, {"logEvents", std::move(events)}});
    ASSERT_TRUE(done) << done.error().message;
  }
  void make(std::string_view group, Object more) {
    more["logGroupName"] = group;
    ASSERT_TRUE(call("CreateLogGroup", std::move(more)));
    ASSERT_TRUE(call("CreateLogStream", {{"logGroupName", group}, {"logStreamName", "s"}}));
  }
  bool lies_open(std::string_view plain) {
    bool found = stands_in(*state->snapshot(), plain) || blobs->written.contains(plain);
    EXPECT_TRUE(log->read(log->first(), [&](std::uint64_t, std::string_view entry) {
      found |= entry.contains(plain) || entry.contains(base64(plain));
      return Result<void>();
    }));
    return found;
  }

  Neighbours others;
  Watched* blobs = nullptr;
  store::Log* log = nullptr;
  store::State* state = nullptr;
  std::unique_ptr<core::Cloud> cloud;
  int requests = 0;
};

TEST_F(Driven, NeitherLogNorBlobsNorStateShowTheEventsOfAGroupUnderAKey) {
  make("open", {});
  make("g", {{"kmsKeyId", kKey}});
  put("open", "public words", 1);
  put("open", "public crowd", 2'000);
  EXPECT_TRUE(lies_open("public words"));
  EXPECT_TRUE(lies_open("public crowd"));
  put("g", "secret words", 1);
  put("g", "secret crowd", 2'000);  // too long for the log
  EXPECT_FALSE(lies_open("secret words"));
  EXPECT_FALSE(lies_open("secret crowd"));
  const auto written = blobs->written.size();
  const auto page = call("GetLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(array_of(*page, "events").size(), 2'001u);
  EXPECT_EQ(blobs->written.size(), written);  // the blob stayed as it came
}

}  // namespace
}  // namespace tocsin::logs
