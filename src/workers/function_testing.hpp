// SPDX-License-Identifier: Apache-2.0
// A function worker with an API that always says who one is.
#pragma once

#include <gmock/gmock.h>
#include <sstream>

#include "workers/function_worker.hpp"
#include "workers/test_support.hpp"

namespace tocsin::workers::testing {

inline bool sandbox_works() {
  static const bool works =
      std::system("bwrap --unshare-all --ro-bind / / /bin/true >/dev/null 2>&1") == 0;
  return works;
}

/// What STS answers.
inline const std::string kIdentity =
    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn>"
    "<UserId>123456789012</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

class Functions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox_works()) GTEST_SKIP() << "bubblewrap cannot make a sandbox here";
    options_.work_dir = folder_.path() / "work";
    options_.runtimes_dir = std::filesystem::path(TOCSIN_SOURCE_DIR) / "runtimes";
    options_.endpoint = server_.address();
    options_.max_processes = 24;
    restart();
  }

  void restart() {
    worker_.reset();
    worker_ = std::make_unique<FunctionWorker>(*stores_.blobs, options_);
    worker_->start();
  }

  core::Job job(const std::string& source, const std::string& payload = "{}") {
    return job({{"index.py", source}}, "python3.11", payload);
  }
  core::Job job(const std::vector<ZipEntry>& files, const std::string& runtime,
                const std::string& payload = "{}") {
    const auto ref = stores_.blobs->put(make_zip(files));
    const auto id = "request-" + std::to_string(++count_);
    return {
        id, "function.invoke",
        Object{{"FunctionArn", "arn:aws:lambda:us-east-1:123456789012:function:f"},
               {"FunctionName", "f"},
               {"FunctionVersion", "$LATEST"},
               {"Generation", ref->sha256},
               {"Code", store::to_document(*ref)},
               {"Runtime", runtime},
               {"Handler", "index.handler"},
               {"MemorySize", 128},
               {"Timeout", 3},
               {"Environment", Object{{"STAGE", "test"}}},
               {"Payload", payload},
               {"RequestId", id},
               {"TraceId", "Root=1-abc;Parent=def;Sampled=1"},
               {"Region", "us-east-1"},
               {"AccountId", "123456789012"},
               {"Credentials",
                Object{{"AccessKeyId", "ASIAX"}, {"SecretAccessKey", "s"}, {"SessionToken", "t"}}},
               {"LogGroup", "/aws/lambda/f"},
               {"LogStreamPrefix", "2026/11/24/[$LATEST]"}},
        "cause"};
  }

  Document invoke(const std::string& source, const std::string& payload = "{}") {
    return invoke(job(source, payload));
  }
  Document invoke(core::Job job) {
    auto result = carry(*worker_, std::move(job));
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *result : Document();
  }

  std::string log_of(const Document& result) {
    std::string out;
    for (const auto& event : array_of(result, "Log"))
      out += text(event, "message");
    const auto ref = store::blob_ref(*find(result, "Log"));
    if (!ref) return out;
    std::istringstream lines(*stores_.blobs->get(*ref));
    for (std::string line; std::getline(lines, line);) {
      out += text(*parse_json(line), "message");
    }
    return out;
  }

  TemporaryFolder folder_;
  store::Stores stores_ = store::in_memory();
  TinyServer server_{
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: " +
      std::to_string(kIdentity.size()) + "\r\n\r\n" + kIdentity};
  FunctionOptions options_;
  std::unique_ptr<FunctionWorker> worker_;
  int count_ = 0;
};

}  // namespace tocsin::workers::testing
