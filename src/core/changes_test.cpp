// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "core/table.hpp"
#include "core/testing.hpp"

namespace tocsin::core {
namespace {

using testing::ElementsAre;

struct Door {
  std::string id;
  std::int64_t open = 0;
  std::string note;  // of no account for the description
};
BOOST_DESCRIBE_STRUCT(Door, (), (id, open, note))
constexpr Table<Door> kDoors{"test.doors"};

void put(Context& context, const Door& door) {
  kDoors.put(context, Key{door.id}, door);
}

ResourceType door_type() {
  return {.type = "Test::House::Door",
          .table = kDoors.name(),
          .describe = [](const store::View&, const Document& row) -> ResourceType::Description {
            const auto door = decoded<Door>(row);
            return {.id = door.id, .name = door.id, .configuration = {{"Open", door.open}}};
          }};
}

std::string opening(const std::optional<ResourceType::Description>& door) {
  return door ? to_json(door->configuration.at("Open")) : "none";
}

/// A house whose doors shut themselves when they are opened wider than 1.
class Changes : public testing::Test {
 protected:
  Changes()
      : cloud([this](Registry& registry) {
          registry.add(
              Service{"house",
                      "house",
                      {{"Set", Effect::Write, [](Call& call) -> Outcome {
                          const auto id = string_of(call.params(), "Id");
                          for (const auto& open : array_of(call.params(), "Open"))
                            put(call, {id, open.as_int64(), string_of(call.params(), "Note")});
                          if (flag(call.params(), "Remove")) kDoors.erase(call, Key{id});
                          return Object{};
                        }}}});
          registry.add(door_type());
          registry.on_change([this](Context& context, const Change& change) {
            told.push_back(change.id + ": " + opening(change.before) + " to " +
                           opening(change.after));
            if (opening(change.after) == "2") put(context, {change.id, 0, ""});
          });
        }) {}
  void set(Array open, Object more = {}) {
    more["Id"] = "front";
    more["Open"] = std::move(open);
    ASSERT_TRUE(cloud.call("house", "Set", std::move(more)));
  }
  std::vector<std::string> told;
  TestCloud cloud;
};

TEST_F(Changes, OneForAResourceAndInputHoweverOftenItIsWritten) {
  set({0, 1, 0, 1});
  set({1}, {{"Note", "painted"}});
  set({0, 1});
  set({}, {{"Remove", true}});
  EXPECT_THAT(told, ElementsAre("front: none to 1", "front: 1 to none"));
}

TEST_F(Changes, WhatAReactionChangesIsToldToo) {
  set({2});
  EXPECT_THAT(told, ElementsAre("front: none to 2", "front: 2 to 0"));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::core
