// SPDX-License-Identifier: Apache-2.0
// What goes, and when: retention, deleted streams and groups.
#include "services/logs/state.hpp"
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

using std::chrono::hours;

class Retention : public LogsTest {
 protected:
  Retention() {
    make_group("g");
    make_stream("g", "s");
  }
  Result<Document> retain(std::int64_t days) {
    return call("PutRetentionPolicy", {{"logGroupName", "g"}, {"retentionInDays", days}});
  }
  template <class Row>
  std::size_t rows(const core::Table<Row>& table) {
    return table.all(*cloud.stores().state, {}).size();
  }
  std::int64_t stored_bytes() {
    return *integer(array_of(*call("DescribeLogGroups", {}), "logGroups")[0], "storedBytes");
  }
  void put_megabyte() {
    ASSERT_TRUE(
        call("PutLogEvents", {{"logGroupName", "g"},
                              {"logStreamName", "s"},
                              {"logEvents", as_blob({{now_ms(), std::string(600'000, 'x')}})}}));
  }
};

TEST_F(Retention, OnlyTheDaysThatAWSHasAreTaken) {
  EXPECT_EQ(retain(2).error().code, "InvalidParameterException");
  ASSERT_TRUE(retain(3));
  EXPECT_EQ(integer(array_of(*call("DescribeLogGroups", {}), "logGroups")[0], "retentionInDays"),
            3);
  ASSERT_TRUE(call("DeleteRetentionPolicy", {{"logGroupName", "g"}}));
  EXPECT_EQ(find(array_of(*call("DescribeLogGroups", {}), "logGroups")[0], "retentionInDays"),
            nullptr);
  EXPECT_EQ(
      call("PutRetentionPolicy", {{"logGroupName", "h"}, {"retentionInDays", 1}}).error().code,
      "ResourceNotFoundException");
}

TEST_F(Retention, ExpiredEventsAreNotShownAndTheirRowsGo) {
  ASSERT_TRUE(retain(1));
  put("g", "s", {{now_ms(), "small"}});
  put_megabyte();
  EXPECT_GT(stored_bytes(), 600'000);
  cloud.advance(hours(23));
  put("g", "s", {{now_ms(), "later"}});
  EXPECT_EQ(rows(kOpen), 2u);
  cloud.advance(hours(3));
  EXPECT_EQ(tail("g", "s"), "later ");
  EXPECT_EQ(rows(kOpen), 1u);
  EXPECT_EQ(rows(kSegments), 0u);
  EXPECT_EQ(stored_bytes(), 26 + 5);
  cloud.advance(hours(48));
  EXPECT_EQ(rows(kOpen), 0u);
  EXPECT_EQ(stored_bytes(), 0);
  EXPECT_FALSE(cloud.machine().next_timer()) << "nothing is left that could expire";
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Retention, APolicySetLaterHoldsForWhatIsThere) {
  put("g", "s", {{now_ms(), "old"}});
  cloud.advance(hours(24 * 10));
  EXPECT_EQ(tail("g", "s"), "old ");
  ASSERT_TRUE(retain(7));
  EXPECT_EQ(tail("g", "s"), "");
  EXPECT_EQ(rows(kOpen), 0u);
}

TEST_F(Retention, WithoutAPolicyNothingGoes) {
  ASSERT_TRUE(retain(1));
  put("g", "s", {{now_ms(), "kept"}});
  ASSERT_TRUE(call("DeleteRetentionPolicy", {{"logGroupName", "g"}}));
  cloud.advance(hours(24 * 400));
  EXPECT_EQ(tail("g", "s"), "kept ");
}

TEST_F(Retention, ADeletedGroupLeavesNoRows) {
  ASSERT_TRUE(retain(30));
  for (int i = 0; i < 50; ++i)
    make_stream("g", "stream" + std::to_string(i));
  for (int i = 0; i < 200; ++i)
    put("g", "s", {{now_ms(), "m"}});
  put_megabyte();
  ASSERT_TRUE(call("DeleteLogGroup", {{"logGroupName", "g"}}));
  EXPECT_EQ(rows(kOpen) + rows(kSegments) + rows(kStreams) + rows(kByTime) + rows(kUsage), 0u);
  EXPECT_FALSE(cloud.machine().next_timer());
  make_group("g");
  EXPECT_EQ(stream_names({}), "");
}

TEST_F(Retention, ADeletedStreamLeavesNoRows) {
  put("g", "s", {{now_ms(), "m"}});
  put_megabyte();
  ASSERT_TRUE(call("DeleteLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}}));
  EXPECT_EQ(rows(kOpen) + rows(kSegments) + rows(kStreams) + rows(kByTime), 0u);
  EXPECT_EQ(stored_bytes(), 0);
  make_stream("g", "s");
  EXPECT_EQ(tail("g", "s"), "");
}

}  // namespace
}  // namespace tocsin::logs
