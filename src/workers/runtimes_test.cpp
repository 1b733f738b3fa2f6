// SPDX-License-Identifier: Apache-2.0
// Node.js and `provided` runtimes, and layers.
#include "workers/function_testing.hpp"
#include "workers/user_ids.hpp"

namespace tocsin::workers {
namespace {

using testing::Functions;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ZipEntry;

constexpr const char* kNode = R"js(
let count = 0;
exports.handler = async (event, context) => {
  count += 1;
  console.log('got', JSON.stringify(event));
  console.error('two\nlines');
  if (event.mode === 'throw') { const error = new TypeError('boom'); error.code = 'E1'; throw error; }
  if (event.mode === 'string') throw 'words';
  if (event.mode === 'exit') process.exit(7);
  if (event.mode === 'never') return new Promise(() => {});
  if (event.mode === 'circular') { const a = {}; a.a = a; return a; }
  if (event.mode === 'uncaught') { setImmediate(() => { throw new RangeError('late'); }); await new Promise((r) => setTimeout(r, 2000)); }
  return { event, count, stage: process.env.STAGE, id: context.awsRequestId, name: context.functionName,
           left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID };
};
exports.callback = (event, context, callback) => { setTimeout(() => callback(null, 'called'), 10); };
exports.failing = (event, context, callback) => { callback(new Error('no')); };
exports.silent = () => { setTimeout(() => {}, 20); };
exports.sync = () => 'ignored';
exports.legacy = (event, context) => { context.succeed('done'); };
exports.text = 'not a function';
)js";

class Node : public Functions {
 protected:
  void SetUp() override {
    Functions::SetUp();
    if (::access(options_.node.c_str(), X_OK) != 0) GTEST_SKIP() << "Node.js is not installed here";
  }
  Document run(const std::string& handler, const std::string& payload = "{}",
               const std::string& file = "index.js", const std::string& source = kNode) {
    auto made = job({{file, source}}, "nodejs18.x", payload);
    auto& payload_of_job = made.payload.as_object();
    payload_of_job["Handler"] = handler;
    payload_of_job["Generation"] = handler + source;
    payload_of_job["Timeout"] = 10;
    return invoke(made);
  }
  Document error_of(const Document& result) { return *parse_json(text(result, "Payload")); }
};

TEST_F(Node, AnAsyncHandlerAnswers) {
  const auto first = run("index.handler", R"({"a":1})");
  SCOPED_TRACE(to_json(first));
  const auto reply = error_of(first);
  EXPECT_EQ(find(first, "FunctionError"), nullptr);
  EXPECT_EQ(to_json(*find(reply, "event")), R"({"a":1})");
  EXPECT_EQ(text(reply, "stage"), "test");
  EXPECT_EQ(text(reply, "id"), "request-1");
  EXPECT_EQ(text(reply, "name"), "f");
  EXPECT_GT(integer(reply, "left"), 5000);
  EXPECT_EQ(text(reply, "trace"), "Root=1-abc;Parent=def;Sampled=1");
  const auto log = log_of(first);
  EXPECT_THAT(log, HasSubstr("Z\trequest-1\tINFO\tgot {\"a\":1}\n"));
  EXPECT_THAT(log, HasSubstr("Z\trequest-1\tERROR\ttwo\nlines\n"));
  EXPECT_EQ(integer(error_of(run("index.handler")), "count"), 2) << "warm";
}

TEST_F(Node, HandlersMayCallBackOrStaySilent) {
  EXPECT_EQ(text(run("index.callback"), "Payload"), "\"called\"");
  EXPECT_EQ(text(run("index.legacy"), "Payload"), "\"done\"");
  EXPECT_EQ(text(run("index.silent"), "Payload"), "null");
  EXPECT_EQ(text(run("index.sync"), "Payload"), "null");
  EXPECT_EQ(text(run("index.handler", R"({"mode":"never"})"), "Payload"), "null");
  EXPECT_EQ(text(error_of(run("index.failing")), "errorMessage"), "no");
}

TEST_F(Node, ErrorsAreTold) {
  const auto thrown = run("index.handler", R"({"mode":"throw"})");
  EXPECT_EQ(text(thrown, "FunctionError"), "Unhandled");
  EXPECT_EQ(text(error_of(thrown), "errorType"), "TypeError");
  EXPECT_EQ(text(error_of(thrown), "errorMessage"), "boom");
  EXPECT_THAT(to_json(*find(error_of(thrown), "trace")), HasSubstr("/var/task/index.js:"));
  EXPECT_THAT(log_of(thrown), HasSubstr("\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\""));
  EXPECT_EQ(text(run("index.handler", R"({"mode":"string"})"), "Payload"),
            R"({"errorType":"string","errorMessage":"words","trace":[]})");
  EXPECT_EQ(text(error_of(run("index.handler", R"({"mode":"circular"})")), "errorType"),
            "Runtime.MarshalError");
  EXPECT_THAT(text(error_of(run("index.handler", R"({"mode":"exit"})")), "errorMessage"),
              HasSubstr("Runtime exited with error: exit status 7"));
  EXPECT_EQ(text(error_of(run("index.handler", R"({"mode":"uncaught"})")), "errorType"),
            "RangeError");
  EXPECT_EQ(find(run("index.handler"), "FunctionError"), nullptr);
}

TEST_F(Node, InitErrorsAreTold) {
  const auto type = [&](const Document& result) {
    return string_of(error_of(result), "errorType");
  };
  EXPECT_EQ(type(run("absent.handler")), "Runtime.ImportModuleError");
  EXPECT_EQ(type(run("index.absent")), "Runtime.HandlerNotFound");
  EXPECT_EQ(text(error_of(run("index.absent")), "errorMessage"),
            "index.absent is undefined or not exported");
  EXPECT_EQ(type(run("index.text")), "Runtime.HandlerNotFound");
  EXPECT_EQ(type(run("index")), "Runtime.MalformedHandlerName");
  EXPECT_EQ(type(run("index.handler", "{}", "index.js", "exports.handler = (")),
            "Runtime.UserCodeSyntaxError");
  EXPECT_EQ(type(run("index.handler", "{}", "index.js", "require('nosuch')")),
            "Runtime.ImportModuleError");
}

TEST_F(Node, ModulesOfBothKindsWork) {
  const std::string module = "export const handler = async () => import.meta.url;";
  EXPECT_EQ(text(run("index.handler", "{}", "index.mjs", module), "Payload"),
            "\"file:///var/task/index.mjs\"");
  auto made = job({{"package.json", R"({"type":"module"})"}, {"a/index.js", module}}, "nodejs20.x");
  made.payload.as_object()["Handler"] = "a/index.handler";
  EXPECT_EQ(text(invoke(made), "Payload"), "\"file:///var/task/a/index.js\"");
}

TEST_F(Node, TheSdkReachesTheServer) {
  if (!std::filesystem::exists(options_.runtimes_dir / "node/node_modules/aws-sdk"))
    GTEST_SKIP() << "./dev deps has not installed the runtime's packages";
  const std::string third =
      "import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';\n"
      "export const handler = async () => (await new STSClient({}).send(new "
      "GetCallerIdentityCommand({}))).Arn;";
  auto made = job({{"index.mjs", third}}, "nodejs18.x");
  made.payload.as_object()["Timeout"] = 20;
  made.payload.as_object()["MemorySize"] = 256;
  EXPECT_EQ(text(invoke(made), "Payload"), "\"arn:aws:iam::123456789012:root\"");
  EXPECT_THAT(server_.requests(), HasSubstr("Credential=ASIAX/"));
  const std::string second =
      "const AWS = require('aws-sdk');\n"
      "exports.handler = async () => [(await new AWS.STS().getCallerIdentity().promise()).Arn,"
      " new AWS.S3().getSignedUrl('getObject', {Bucket: 'b', Key: 'k'}).split('?')[0]];";
  made = job({{"index.js", second}}, "nodejs16.x");
  made.payload.as_object()["Timeout"] = 20;
  made.payload.as_object()["MemorySize"] = 256;
  EXPECT_EQ(text(invoke(made), "Payload"),
            R"(["arn:aws:iam::123456789012:root","http://127.0.0.1:4566/b/k"])");
}

TEST_F(Functions, LayersLieUnderOptAndOverEachOther) {
  const auto layer = [&](const std::vector<ZipEntry>& files) {
    return store::to_document(*stores_.blobs->put(testing::make_zip(files)));
  };
  Array layers;
  layers.push_back(layer({{"python/tool.py", "WHO = 'first'\n"}, {"data", "one"}}));
  layers.push_back(layer({{"python/tool.py", "WHO = 'second'\n"},
                          {"nodejs/node_modules/tool/index.js", "module.exports = 'node';"},
                          {"nodejs/node_modules/tool/package.json", R"({"main":"index.js"})"}}));
  auto made = job(
      "import tool\ndef handler(event, context): return [tool.WHO, open('/opt/data').read()]\n");
  made.payload.as_object()["Layers"] = layers;
  EXPECT_EQ(text(invoke(made), "Payload"), R"(["second", "one"])");
  auto node =
      job({{"index.mjs", "import tool from 'tool';\nexport const handler = async () => tool;"}},
          "nodejs18.x");
  node.payload.as_object()["Layers"] = layers;
  EXPECT_EQ(text(invoke(node), "Payload"), "\"node\"");
}

constexpr const char* kBootstrap = R"sh(#!/bin/sh
API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
exec /usr/bin/python3 - <<'PY'
import os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(api + "/next") as event:
        request, body = event.headers["Lambda-Runtime-Aws-Request-Id"], event.read()
    answer = b'{"handler":"%s","got":%s}' % (os.environ["_HANDLER"].encode(), body)
    urllib.request.urlopen(urllib.request.Request(f"{api}/{request}/response", answer, method="POST")).read()
PY
)sh";

TEST_F(Functions, AProvidedRuntimeRunsItsBootstrap) {
  const auto made = job({{.path = "bootstrap", .content = kBootstrap, .permissions = 0755}},
                        "provided.al2023", R"({"a":1})");
  EXPECT_EQ(text(invoke(made), "Payload"), R"({"handler":"index.handler","got":{"a":1}})");
  EXPECT_EQ(
      text(invoke(job({{"other", "x"}}, "provided")), "Payload"),
      R"({"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: request-2 Error: )"
      R"(Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"})");
  EXPECT_THAT(string_of(invoke(job({{"bootstrap", "x"}}, "provided")), "Payload"),
              HasSubstr("Error: fork/exec /var/task/bootstrap: permission denied"));
}

TEST_F(Functions, TmpHasTheSizeThatWasAskedFor) {
  auto made =
      job("import os\ndef handler(event, context):\n    s = os.statvfs('/tmp')\n"
          "    return s.f_blocks * s.f_frsize >> 20\n");
  made.payload.as_object()["EphemeralStorage"] = 700;
  EXPECT_EQ(text(invoke(made), "Payload"), "700");
}

TEST(UserIds, ASecondServerGetsOthers) {
  auto first = UserIds::reserve(1'500'000'000, 32);
  const auto second = UserIds::reserve(1'500'000'000, 32);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->first(), 1'500'000'000u);
  EXPECT_GE(second->first(), first->first() + 32);
  *first = UserIds();
  EXPECT_EQ(UserIds::reserve(1'500'000'000, 32)->first(), 1'500'000'000u);
}

}  // namespace
}  // namespace tocsin::workers
