// SPDX-License-Identifier: Apache-2.0
// The machine, through a small service of its own: counters that can be raised, fail, wait and call
// each other.
#include <fmt/format.h>

#include "core/table.hpp"
#include "core/testing.hpp"
#include "core/trace.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

struct Counter {
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Counter, (), (value))
constexpr Table<Counter> kCounters{"test.counters"};

std::int64_t value_of(const store::View& view, std::string_view name) {
  return kCounters.get(view, Key{name}).value_or(Counter{}).value;
}

void raise(Context& context, std::string_view name) {
  kCounters.put(context, Key{name}, {value_of(context, name) + 1});
}

Outcome raise_counter(Call& call) {
  raise(call, text(call.params(), "Name"));
  call.emit({.source = "test.counter",
             .detail_type = "Raised",
             .detail = {{"name", text(call.params(), "Name")}}});
  if (flag(call.params(), "Fail")) return fail("Refused", "as asked");
  return Object{{"Value", value_of(call, text(call.params(), "Name"))}};
}

CallSpec as_test_service(Context& context, Document params) {
  return {"test",
          "Raise",
          std::move(params),
          context.scope(),
          {.kind = Credential::Kind::Service, .service = "test.amazonaws.com"},
          {}};
}

Outcome start_job(Call& call) {
  Task task{.work = JobSpec{.kind = "test.job", .payload = Object{{"secret", call.seal("hush")}}},
            .then = {"test.done", Object{{"name", "jobs"}}}};
  if (const auto attempts = integer(call.params(), "Attempts"))
    task.retry.attempts = static_cast<int>(*attempts);
  if (flag(call.params(), "AtMostOnce")) {
    std::get<JobSpec>(task.work).delivery = JobSpec::Delivery::AtMostOnce;
  }
  call.start(std::move(task));
  return Object{};
}

Outcome wait(Call& call) {
  const auto token = call.park();
  call.at(call.now() + std::chrono::seconds(20), {"test.wake", Object{{"token", token.id}}});
  return token;
}

void register_test_service(Registry& registry) {
  const auto read = [](Call& call) -> Outcome {
    return Object{{"Value", value_of(call, text(call.params(), "Name"))}};
  };
  const auto sum = [](Call& call) -> Outcome {
    std::int64_t total = 0;
    for (const auto* name : {"a", "b"}) {
      const auto one = call.call(call.as_caller("test", "Get", Object{{"Name", name}})).result();
      total += integer(*one, "Value").value_or(0);
    }
    return Object{{"Value", total}};
  };
  const auto nested = [](Call& call) -> Outcome {
    raise(call, "outer");
    auto inner = call.call(as_test_service(call, Object{{"Name", "inner"}, {"Fail", true}}));
    return Object{{"Inner", std::move(inner).result() ? "ok" : "failed"}};
  };
  const auto task = [](Call& call) -> Outcome {
    call.start({.work = as_test_service(call, Object{{"Name", "tasks"}}),
                .then = {"test.done", Object{{"name", "done"}}}});
    return Object{};
  };
  registry.add(Service{"test",
                       "test",
                       {{"Raise", Effect::Write, raise_counter, {}, {}, "Token"},
                        {"Get", Effect::Read, read},
                        {"Sum", Effect::Read, sum},
                        {"Nested", Effect::Write, nested},
                        {"StartTask", Effect::Write, task},
                        {"StartJob", Effect::Write, start_job},
                        {"Wait", Effect::Write, wait},
                        {"Throw", Effect::Write, [](Call& call) -> Outcome {
                           raise(call, "thrown");
                           throw std::runtime_error("a bug");
                         }}}});
  registry.on_resume("test.done", [](Context& context, const Resumption& end) {
    raise(context, std::string(text(end.context, "name")) + (end.outcome ? "" : " failed"));
  });
  registry.on_resume("test.wake", [](Context& context, const Resumption& end) {
    context.resolve({string_of(end.context, "token")}, Document(Object{{"Woken", true}}));
  });
}

std::int64_t count(TestCloud& cloud, std::string_view name) {
  return *integer(*cloud.call("test", "Get", Object{{"Name", name}}), "Value");
}

TEST(Machine, AFailedCallChangesNothingAndEmitsNothing) {
  TestCloud cloud(register_test_service);
  const auto failed = cloud.call("test", "Raise", Object{{"Name", "a"}, {"Fail", true}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "Refused");
  EXPECT_EQ(count(cloud, "a"), 0);
  EXPECT_TRUE(cloud.events().empty());
  EXPECT_EQ(cloud.call("test", "Throw", Object{}).error().code, "InternalFailure");
  EXPECT_EQ(count(cloud, "thrown"), 0);
}

TEST(Machine, ACallSentAgainWithItsTokenGetsTheFirstReplyAndChangesNothing) {
  TestCloud cloud(register_test_service);
  const Object first{{"Name", "a"}, {"Token", "t-1"}};
  const Object reordered{{"Token", "t-1"}, {"Name", "a"}};
  const auto reply = cloud.call("test", "Raise", first);
  const auto again = cloud.call("test", "Raise", reordered);
  ASSERT_TRUE(reply && again);
  EXPECT_EQ(*reply, *again);
  EXPECT_EQ(count(cloud, "a"), 1);
  const auto other = cloud.call("test", "Raise", Object{{"Name", "b"}, {"Token", "t-1"}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "IdempotentParameterMismatch");
  EXPECT_EQ(count(cloud, "b"), 0);
}

TEST(Machine, ATokenIsForgottenAfterADayAndNotKeptForACallThatFailed) {
  TestCloud cloud(register_test_service);
  const Object params{{"Name", "a"}, {"Token", "t-1"}};
  ASSERT_TRUE(cloud.call("test", "Raise", params));
  cloud.advance(std::chrono::hours(25));
  ASSERT_TRUE(cloud.call("test", "Raise", params));
  EXPECT_EQ(count(cloud, "a"), 2);
  const Object failing{{"Name", "a"}, {"Token", "t-2"}, {"Fail", true}};
  EXPECT_FALSE(cloud.call("test", "Raise", failing));
  ASSERT_TRUE(cloud.call("test", "Raise", Object{{"Name", "a"}, {"Token", "t-2"}}));
  EXPECT_EQ(count(cloud, "a"), 3);
}

TEST(Machine, AStateOfAVersionThatCannotBeCarriedOverIsRefused) {
  Registry registry;
  for (const auto version : {Machine::kOldest - 1, Machine::kVersion + 1}) {
    const auto stores = store::in_memory();
    Transaction transaction(*stores.state);
    kMeta.put(transaction, Key{"machine"}, {.applied = 7, .version = version});
    ASSERT_TRUE(stores.state->commit(transaction.changes()));
    const auto machine =
        Machine::open(registry, *stores.state, *stores.blobs, Secrets(std::string(32, 's')));
    ASSERT_FALSE(machine);
    EXPECT_NE(machine.error().message.find(fmt::format("version {}", version)), std::string::npos);
  }
}

TEST(Machine, AnUnservedOperationIsRefusedClearly) {
  TestCloud cloud(register_test_service);
  const auto refused = cloud.call("test", "Unheard", Object{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "NotImplemented");
  EXPECT_EQ(refused.error().status, 501);
}

TEST(Machine, ANestedCallThatFailsIsUndoneAlone) {
  TestCloud cloud(register_test_service);
  const auto reply = cloud.call("test", "Nested", Object{});
  ASSERT_TRUE(reply);
  EXPECT_EQ(text(*reply, "Inner"), "failed");
  EXPECT_EQ(count(cloud, "outer"), 1);
  EXPECT_EQ(count(cloud, "inner"), 0);
  EXPECT_TRUE(cloud.events().empty());
}

TEST(Machine, AReadMayMakeReadsAndEachIsAudited) {
  std::vector<std::string> audited;
  std::set<std::string> ids;
  TestCloud cloud([&](Registry& registry) {
    register_test_service(registry);
    registry.on_call([&](Context&, const CallRecord& call) {
      audited.push_back(call.request.operation + " " + string_of(call.request.params, "Name"));
      ids.insert(call.request.id);
    });
  });
  for (const auto* name : {"a", "a", "b"})
    ASSERT_TRUE(cloud.call("test", "Raise", Object{{"Name", name}}));
  audited.clear();
  ids.clear();
  EXPECT_EQ(integer(*cloud.call("test", "Sum", Object{}), "Value"), 3);
  EXPECT_EQ(audited, (std::vector<std::string>{"Get a", "Get b", "Sum "}));
  EXPECT_EQ(ids.size(), 3u);
}

TEST(Machine, ATaskRunsItsContinuationOnce) {
  TestCloud cloud(register_test_service);
  ASSERT_TRUE(cloud.call("test", "StartTask", Object{}));
  EXPECT_EQ(count(cloud, "tasks"), 1);
  EXPECT_EQ(count(cloud, "done"), 1);
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(count(cloud, "done"), 1);
}

TEST(Machine, AParkedCallIsAnsweredWhenItsTimerFires) {
  TestCloud cloud(register_test_service);
  EXPECT_EQ(cloud.call("test", "Wait", Object{}).error().code, "StillPending");
  cloud.advance(std::chrono::seconds(19));
  EXPECT_TRUE(cloud.late_replies.empty());
  cloud.advance(std::chrono::seconds(2));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_TRUE(flag(*cloud.late_replies.begin()->second, "Woken"));
}

TEST(Machine, AJobIsRetriedOnTransientErrorsAndItsDuplicateResultIsDropped) {
  TestCloud cloud(register_test_service);
  int runs = 0;
  std::string last_id;
  cloud.on_job("test.job", [&](const Job& job) -> Result<Document> {
    EXPECT_EQ(text(job.payload, "secret"), "hush");
    last_id = job.id;
    if (++runs < 3) return fail("ServiceUnavailable", "try again", 503);
    return Document(Object{});
  });
  ASSERT_TRUE(cloud.call("test", "StartJob", Object{{"Attempts", 5}}));
  EXPECT_EQ(runs, 1);
  cloud.advance(std::chrono::minutes(1));
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(count(cloud, "jobs"), 1);
  cloud.finish(last_id, Document(Object{}));
  EXPECT_EQ(count(cloud, "jobs"), 1);
  EXPECT_TRUE(cloud.outstanding().empty());
}

TEST(Machine, AJobsFinalErrorReachesItsContinuation) {
  TestCloud cloud(register_test_service);
  cloud.on_job("test.job", [](const Job&) -> Result<Document> { return fail("NoSuchBox", "no"); });
  ASSERT_TRUE(cloud.call("test", "StartJob", Object{{"Attempts", 5}}));
  EXPECT_EQ(count(cloud, "jobs failed"), 1);
}

TEST(Machine, SecretsDoNotLieInTheLogOrState) {
  TestCloud cloud(register_test_service);
  ASSERT_TRUE(cloud.call("test", "StartJob", Object{}));
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [](std::string_view, std::string_view value) {
                               EXPECT_EQ(value.find("hush"), std::string_view::npos);
                               return true;
                             });
}

TEST(Machine, SameInputsSameState) {
  TestCloud cloud(register_test_service);
  cloud.on_job("test.job", [](const Job&) -> Result<Document> {
    return Document(Object{{"ok", true}});
  });
  for (int i = 0; i < 50; ++i) {
    (void)cloud.call("test", "Raise",
                     Object{{"Name", std::to_string(i % 7)}, {"Fail", i % 5 == 0}});
    (void)cloud.call("test", "Nested", Object{});
    (void)cloud.call("test", "StartTask", Object{});
    (void)cloud.call("test", "StartJob", Object{});
    (void)cloud.call("test", "Wait", Object{});
    cloud.advance(std::chrono::seconds(i));
  }
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Machine, TheTimelineShowsWhatFollowedFromWhat) {
  TestCloud cloud(register_test_service);
  ASSERT_TRUE(cloud.call("test", "StartTask", Object{}));
  ASSERT_EQ(cloud.events().size(), 1u);
  const auto nodes = timeline(*cloud.stores().state, cloud.events()[0].id);
  std::vector<std::string> names;
  for (const auto& node : nodes)
    names.push_back(node.kind + " " + node.name);
  EXPECT_THAT(names, testing::ElementsAre("call test:StartTask", "task test:Raise",
                                          "call test:Raise", "event test.counter Raised"));
}

TEST(Trace, HeadersNameTheirNode) {
  EXPECT_EQ(node_of_trace_header(trace_header("1f.2", from_ms(1'790'000'000'000))), "1f.2");
  EXPECT_EQ(node_of_trace_header("Root=1-zz"), "");
}

TEST(Transaction, ScansMergeChangesWithTheirBase) {
  auto stores = store::in_memory();
  ASSERT_TRUE(stores.state->commit({{"a", "1"}, {"c", "3"}, {"d", "4"}}));
  Transaction transaction(*stores.state);
  transaction.put("b", "2");
  transaction.erase("c");
  transaction.put("e", "5");
  for (const auto direction : {store::Direction::Forward, store::Direction::Backward}) {
    std::string seen;
    transaction.scan("a", "", direction, [&](std::string_view key, std::string_view) {
      seen += key;
      return true;
    });
    EXPECT_EQ(seen, direction == store::Direction::Forward ? "abde" : "edba");
  }
}

TEST(Key, PartsKeepTheirOrderAndBytes) {
  const std::string odd("a\0\1b", 4);
  EXPECT_THAT(Key::split(Key({odd, "x"}).bytes()), testing::ElementsAre(odd, "x"));
  EXPECT_LT(Key({"a", "z"}).bytes(), Key({"ab", "a"}).bytes());
}

}  // namespace
}  // namespace tocsin::core
