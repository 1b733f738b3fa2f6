// SPDX-License-Identifier: Apache-2.0
// Archives, how long they keep events, and replays.
#include "services/events/testing.hpp"

namespace tocsin::events {
namespace {

const auto kDefault = arn_of("events", "event-bus/default");
const auto kArchive = arn_of("events", "archive/a");

Object archive(Object more = {}) {
  Object out{{"ArchiveName", "a"}, {"EventSourceArn", kDefault}};
  for (const auto& member : more)
    out[member.key()] = member.value();
  return out;
}

TEST_F(EventsTest, ArchivesWhatItsPatternMatches) {
  const auto made = done("CreateArchive", archive({{"EventPattern", R"({"source":["shop"]})"},
                                                   {"Description", "words"},
                                                   {"RetentionDays", 10}}));
  EXPECT_EQ(text(made, "ArchiveArn"), kArchive);
  EXPECT_EQ(text(made, "State"), "ENABLED");
  put_event(entry(R"({"n": 1})"));
  put_event(entry(R"({"n": 2})"));
  put_event(entry("{}", {{"Source", "other"}}));
  const auto described = done("DescribeArchive", {{"ArchiveName", "a"}});
  EXPECT_EQ(integer(described, "EventCount"), 2);
  EXPECT_EQ(integer(described, "SizeBytes"), 2 * (14 + 12 + 4 + 4 + 7));
  EXPECT_EQ(integer(described, "RetentionDays"), 10);
  EXPECT_EQ(text(described, "EventPattern"), R"({"source":["shop"]})");
  EXPECT_EQ(text(described, "Description"), "words");
  EXPECT_EQ(text(described, "EventSourceArn"), kDefault);
  done("UpdateArchive", {{"ArchiveName", "a"}, {"EventPattern", R"({"source":["other"]})"}});
  put_event();
  put_event(entry("{}", {{"Source", "other"}}));
  EXPECT_EQ(integer(done("DescribeArchive", {{"ArchiveName", "a"}}), "EventCount"), 3);
  done("DeleteArchive", {{"ArchiveName", "a"}});
  EXPECT_EQ(refused("DescribeArchive", {{"ArchiveName", "a"}}),
            "ResourceNotFoundException: Archive a does not exist.");
  done("CreateArchive", archive());
  EXPECT_EQ(integer(done("DescribeArchive", {{"ArchiveName", "a"}}), "EventCount"), 0);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(EventsTest, RemovesWhatIsTooOld) {
  done("CreateArchive", archive({{"RetentionDays", 2}}));
  const auto count = [&] {
    return *integer(done("DescribeArchive", {{"ArchiveName", "a"}}), "EventCount");
  };
  put_event();
  cloud.advance(std::chrono::hours(30));
  put_event();
  cloud.advance(std::chrono::hours(17));
  EXPECT_EQ(count(), 2);
  cloud.advance(std::chrono::hours(2));
  EXPECT_EQ(count(), 1);
  cloud.advance(std::chrono::hours(30));
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(integer(done("DescribeArchive", {{"ArchiveName", "a"}}), "SizeBytes"), 0);
  done("UpdateArchive", {{"ArchiveName", "a"}, {"RetentionDays", 0}});
  put_event();
  cloud.advance(std::chrono::days(1000));
  EXPECT_EQ(count(), 1);
  done("UpdateArchive", {{"ArchiveName", "a"}, {"RetentionDays", 1}});
  cloud.advance(std::chrono::seconds(1));
  EXPECT_EQ(count(), 0);
}

TEST_F(EventsTest, RefusesBadArchives) {
  done("CreateArchive", archive());
  EXPECT_EQ(refused("CreateArchive", archive()),
            "ResourceAlreadyExistsException: Archive a already exists.");
  EXPECT_EQ(
      refused("CreateArchive", archive({{"EventSourceArn", arn_of("events", "event-bus/none")}})),
      "ResourceNotFoundException: Event bus none does not exist.");
  EXPECT_TRUE(refused("CreateArchive", archive({{"EventSourceArn", "x"}}))
                  .starts_with("ValidationException: Parameter EventSourceArn is not valid."));
  EXPECT_TRUE(refused("CreateArchive", archive({{"ArchiveName", "b"}, {"EventPattern", "{"}}))
                  .starts_with("InvalidEventPatternException"));
  EXPECT_TRUE(
      refused("CreateArchive", archive({{"ArchiveName", "b"}, {"KmsKeyIdentifier", "alias/k"}}))
          .find("KmsKeyIdentifier is refused") != std::string::npos);
  EXPECT_TRUE(refused("CreateArchive", archive({{"ArchiveName", std::string(49, 'x')}}))
                  .ends_with("Member must have length less than or equal to 48"));
  EXPECT_TRUE(refused("UpdateArchive", {{"ArchiveName", "none"}}).starts_with("ResourceNotFound"));
  EXPECT_TRUE(refused("DeleteArchive", {{"ArchiveName", "none"}}).starts_with("ResourceNotFound"));
  EXPECT_TRUE(refused("ListArchives", {{"NamePrefix", "a"}, {"State", "ENABLED"}})
                  .starts_with("ValidationException: At most one filter is allowed"));
  EXPECT_EQ(array_of(done("ListArchives", {{"NamePrefix", "a"}}), "Archives").size(), 1u);
  EXPECT_EQ(array_of(done("ListArchives", {{"State", "DISABLED"}}), "Archives").size(), 0u);
  EXPECT_EQ(array_of(done("ListArchives", {{"EventSourceArn", kDefault}}), "Archives").size(), 1u);
}

class ReplaysTest : public EventsTest {
 protected:
  void SetUp() override {
    put_rule({queue()});
    put_rule({queue({{"Input", "\"second\""}})}, {{"Name", "second"}});
    done("CreateArchive", archive());
    for (const auto* detail : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
      put_event(entry(detail));
      cloud.advance(std::chrono::minutes(1));
    }
    received.clear();
  }
  Object window(std::string_view name, int from_minutes, int to_minutes, Object destination = {}) {
    destination["Arn"] = kDefault;
    const auto at = [&](int minutes) {
      return to_seconds(cloud.now() - std::chrono::minutes(minutes));
    };
    return {{"ReplayName", name},
            {"EventSourceArn", kArchive},
            {"EventStartTime", at(from_minutes)},
            {"EventEndTime", at(to_minutes)},
            {"Destination", std::move(destination)}};
  }
};

TEST_F(ReplaysTest, SendsTheEventsOfAWindowAgain) {
  auto params = window("again", 2, 0, {{"FilterArns", Array{arn_of("events", "rule/r")}}});
  params["Description"] = "words";
  const auto started = done("StartReplay", params);
  EXPECT_EQ(text(started, "State"), "STARTING");
  EXPECT_EQ(text(started, "ReplayArn"), arn_of("events", "replay/again"));
  EXPECT_TRUE(sent().empty());
  cloud.advance(std::chrono::seconds(5));
  ASSERT_EQ(sent().size(), 2u);  // the filtered rule alone; the first event lies before the window
  const auto event = *parse_json(sent()[0]);
  EXPECT_EQ(text(event, "replay-name"), "again");
  EXPECT_EQ(to_json(object_of(event, "detail")), R"({"n":2})");
  const auto end = done("DescribeReplay", {{"ReplayName", "again"}});
  EXPECT_EQ(text(end, "State"), "COMPLETED");
  EXPECT_EQ(text(end, "Description"), "words");
  EXPECT_EQ(text(end, "EventSourceArn"), kArchive);
  EXPECT_EQ(to_json(*find(end, "Destination")),
            R"({"Arn":"arn:aws:events:us-east-1:123456789012:event-bus/default",)"
            R"("FilterArns":["arn:aws:events:us-east-1:123456789012:rule/r"]})");
  EXPECT_TRUE(find(end, "EventLastReplayedTime") && find(end, "ReplayEndTime"));
  // What was replayed is not archived again.
  EXPECT_EQ(integer(done("DescribeArchive", {{"ArchiveName", "a"}}), "EventCount"), 3);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(ReplaysTest, GoesOnInFurtherInputs) {
  for (int i = 0; i < 25; ++i)
    done("PutEvents", {{"Entries", Array(10, Document(entry()))}});
  received.clear();
  auto params = window("many", 10, -10);
  done("StartReplay", params);
  cloud.advance(std::chrono::seconds(5));
  EXPECT_EQ(sent().size(), 2 * 253u);
  EXPECT_EQ(text(done("DescribeReplay", {{"ReplayName", "many"}}), "State"), "COMPLETED");
}

TEST_F(ReplaysTest, IsCancelledAndListed) {
  done("StartReplay", window("one", 10, 0));
  EXPECT_EQ(text(done("CancelReplay", {{"ReplayName", "one"}}), "State"), "CANCELLING");
  cloud.advance(std::chrono::seconds(5));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(text(done("DescribeReplay", {{"ReplayName", "one"}}), "State"), "CANCELLED");
  EXPECT_EQ(refused("CancelReplay", {{"ReplayName", "one"}}),
            "IllegalStatusException: Replay one is not in a valid state for this operation.");
  done("StartReplay", window("two", 10, 0));
  done("DeleteArchive", {{"ArchiveName", "a"}});
  cloud.advance(std::chrono::seconds(5));
  EXPECT_EQ(text(done("DescribeReplay", {{"ReplayName", "two"}}), "State"), "FAILED");
  EXPECT_EQ(array_of(done("ListReplays", {{"State", "FAILED"}}), "Replays").size(), 1u);
  EXPECT_EQ(array_of(done("ListReplays", {{"EventSourceArn", kArchive}}), "Replays").size(), 2u);
  EXPECT_EQ(array_of(done("ListReplays", {{"NamePrefix", "t"}}), "Replays").size(), 1u);
  EXPECT_TRUE(refused("ListReplays", {{"NamePrefix", "t"}, {"State", "FAILED"}})
                  .starts_with("ValidationException: At most one filter"));
  cloud.advance(std::chrono::days(91));
  EXPECT_EQ(array_of(done("ListReplays", {}), "Replays").size(), 0u);
}

TEST_F(ReplaysTest, RefusesBadReplays) {
  const auto tell = [&](Object more) {
    auto params = window("x", 10, 0);
    for (const auto& member : more)
      params[member.key()] = member.value();
    return refused("StartReplay", std::move(params));
  };
  done("CreateEventBus", {{"Name", "b"}});
  const auto to = [](std::string_view arn) {
    return Object{{"Destination", Object{{"Arn", arn}}}};
  };
  EXPECT_EQ(tell(to("x")),
            "ValidationException: Parameter Destination.Arn is not valid. Reason: Must contain an "
            "event bus ARN.");
  EXPECT_EQ(tell(to(arn_of("events", "event-bus/none"))),
            "ResourceNotFoundException: Event bus none does not exist.");
  EXPECT_EQ(tell(to(arn_of("events", "event-bus/b"))),
            "ValidationException: Parameter Destination.Arn is not valid. Reason: Cross event bus "
            "replay is not permitted.");
  EXPECT_EQ(tell({{"EventSourceArn", arn_of("events", "archive/none")}}),
            "ValidationException: Parameter EventSourceArn is not valid. Reason: Archive none does "
            "not exist.");
  EXPECT_EQ(tell({{"EventEndTime", 1}}),
            "ValidationException: Parameter EventEndTime is not valid. Reason: EventStartTime must "
            "be before EventEndTime.");
  EXPECT_EQ(tell({}), "ok");
  EXPECT_EQ(tell({}), "ResourceAlreadyExistsException: Replay x already exists.");
  EXPECT_EQ(refused("DescribeReplay", {{"ReplayName", "none"}}),
            "ResourceNotFoundException: Replay none does not exist.");
  for (const auto* name : {"1", "2", "3", "4", "5", "6", "7", "8", "9"})
    EXPECT_EQ(tell({{"ReplayName", name}}), "ok");
  EXPECT_TRUE(tell({{"ReplayName", "10"}}).starts_with("LimitExceededException"));
}

}  // namespace
}  // namespace tocsin::events
