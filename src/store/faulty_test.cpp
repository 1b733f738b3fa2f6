// SPDX-License-Identifier: Apache-2.0
#include "store/faulty.hpp"

#include <gmock/gmock.h>

#include "store/testing.hpp"

namespace tocsin::store {
namespace {

TEST(Faulty, FailsWhatIsAskedForAndChangesNothing) {
  std::optional<Operation> failing;
  const auto stores =
      faulty(in_memory(), [&](Operation operation) { return operation == failing; });
  ASSERT_TRUE(append_one(*stores.log, "a"));
  failing = Operation::Append;
  const auto appended = append_one(*stores.log, "b");
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().status, 503);
  EXPECT_THAT(appended.error().message, testing::HasSubstr("No space left on device"));
  EXPECT_EQ(stores.log->next(), 2u);
  failing = Operation::Commit;
  EXPECT_FALSE(stores.state->commit({{"a", "1"}}));
  EXPECT_FALSE(stores.state->get("a"));
  failing.reset();
  EXPECT_TRUE(append_one(*stores.log, "b"));
  EXPECT_TRUE(stores.state->commit({{"a", "1"}}));
}

TEST(Faulty, BlobWriterThatFailedStaysFailed) {
  bool failing = false;
  const auto stores = faulty(in_memory(), [&](Operation) { return failing; });
  auto writer = stores.blobs->create();
  ASSERT_TRUE(writer);
  failing = true;
  EXPECT_FALSE((*writer)->write("x"));
  failing = false;
  EXPECT_FALSE((*writer)->finish());
  stores.blobs->list([](const std::string&, Time) { ADD_FAILURE() << "something is left"; });
  EXPECT_TRUE(stores.blobs->put("x"));
}

}  // namespace
}  // namespace tocsin::store
