// SPDX-License-Identifier: Apache-2.0
#include "workers/function_worker.hpp"

#include "workers/function_testing.hpp"

namespace tocsin::workers {
namespace {

using testing::carry;
using testing::Functions;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kEcho = R"py(
import json, logging, os, sys
print("loading")
count = 0
def handler(event, context):
    global count
    count += 1
    print("got", json.dumps(event))
    logging.getLogger().warning("two\nlines")
    return {"event": event, "count": count, "stage": os.environ["STAGE"],
            "id": context.aws_request_id, "trace": os.environ["_X_AMZN_TRACE_ID"], "stream": context.log_stream_name,
            "left": context.get_remaining_time_in_millis(), "uid": os.getuid(), "pid": os.getpid()}
)py";

TEST_F(Functions, RunsAndIsReusedWarm) {
  const auto first = invoke(kEcho, R"({"a":1})");
  const auto reply = *parse_json(text(first, "Payload"));
  EXPECT_EQ(find(first, "FunctionError"), nullptr);
  EXPECT_EQ(to_json(*find(reply, "event")), R"({"a":1})");
  EXPECT_EQ(text(reply, "stage"), "test");
  EXPECT_EQ(text(reply, "id"), "request-1");
  EXPECT_EQ(text(reply, "trace"), "Root=1-abc;Parent=def;Sampled=1");
  EXPECT_EQ(text(reply, "stream"), text(first, "LogStream"));
  EXPECT_THAT(string_of(first, "LogStream"), MatchesRegex("2026/11/24/\\[.LATEST\\][0-9a-f]{32}"));
  EXPECT_GT(integer(reply, "left"), 2000);
  EXPECT_NE(integer(reply, "uid"), 0);
  const auto log = log_of(first);
  EXPECT_THAT(
      log,
      ::testing::StartsWith(
          "loading\nSTART RequestId: request-1 Version: $LATEST\ngot {\"a\": 1}\n[WARNING]\t"));
  EXPECT_THAT(log, HasSubstr("Z\trequest-1\ttwo\nlines\nEND RequestId: request-1\n"
                             "REPORT RequestId: request-1\tDuration: "));
  EXPECT_THAT(log, HasSubstr("\tInit Duration: "));
  EXPECT_EQ(unbase64(text(first, "LogTail")), log);
  EXPECT_GT(integer(first, "MaxMemoryMb"), 5);

  const auto second = invoke(kEcho);
  EXPECT_EQ(integer(*parse_json(text(second, "Payload")), "count"), 2);
  EXPECT_EQ(find(second, "InitMs"), nullptr);
  EXPECT_EQ(text(second, "LogStream"), text(first, "LogStream"));
  EXPECT_THAT(log_of(second), Not(HasSubstr("loading")));

  auto other = job(kEcho);
  other.payload.as_object()["Generation"] = "another";
  EXPECT_EQ(integer(*parse_json(text(invoke(other), "Payload")), "count"), 1);
}

TEST_F(Functions, TellsExceptionsAsLambdaDoes) {
  const auto result = invoke("def handler(event, context):\n    raise ValueError('boom')\n");
  EXPECT_EQ(text(result, "FunctionError"), "Unhandled");
  const auto error = *parse_json(text(result, "Payload"));
  EXPECT_EQ(text(error, "errorMessage"), "boom");
  EXPECT_EQ(text(error, "errorType"), "ValueError");
  EXPECT_EQ(text(error, "requestId"), "request-1");
  EXPECT_EQ(
      to_json(array_of(error, "stackTrace")),
      R"(["  File \"/var/task/index.py\", line 2, in handler\n    raise ValueError('boom')\n"])");
  EXPECT_THAT(log_of(result),
              HasSubstr("[ERROR] ValueError: boom\nTraceback (most recent call last):\n"));
}

TEST_F(Functions, TellsInitErrorsAsLambdaDoes) {
  const auto payload_of = [&](const std::string& source, const char* handler = "index.handler") {
    auto bad = job(source);
    bad.payload.as_object()["Handler"] = handler;
    return *parse_json(text(invoke(bad), "Payload"));
  };
  auto error = payload_of("import nosuch\n");
  EXPECT_EQ(text(error, "errorType"), "Runtime.ImportModuleError");
  EXPECT_EQ(text(error, "errorMessage"),
            "Unable to import module 'index': No module named 'nosuch'");
  error = payload_of("x = 1\n");
  EXPECT_EQ(text(error, "errorType"), "Runtime.HandlerNotFound");
  EXPECT_EQ(text(error, "errorMessage"), "Handler 'handler' missing on module 'index'");
  error = payload_of("x = = 1\n");
  EXPECT_EQ(text(error, "errorType"), "Runtime.UserCodeSyntaxError");
  error = payload_of("raise KeyError('k')\n");
  EXPECT_EQ(text(error, "errorType"), "KeyError");
  error = payload_of("import os\nos._exit(3)\n");
  EXPECT_EQ(text(error, "errorType"), "Runtime.ExitError");
}

constexpr const char* kModes = R"py(
import os, sys, threading, time
def handler(event, context):
    mode = event.get("mode")
    if mode == "exit": os._exit(7)
    if mode == "sleep": time.sleep(60)
    if mode == "eat":
        kept = [bytearray(b"x" * (8 << 20)) for _ in range(1000)]
    if mode == "bomb":
        children = []
        try:
            for _ in range(2000):
                child = os.fork()
                if child == 0:
                    time.sleep(60)
                    os._exit(0)
                children.append(child)
        except OSError as error:
            return {"children": len(children), "error": error.errno}
        return {"children": len(children)}
    if mode == "flood":
        line = "y" * 1000
        for _ in range(5000): print(line)
    if mode == "child":
        if os.fork() == 0: return "child"
        os.wait()
    if mode == "later":
        threading.Timer(0.05, lambda: os._exit(1)).start()
    if mode == "large": return "z" * 7000000
    return "fine"
)py";

TEST_F(Functions, SurvivesAProcessThatEndsInTheMiddle) {
  const auto result = invoke(kModes, R"({"mode":"exit"})");
  EXPECT_EQ(text(result, "FunctionError"), "Unhandled");
  const auto error = *parse_json(text(result, "Payload"));
  EXPECT_EQ(text(error, "errorType"), "Runtime.ExitError");
  EXPECT_EQ(text(error, "errorMessage"),
            "RequestId: request-1 Error: Runtime exited with error: exit status 7");
  EXPECT_EQ(text(invoke(kModes), "Payload"), "\"fine\"");
}

TEST_F(Functions, NoEventIsLostToAProcessThatEndsWhileItIsIdle) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(text(invoke(kModes, R"({"mode":"later"})"), "Payload"), "\"fine\"");
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 10 * i));
    const auto next = invoke(kModes);
    // It may have been under way when the process ended; it must not hang.
    if (!find(next, "FunctionError")) {
      EXPECT_EQ(text(next, "Payload"), "\"fine\"");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
}

TEST_F(Functions, EndsWhatRunsForTooLong) {
  auto slow = job(kModes, R"({"mode":"sleep"})");
  slow.payload.as_object()["Timeout"] = 1;
  const auto result = invoke(slow);
  EXPECT_EQ(text(result, "Payload"),
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: request-1 Error: "
            "Task timed out after 1.00 seconds\"}");
  EXPECT_EQ(integer(result, "BilledMs"), 1000);
  EXPECT_THAT(log_of(result), HasSubstr("request-1 Task timed out after 1.00 seconds\n"));
  EXPECT_EQ(text(invoke(kModes), "Payload"), "\"fine\"");
}

TEST_F(Functions, EndsWhatEatsMemory) {
  auto hungry = job(kModes, R"({"mode":"eat"})");
  hungry.payload.as_object()["MemorySize"] = 64;
  hungry.payload.as_object()["Timeout"] = 20;
  const auto result = invoke(hungry);
  EXPECT_EQ(text(result, "FunctionError"), "Unhandled");
  const auto type = string_of(*parse_json(text(result, "Payload")), "errorType");
  // Killed where control groups hold, refused by rlimits elsewhere.
  EXPECT_THAT(type, ::testing::AnyOf("Runtime.OutOfMemory", "MemoryError"));
  if (type == "Runtime.OutOfMemory") {
    EXPECT_THAT(string_of(result, "Payload"),
                HasSubstr("Error: Runtime exited with error: signal: killed"));
    EXPECT_EQ(integer(result, "MaxMemoryMb"), 64);
  }
  EXPECT_EQ(text(invoke(kModes), "Payload"), "\"fine\"");
}

TEST_F(Functions, HoldsAForkBomb) {
  const auto result = *parse_json(text(invoke(kModes, R"({"mode":"bomb"})"), "Payload"));
  EXPECT_GT(integer(result, "children"), 1);
  EXPECT_LE(integer(result, "children"), 24);
  const auto began = std::chrono::steady_clock::now();
  worker_->stop();  // and every child dies with the sandbox
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST_F(Functions, CapsTheLogAndTheResponse) {
  options_.log_bytes = 100'000;
  restart();
  const auto flood = invoke(kModes, R"({"mode":"flood"})");
  EXPECT_EQ(text(flood, "Payload"), "\"fine\"");
  const auto log = log_of(flood);
  EXPECT_LT(log.size(), 110'000U);
  EXPECT_THAT(log, HasSubstr("The limit for the output of one invocation is reached"));
  EXPECT_THAT(log, HasSubstr("\nREPORT RequestId: request-1\t"));
  const auto large = invoke(kModes, R"({"mode":"large"})");
  EXPECT_THAT(string_of(large, "Payload"), HasSubstr("Function.ResponseSizeTooLarge"));
  EXPECT_EQ(text(invoke(kModes, R"({"mode":"child"})"), "Payload"), "\"fine\"");
  EXPECT_EQ(text(invoke(kModes), "Payload"), "\"fine\"");
}

constexpr const char* kProbe = R"py(
import ctypes, os, socket
def attempt(action):
    try: return str(action())
    except Exception as error: return "refused"
def connect(address):
    with socket.create_connection(address, 1): return "connected"
def handler(event, context):
    libc = ctypes.CDLL(None, use_errno=True)
    return {
        "root": sorted(os.listdir("/")), "etc": sorted(os.listdir("/etc")),
        "shadow": attempt(lambda: open("/etc/shadow").read()),
        "data": attempt(lambda: os.listdir(event["data"])), "var": sorted(os.listdir("/var")),
        "task": attempt(lambda: open("/var/task/x", "w")),
        "usr": attempt(lambda: open("/usr/x", "w")),
        "slash": attempt(lambda: open("/x", "w")), "shm": attempt(lambda: open("/dev/shm/x", "w")),
        "tmp": attempt(lambda: open("/tmp/x", "w").write("y")),
        "outside": attempt(lambda: connect(("1.1.1.1", 53))),
        "server": attempt(lambda: connect(("127.0.0.1", event["port"]))),
        "endpoint": attempt(lambda: connect(("127.0.0.1", 4566))),
        "vsock": attempt(lambda: socket.socket(40, socket.SOCK_STREAM)),
        "unshare": libc.unshare(0x10000000), "mount": libc.mount(b"x", b"/tmp", b"tmpfs", 0, None),
        "setuid": attempt(lambda: os.setuid(0)), "fds": sorted(os.listdir("/proc/self/fd")),
        "pids": sorted(int(p) for p in os.listdir("/proc") if p.isdigit()),
        "caps": [l for l in open("/proc/self/status") if l.startswith("CapEff")][0].split()[1]}
)py";

TEST_F(Functions, SeesNothingOfTheServer) {
  const auto port = server_.address().substr(server_.address().find(':') + 1);
  const auto result =
      invoke(kProbe,
             "{\"port\":" + port + ",\"data\":" + to_json(Document(folder_.path().string())) + "}");
  const auto seen = *parse_json(text(result, "Payload"));
  SCOPED_TRACE(to_json(seen));
  for (const auto* closed :
       {"shadow", "data", "task", "usr", "slash", "shm", "outside", "server", "vsock", "setuid"}) {
    EXPECT_EQ(text(seen, closed), "refused") << closed;
  }
  EXPECT_EQ(text(seen, "tmp"), "1");
  EXPECT_EQ(text(seen, "endpoint"), "connected");
  EXPECT_EQ(integer(seen, "unshare"), -1);
  EXPECT_EQ(integer(seen, "mount"), -1);
  EXPECT_EQ(text(seen, "caps"), "0000000000000000");
  EXPECT_THAT(to_json(*find(seen, "root")), Not(HasSubstr("work")));
  EXPECT_EQ(to_json(*find(seen, "var")), R"(["runtime","task"])");
  EXPECT_LE(array_of(seen, "fds").size(), 6U);
  EXPECT_LE(array_of(seen, "pids").size(), 3U);
}

TEST_F(Functions, BotoGoesToTheEndpointWithTheTrace) {
  const auto result = invoke(
      "import boto3\nclient = boto3.client('sts')\n"
      "def handler(event, context):\n"
      "    s3 = boto3.client('s3').generate_presigned_url('get_object', "
      "Params={'Bucket': 'bucket', 'Key': 'k'})\n"
      "    return [client.get_caller_identity()['Arn'], s3.split('?')[0]]\n");
  EXPECT_EQ(text(result, "Payload"),
            R"(["arn:aws:iam::123456789012:root", "http://127.0.0.1:4566/bucket/k"])");
  EXPECT_THAT(server_.requests(), HasSubstr("X-Amzn-Trace-Id: Root=1-abc;Parent=def;Sampled=1"));
  EXPECT_THAT(server_.requests(), HasSubstr("Credential=ASIAX/"));
}

TEST_F(Functions, RunsManyAtOnceWithinItsBounds) {
  options_.max_sandboxes = 2;
  options_.max_queue = 3;
  restart();
  std::mutex mutex;
  std::condition_variable changed;
  int fine = 0;
  int throttled = 0;
  const auto count = [&](Result<Document> result) {
    const std::scoped_lock lock(mutex);
    ++(result ? fine : throttled);
    if (!result) {
      EXPECT_EQ(result.error().code, "ThrottlingException");
    }
    changed.notify_all();
  };
  const auto same = job(kModes);
  worker_->run(same, count);
  worker_->run(same, count);  // delivered twice: joins the run
  for (int i = 0; i < 6; ++i) {
    auto each = job(kModes);
    each.payload.as_object()["Generation"] = std::to_string(i);
    worker_->run(each, count);
  }
  std::unique_lock lock(mutex);
  changed.wait_for(lock, std::chrono::seconds(10), [&] { return fine + throttled == 8; });
  EXPECT_EQ(fine, 6);
  EXPECT_EQ(throttled, 2);
}

TEST_F(Functions, PassesLoaderVariablesOnAndRefusesUnknownRuntimes) {
  auto with_path =
      job("import os, sys\ndef handler(event, context):\n"
          "    return [sys.path[0], '/opt/x' in sys.path, os.environ['LD_LIBRARY_PATH']]\n");
  with_path.payload.as_object()["Environment"] =
      Object{{"PYTHONPATH", "/opt/x"}, {"LD_LIBRARY_PATH", "/opt/lib"}};
  EXPECT_EQ(text(invoke(with_path), "Payload"), R"(["/var/task", true, "/opt/lib"])");
  auto unknown = job(kModes);
  unknown.payload.as_object()["Runtime"] = "java21";
  EXPECT_EQ(carry(*worker_, unknown).error().code, "InvalidParameterValueException");
}

TEST_F(Functions, EvictsWhatIsIdle) {
  options_.idle_limit = std::chrono::milliseconds(50);
  restart();
  EXPECT_EQ(integer(*parse_json(text(invoke(kEcho), "Payload")), "count"), 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(integer(*parse_json(text(invoke(kEcho), "Payload")), "count"), 1);
}

TEST(FunctionsWithout, ASandboxEveryJobFailsClearly) {
  auto stores = store::in_memory();
  FunctionOptions options;
  options.bubblewrap = "no-such-program";
  FunctionWorker worker(*stores.blobs, options);
  worker.start();
  const auto ref = stores.blobs->put("x");
  const auto result = carry(worker, {"j", "function.invoke",
                                     Object{{"FunctionArn", "a"},
                                            {"FunctionName", "f"},
                                            {"Runtime", "python3.11"},
                                            {"Handler", "i.h"},
                                            {"MemorySize", 128},
                                            {"Timeout", 3},
                                            {"RequestId", "r"},
                                            {"Code", store::to_document(*ref)}},
                                     ""});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "bubblewrap is not installed");
  EXPECT_EQ(result.error().fault, Fault::Server);
}

}  // namespace
}  // namespace tocsin::workers
