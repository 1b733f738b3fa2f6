// SPDX-License-Identifier: Apache-2.0
// Export tasks, to an S3 that is made here.

#include "base/gzip.hpp"
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

using core::Effect;

struct Bucket {
  std::map<std::string, std::string> objects;
  std::string caller, source, refuse;
};

std::string opened(std::string_view packed) {
  return gunzip(packed, 4 << 20).value_or("<no gzip>");
}

void register_all(core::Registry& registry, const std::shared_ptr<Bucket>& bucket) {
  const auto operation = [bucket](core::Call& call) -> core::Outcome {
    bucket->caller = call.principal().service;
    bucket->source = call.request().credential.source_arn;
    if (call.request().operation == bucket->refuse)
      return fail("AccessDenied", "Access Denied", 403);
    if (call.request().operation == "PutObject")
      bucket->objects[string_of(call.params(), "Key")] =
          TRY(call.blob(*store::blob_ref(*find(call.params(), "Body"))));
    return Object{};
  };
  registry.add(core::Service{
      "s3",
      "s3",
      {{"PutObject", Effect::Write, operation}, {"GetBucketAcl", Effect::Write, operation}}});
  register_logs(registry);
}

class Exports : public LogsTest {
 protected:
  Exports() : Exports(std::make_shared<Bucket>()) {}
  explicit Exports(const std::shared_ptr<Bucket>& made)
      : LogsTest([made](core::Registry& registry) { register_all(registry, made); }), bucket(made) {
    make_group("g");
    make_stream("g", "web/1");
    make_stream("g", "db");
    put("g", "web/1",
        {{1'789'999'999'500, "first"}, {now_ms(), "second\n"}, {now_ms() + 5, "late"}});
    put("g", "db", {{now_ms(), "of db"}});
  }
  Result<Document> create(Object params = {}) {
    params["logGroupName"] = "g";
    params["destination"] = "b";
    params.emplace("from", 0);
    params.emplace("to", now_ms());
    return call("CreateExportTask", std::move(params));
  }
  Document task(const Result<Document>& made) {
    return array_of(*call("DescribeExportTasks", {{"taskId", text(*made, "taskId")}}),
                    "exportTasks")
        .at(0);
  }
  std::shared_ptr<Bucket> bucket;
};

TEST_F(Exports, WriteAFileForEachStream) {
  serve_jobs();
  const auto made = create({{"taskName", "t"}});
  ASSERT_TRUE(made) << error(made);
  const std::string folder = "exportedlogs/" + string_of(*made, "taskId") + "/";
  ASSERT_EQ(bucket->objects.size(), 3);
  EXPECT_EQ(bucket->objects["exportedlogs/aws-logs-write-test"], "Permission Check Successful");
  EXPECT_EQ(
      opened(bucket->objects[folder + "web-1/000000.gz"]),
      iso8601_ms(from_ms(1'789'999'999'500)) + " first\n" + iso8601_ms(cloud.now()) + " second\n");
  EXPECT_EQ(opened(bucket->objects[folder + "db/000000.gz"]), iso8601_ms(cloud.now()) + " of db\n");
  EXPECT_EQ(bucket->caller, "logs.us-east-1.amazonaws.com");
  EXPECT_EQ(bucket->source, "arn:aws:logs:us-east-1:123456789012:log-group:g:*");
  const auto told = task(made);
  EXPECT_EQ(text(object_of(told, "status"), "code"), "COMPLETED");
  EXPECT_EQ(text(told, "taskName"), "t");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Exports, TakeAPrefixAndAFolder) {
  serve_jobs();
  ASSERT_TRUE(create({{"logStreamNamePrefix", "d"}, {"destinationPrefix", "x/"}}));
  EXPECT_EQ(bucket->objects.size(), 2);
  EXPECT_TRUE(bucket->objects.contains("x/aws-logs-write-test"));
}

TEST_F(Exports, NeedTheBucketsPermission) {
  for (const auto* operation : {"GetBucketAcl", "PutObject"}) {
    bucket->refuse = operation;
    EXPECT_EQ(error(create()), "InvalidParameterException: " + std::string(operation) +
                                   " call on the given bucket failed. Please check if CloudWatch "
                                   "Logs has been granted permission to perform this operation.");
  }
}

TEST_F(Exports, RunOneAtATimeAndCanBeCancelled) {
  const auto made = create();
  ASSERT_TRUE(made);
  EXPECT_EQ(error(create()), "LimitExceededException: Resource limit exceeded.");
  EXPECT_EQ(text(object_of(task(made), "status"), "code"), "PENDING");
  ASSERT_TRUE(call("CancelExportTask", {{"taskId", text(*made, "taskId")}}));
  EXPECT_EQ(text(object_of(task(made), "status"), "code"), "CANCELLED");
  EXPECT_TRUE(error(call("CancelExportTask", {{"taskId", text(*made, "taskId")}}))
                  .starts_with("InvalidOperationException"));
  EXPECT_TRUE(
      error(call("CancelExportTask", {{"taskId", "x"}})).starts_with("ResourceNotFoundException"));
  serve_jobs();
  const auto job = cloud.outstanding().front().job;
  cloud.finish(job.id,
               write_export(*cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload));
  EXPECT_EQ(text(object_of(task(made), "status"), "code"), "CANCELLED");
  EXPECT_EQ(bucket->objects.size(), 1);
}

TEST_F(Exports, FailWhereAFileIsRefused) {
  const auto made = create();
  bucket->refuse = "PutObject";
  const auto job = cloud.outstanding().front().job;
  cloud.finish(job.id,
               write_export(*cloud.stores().state->snapshot(), *cloud.stores().blobs, job.payload));
  EXPECT_EQ(text(object_of(task(made), "status"), "code"), "FAILED");
  EXPECT_EQ(text(object_of(task(made), "status"), "message"), "Access Denied");
}

TEST_F(Exports, AreRefusedWithoutAGroupOrARange) {
  EXPECT_EQ(error(create({{"from", 10}, {"to", 5}})),
            "InvalidParameterException: The specified time range is invalid: from must not be "
            "later than to.");
  EXPECT_EQ(error(call("CreateExportTask",
                       {{"logGroupName", "none"}, {"from", 0}, {"to", 5}, {"destination", "b"}})),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(error(call("DescribeExportTasks", {{"taskId", "x"}, {"statusCode", "FAILED"}})),
            "InvalidParameterException: taskId and statusCode cannot both be specified.");
}

TEST_F(Exports, AreDescribedNewestFirst) {
  serve_jobs();
  for (const auto* name : {"one", "two", "three"}) {
    ASSERT_TRUE(create({{"taskName", name}}));
    cloud.advance(std::chrono::seconds(1));
  }
  std::string told;
  Object params{{"limit", 2}};
  for (bool more = true; more;) {
    const auto page = call("DescribeExportTasks", params);
    for (const auto& each : array_of(*page, "exportTasks"))
      told.append(text(each, "taskName")).append(" ");
    more = find(*page, "nextToken");
    if (more) params["nextToken"] = text(*page, "nextToken");
  }
  EXPECT_EQ(told, "three two one ");
}

}  // namespace
}  // namespace tocsin::logs
