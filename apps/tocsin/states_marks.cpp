// SPDX-License-Identifier: Apache-2.0
#include "states_marks.hpp"

namespace tocsin::app {
namespace {

bool is_failure(asl::EventType type) {
  const auto name = asl::name_of(type);
  return name.ends_with("Failed") || name.ends_with("TimedOut");
}

class Marker {
 public:
  RunMarks mark(const asl::LocalResult& run) {
    for (const auto& event : run.history) {
      const auto name = asl::name_of(event.type);
      events_[event.id] = &event;
      owner_[event.id] = event.id;
      if (name.ends_with("StateEntered"))
        enter(event);
      else
        owner_[event.id] = owner_[event.previous];
      if (name.ends_with("StateExited")) leave(event);
      if (is_failure(event.type)) broken_.insert(owner_[event.id]);
    }
    for (const auto entry : open_)
      if (broken_.contains(entry)) ++out_.states[std::string(events_[entry]->name)].failed;
    return std::move(out_);
  }

 private:
  const asl::HistoryEvent* at(std::int64_t id) const {
    const auto found = events_.find(id);
    return found == events_.end() ? nullptr : found->second;
  }

  void enter(const asl::HistoryEvent& event) {
    const std::string name(event.name);
    ++out_.states[name].entered;
    open_.insert(event.id);
    if (event.type == asl::EventType::FailStateEntered) broken_.insert(event.id);
    const auto* before = at(event.previous);
    if (before && asl::name_of(before->type).ends_with("StateExited"))
      out_.taken.insert({std::string(before->name), name, caught(*before)});
    else
      out_.taken.insert({"", name, false});
  }

  /// A state that is left right behind a failure was left by a Catch.
  bool caught(const asl::HistoryEvent& exit) const {
    const auto* before = at(exit.previous);
    return before && is_failure(before->type);
  }

  void leave(const asl::HistoryEvent& event) {
    auto& marks = out_.states[std::string(event.name)];
    ++marks.exited;
    marks.caught += caught(event) ? 1 : 0;
    for (auto entry = open_.rbegin(); entry != open_.rend(); ++entry) {
      if (events_[*entry]->name != event.name) continue;
      open_.erase(*entry);
      break;
    }
  }

  RunMarks out_;
  std::map<std::int64_t, const asl::HistoryEvent*> events_;
  std::map<std::int64_t, std::int64_t> owner_;  // the entry of the state that an event is of
  std::set<std::int64_t> open_, broken_;        // entries: not left; with a failure
};

}  // namespace

RunMarks RunMarks::of(const asl::LocalResult& run) {
  return Marker().mark(run);
}

}  // namespace tocsin::app
