// SPDX-License-Identifier: Apache-2.0
// Calls on resources of another account, which both accounts have a record of.
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

const AccountId kCaller("111122223333");

class SharedEvents : public CloudTrailTest {
 protected:
  Result<Document> assume(std::string_view operation = "AssumeRole",
                          std::string_view member = "RoleArn") {
    auto request =
        cloud.request("sts", operation, Object{{member, "arn:aws:iam::123456789012:role/r"}});
    request.credential.account = kCaller;
    return cloud.call(std::move(request));
  }
  /// The record of the operation that the account's history has; null where it has none.
  Document looked_up(const AccountId& account, std::string_view operation = "AssumeRole") {
    auto request = cloud.request(
        "cloudtrail", "LookupEvents",
        Object{{"LookupAttributes",
                Array{Object{{"AttributeKey", "EventName"}, {"AttributeValue", operation}}}}});
    request.credential.account = account;
    const auto found = cloud.call(std::move(request));
    const auto& events = array_of(*found, "Events");
    return events.empty() ? Document() : *parse_json(text(events[0], "CloudTrailEvent"));
  }
};

TEST_F(SharedEvents, BothAccountsHaveARecordWithOneSharedId) {
  make_trail();
  ASSERT_TRUE(assume());
  const auto callers = looked_up(kCaller), owners = looked_up(AccountId("123456789012"));
  EXPECT_EQ(text(callers, "recipientAccountId"), "111122223333");
  EXPECT_EQ(text(owners, "recipientAccountId"), "123456789012");
  EXPECT_NE(text(callers, "sharedEventID"), "");
  EXPECT_EQ(text(callers, "sharedEventID"), text(owners, "sharedEventID"));
  EXPECT_NE(text(callers, "eventID"), text(owners, "eventID"));
  EXPECT_EQ(text(callers, "requestID"), text(owners, "requestID"));
  EXPECT_EQ(text(object_of(callers, "userIdentity"), "type"), "Root");
  EXPECT_EQ(to_json(object_of(owners, "userIdentity")),
            R"({"type":"AWSAccount","principalId":"111122223333","accountId":"111122223333"})");
  cloud.advance(std::chrono::minutes(2));
  bool delivered = false;
  for (const auto& file : files()) {
    for (const auto& record : records(file))
      delivered |= text(record, "eventID") == text(owners, "eventID");
  }
  EXPECT_TRUE(delivered);
  int events = 0;
  for (const auto& event : cloud.events())
    events += text(event.detail, "eventID") == text(owners, "eventID") &&
              event.scope.account == AccountId("123456789012");
  EXPECT_EQ(events, 1);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(SharedEvents, ReadsAreSharedToo) {
  ASSERT_TRUE(assume("GetAccessKeyInfo", "AccessKeyId"));
  const auto owners = looked_up(AccountId("123456789012"), "GetAccessKeyInfo");
  EXPECT_EQ(text(owners, "sharedEventID"),
            text(looked_up(kCaller, "GetAccessKeyInfo"), "sharedEventID"));
  EXPECT_NE(text(owners, "sharedEventID"), "");
}

TEST_F(SharedEvents, OwnersDoNotHearOfWhatWasDenied) {
  refusal["AssumeRole"] = {"AccessDenied", "no", 403};
  EXPECT_FALSE(assume());
  const auto callers = looked_up(kCaller);
  EXPECT_EQ(text(callers, "errorCode"), "AccessDenied");
  EXPECT_FALSE(find(callers, "sharedEventID"));
  EXPECT_TRUE(looked_up(AccountId("123456789012")).is_null());
}

TEST_F(SharedEvents, ACallInOnesOwnAccountIsNotShared) {
  auto request =
      cloud.request("sts", "AssumeRole", Object{{"RoleArn", "arn:aws:iam::123456789012:role/r"}});
  ASSERT_TRUE(cloud.call(std::move(request)));
  EXPECT_FALSE(find(looked_up(AccountId("123456789012")), "sharedEventID"));
}

}  // namespace
}  // namespace tocsin::cloudtrail
