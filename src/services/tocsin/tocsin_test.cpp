// SPDX-License-Identifier: Apache-2.0
#include "services/tocsin/tocsin.hpp"

#include "core/testing.hpp"

namespace tocsin::own {
namespace {

using core::Call;
using core::TestCloud;

/// "Outer" calls "Inner" and tells the id of an event that it emits; "Inner" fails.
void register_nested(core::Registry& registry) {
  register_tocsin(registry);
  const auto inner = [](Call&) -> core::Outcome { return fail("Throttling", "too fast"); };
  const auto outer = [](Call& call) -> core::Outcome {
    (void)call.call({"sqs",
                     "PurgeQueue",
                     Object{},
                     call.scope(),
                     {.kind = core::Credential::Kind::Service, .service = "sns.amazonaws.com"},
                     {}});
    return Object{{"MessageId", call.trace("mail", "analyst@example.org")}};
  };
  registry.add(core::Service{
      "sqs",
      "sqs",
      {{"PurgeQueue", core::Effect::Write, inner}, {"SendMessage", core::Effect::Write, outer}}});
}

TEST(Timeline, IsTheWholeTreeFromItsRoot) {
  TestCloud cloud(register_nested);
  const auto made = cloud.call("sqs", "SendMessage", Object{});
  ASSERT_TRUE(made);
  const auto reply =
      cloud.call("tocsin", "GetTimeline", Object{{"EventId", text(*made, "MessageId")}});
  ASSERT_TRUE(reply) << reply.error().message;
  const auto& nodes = array_of(*reply, "Nodes");
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_EQ(text(nodes[0], "Name"), "sqs:SendMessage");
  EXPECT_EQ(text(nodes[0], "Outcome"), "ok");
  EXPECT_FALSE(find(nodes[0], "Cause"));
  EXPECT_EQ(text(nodes[1], "Name"), "sqs:PurgeQueue");
  EXPECT_EQ(text(nodes[1], "Outcome"), "Throttling");
  EXPECT_EQ(text(nodes[1], "Cause"), text(nodes[0], "Id"));
  EXPECT_EQ(text(nodes[2], "Kind"), "mail");
  EXPECT_FALSE(find(nodes[2], "Outcome"));
  EXPECT_EQ(find(nodes[2], "Time")->to_number<double>(), to_seconds(cloud.now()));
}

TEST(Timeline, AnUnknownEventIsNotFound) {
  TestCloud cloud(register_tocsin);
  const auto reply = cloud.call("tocsin", "GetTimeline", Object{{"EventId", "nothing"}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "ResourceNotFoundException");
  EXPECT_EQ(reply.error().status, 404);
}

TEST(Timeline, NeedsItsOwnPermission) {
  TestCloud cloud([](core::Registry& registry) {
    register_tocsin(registry);
    class Refuse : public core::Authorizer {
      std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                      std::string_view) const override {
        return std::nullopt;
      }
      Result<core::Principal> identify(const store::View&, const core::Credential&,
                                       Time) const override {
        return core::Principal{.kind = core::Principal::Kind::User,
                               .account = AccountId("123456789012")};
      }
      Result<void> authorize(const store::View&, const core::Principal&, const core::Request&,
                             const core::Access& access, Time) const override {
        return fail("AccessDenied", access.action + " on " + access.resource, 403);
      }
    };
    registry.set_authorizer(std::make_unique<Refuse>());
  });
  const auto reply = cloud.call("tocsin", "GetTimeline", Object{{"EventId", "nothing"}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "tocsin:GetTimeline on *");
}

}  // namespace
}  // namespace tocsin::own
