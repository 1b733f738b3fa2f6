// SPDX-License-Identifier: Apache-2.0
// How an execution goes on: an event comes in, the engine says what is next, and it is done.
#pragma once

#include "engines/asl/asl.hpp"
#include "services/states/machines.hpp"

namespace tocsin::states {

/// Where an execution is: its machine ("Name", "Name/Label") and its name.
struct Place {
  Scope scope;
  std::string machine, name;

  core::Key key() const { return core::Key::of(scope, machine, name); }
  /// For continuations, whose scope is the timer's or task's: {"m": …, "n": …}.
  Object reference() const { return {{"m", machine}, {"n", name}}; }
  static Place referred(const core::Context& context, const Document& reference);
};

/// What is special about the child of a map run.
struct ChildStart {
  std::uint32_t processor = 0;
  std::optional<Document> map_item;
};

/// An execution that is over already.
struct Ended {
  Execution row;
  asl::Finished finished;
  Document input;
};
/// Starts the execution: its row, its first advance. `row` has machine, name, type, revision. Gives
/// how it ended, where that took no more than this.
std::optional<Ended> begin(core::Context& context, const Scope& scope, Execution row,
                           Document input, const ChildStart& child = {});

/// Starts a child of a map run, `row`, with the input of the one at `place`, which did not succeed
/// and is forgotten.
void begin_again(core::Context& context, const Place& place, Execution row,
                 std::uint32_t processor);

/// Gives the execution an event. Nothing happens where it is over, or does not await it.
void drive(core::Context& context, const Place& place, const asl::Event& event);

/// Whether the execution awaits the task.
bool awaits(core::Context& context, const Place& place, std::uint64_t task);

void on_driving(core::Registry& registry);

}  // namespace tocsin::states
