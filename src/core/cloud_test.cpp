// SPDX-License-Identifier: Apache-2.0
// The real driver: threads, group commit, recovery.
#include "core/cloud.hpp"

#include <future>

#include "core/table.hpp"
#include "core/testing.hpp"
#include "core/throttling.hpp"

namespace tocsin::core {
namespace {

struct Note {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Note, (), (text))
constexpr Table<Note> kNotes{"test.notes"};

class Echo : public Worker {
 public:
  std::vector<std::string> kinds() const override { return {"test.echo"}; }
  void start() override {}
  void stop() override {}
  void run(Job job, JobDone done) override { done(job.payload); }
};

Registry notes() {
  Registry registry;
  registry.set_authorizer(allow_all());
  registry.add(Service{
      "notes",
      "notes",
      {{"Put", Effect::Write,
        [](Call& call) -> Outcome {
          kNotes.put(call, Key{text(call.params(), "Id")}, {string_of(call.params(), "Text")});
          return Object{};
        }},
       {"Get", Effect::Read,
        [](Call& call) -> Outcome {
          const auto note = kNotes.get(call, Key{text(call.params(), "Id")});
          if (!note) return fail("NoSuchNote", "no such note", 404);
          return Object{{"Text", note->text}};
        }},
       {"Keep", Effect::Write,
        [](Call& call) -> Outcome {
          kNotes.put(call, Key{text(call.params(), "Id")}, {"kept for a day"});
          call.upkeep(call.now() + std::chrono::hours(24), {"notes.expired", call.params()});
          return Object{};
        }},
       {"Sleep", Effect::Write,
        [](Call& call) -> Outcome {
          const auto token = call.park();
          call.at(call.now() + std::chrono::hours(*integer(call.params(), "Hours")),
                  {"notes.echoed", Object{{"token", token.id}}});
          return token;
        }},
       {"Echo", Effect::Write, [](Call& call) -> Outcome {
          const auto token = call.park();
          call.start({.work = JobSpec{.kind = "test.echo", .payload = call.params()},
                      .then = {"notes.echoed", Object{{"token", token.id}}}});
          return token;
        }}}});
  registry.on_resume("notes.expired", [](Context& context, const Resumption& end) {
    kNotes.erase(context, Key{text(end.context, "Id")});
  });
  registry.on_resume("notes.echoed", [](Context& context, const Resumption& end) {
    context.resolve({string_of(end.context, "token")}, end.outcome);
  });
  return registry;
}

Result<Document> call(Cloud& cloud, std::string id, std::string operation, Document params) {
  std::promise<Result<Document>> promise;
  cloud.call({.id = std::move(id),
              .service = "notes",
              .operation = std::move(operation),
              .params = std::move(params)},
             [&](Result<Document> reply) { promise.set_value(std::move(reply)); });
  return promise.get_future().get();
}

std::unique_ptr<Cloud> open(store::Stores stores, CloudOptions options = {}) {
  auto cloud = Cloud::open(options, notes(), std::move(stores), Secrets(std::string(32, 'k')));
  EXPECT_TRUE(cloud) << (cloud ? "" : cloud.error().message);
  (*cloud)->add_worker(std::make_unique<Echo>());
  (*cloud)->start();
  return *std::move(cloud);
}

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("tocsin-cloud-" + std::to_string(getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

TEST(Cloud, ManyThreadsWriteAndReadTheirOwnWrites) {
  const auto cloud = open(store::in_memory());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto id = std::to_string(t) + "-" + std::to_string(i);
        EXPECT_TRUE(call(*cloud, id, "Put", Object{{"Id", id}, {"Text", id}}));
        EXPECT_EQ(text(*call(*cloud, id + "r", "Get", Object{{"Id", id}}), "Text"), id);
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
}

TEST(Cloud, AParkedCallIsAnsweredByItsJob) {
  const auto cloud = open(store::in_memory());
  EXPECT_EQ(text(*call(*cloud, "1", "Echo", Object{{"Say", "hello"}}), "Say"), "hello");
}

TEST(Cloud, VirtualTimeJumpsForThoseWhoWaitAndNotForUpkeep) {
  const auto cloud = open(store::in_memory(), {.clock = ClockKind::Virtual});
  ASSERT_TRUE(call(*cloud, "1", "Keep", Object{{"Id", "n"}}));
  ASSERT_TRUE(call(*cloud, "2", "Sleep", Object{{"Hours", 23}}));
  EXPECT_TRUE(call(*cloud, "3", "Get", Object{{"Id", "n"}}));
  ASSERT_TRUE(call(*cloud, "4", "Sleep", Object{{"Hours", 2}}));
  EXPECT_FALSE(call(*cloud, "5", "Get", Object{{"Id", "n"}}));
}

TEST(Cloud, WhatWasAcknowledgedIsThereAfterReopening) {
  const Folder folder;
  {
    const auto cloud = open(*store::open_folder(folder.path), {.checkpoint = 3});
    for (int i = 0; i < 10; ++i) {
      const auto id = std::to_string(i);
      ASSERT_TRUE(call(*cloud, id, "Put", Object{{"Id", id}, {"Text", "kept"}}));
    }
  }
  const auto cloud = open(*store::open_folder(folder.path));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(text(*call(*cloud, "r", "Get", Object{{"Id", std::to_string(i)}}), "Text"), "kept");
  }
}

TEST(Cloud, AFullQueueThrottlesAsTheServiceDoes) {
  const auto cloud = open(store::in_memory(), {.queue = 0});
  for (const auto* operation : {"Put", "Get"}) {
    const auto refused = call(*cloud, operation, operation, Object{{"Id", "n"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "ThrottlingException");
  }
  EXPECT_EQ(throttled("s3").code, "SlowDown");
  EXPECT_EQ(throttled("lambda").status, 429);
}

TEST(Cloud, ResetEmptiesTheMachine) {
  const auto cloud = open(store::in_memory());
  ASSERT_TRUE(call(*cloud, "1", "Put", Object{{"Id", "a"}, {"Text", "x"}}));
  ASSERT_TRUE(cloud->reset());
  EXPECT_EQ(call(*cloud, "2", "Get", Object{{"Id", "a"}}).error().code, "NoSuchNote");
}

}  // namespace
}  // namespace tocsin::core
