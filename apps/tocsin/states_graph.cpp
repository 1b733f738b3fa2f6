// SPDX-License-Identifier: Apache-2.0
#include "states_graph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/drawing/diagram.hpp"
#include "states_marks.hpp"
#include "states_words.hpp"

namespace tocsin::app {
namespace {

using drawing::Diagram;
using drawing::Node;
using drawing::Tone;

class Grapher {
 public:
  explicit Grapher(const asl::LocalResult* run) : ran_(run != nullptr) {
    if (run) marks_ = RunMarks::of(*run);
    ended_ = run && run->finished.status == asl::Status::Succeeded && !run->stuck;
  }

  Diagram machine(const Object& definition) {
    Diagram out;
    const auto tone = ran_ ? Tone::Done : Tone::Plain;
    out.nodes.push_back({.title = "Start", .shape = Node::Shape::Terminal, .tone = tone});
    flow(definition, out);
    const auto start = index_.find(string_of(definition, "StartAt"));
    if (start != index_.end()) out.edges.push_back({.from = 0, .to = start->second, .tone = tone});
    ends(definition, out);
    if (ran_)
      out.legend = {{Tone::Done, "succeeded"},
                    {Tone::Failed, "failed"},
                    {Tone::Caught, "error caught"},
                    {Tone::Active, "not finished"},
                    {Tone::Idle, "not entered"}};
    return out;
  }

 private:
  /// The states of a flow, the first first.
  void flow(const Object& json, Diagram& out) {
    index_.clear();
    const auto start = text(json, "StartAt");
    const auto& states = object_of(json, "States");
    std::map<std::string, std::size_t> index;
    const auto add = [&](std::string_view name, const Document& state) {
      if (!state.is_object()) return;
      index.emplace(name, out.nodes.size());
      out.nodes.push_back(node(std::string(name), state.get_object()));
    };
    if (const auto* first = states.if_contains(start)) add(start, *first);
    for (const auto& state : states)
      if (state.key() != start) add(state.key(), state.value());
    index_ = std::move(index);
    for (const auto& state : states)
      if (state.value().is_object()) transitions(state.key(), state.value().get_object(), out);
  }

  Diagram inner(const Object& json) {
    const auto outer = std::move(index_);
    Diagram out;
    flow(json, out);
    index_ = outer;
    return out;
  }

  Node node(const std::string& name, const Object& state) {
    Node out{.title = name,
             .subtitle = state_words(state),
             .tooltip = string_of(state, "Comment"),
             .shape = text(state, "Type") == "Choice" ? Node::Shape::Choice : Node::Shape::Box};
    for (const auto& branch : array_of(state, "Branches"))
      if (branch.is_object()) out.inside.push_back(inner(branch.get_object()));
    for (const auto field : {"ItemProcessor", "Iterator"})
      if (const auto& processor = object_of(state, field); !processor.empty())
        out.inside.push_back(inner(processor));
    out.tone = tone_of(name, out);
    if (const auto entered = marks_.states[name].entered; entered > 1)
      out.badge = fmt::format("×{}", entered);
    return out;
  }

  Tone tone_of(const std::string& name, const Node& node) {
    if (!ran_) return Tone::Plain;
    const auto& marks = marks_.states[name];
    if (marks.entered == 0) return Tone::Idle;
    if (marks.failed > 0) return Tone::Failed;
    if (marks.caught > 0) return Tone::Caught;
    if (marks.exited >= marks.entered) return Tone::Done;
    for (const auto& diagram : node.inside)
      for (const auto& each : diagram.nodes)
        if (each.tone == Tone::Failed) return Tone::Failed;
    return Tone::Active;
  }

  void transitions(const std::string& name, const Object& state, Diagram& out) {
    if (const auto next = string_of(state, "Next"); !next.empty()) edge(name, next, "", false, out);
    for (const auto& rule : array_of(state, "Choices"))
      if (rule.is_object())
        edge(name, string_of(rule, "Next"), condition_words(rule.get_object()), false, out);
    if (const auto otherwise = string_of(state, "Default"); !otherwise.empty())
      edge(name, otherwise, "otherwise", false, out);
    for (const auto& catcher : array_of(state, "Catch")) {
      std::vector<std::string> errors;
      for (const auto& error : array_of(catcher, "ErrorEquals"))
        if (error.is_string()) errors.emplace_back(error.get_string());
      edge(name, string_of(catcher, "Next"), fmt::format("{}", fmt::join(errors, ", ")), true, out);
    }
  }

  /// Several rules that lead to one state are one edge.
  void edge(const std::string& from, const std::string& to, const std::string& label, bool caught,
            Diagram& out) {
    const auto source = index_.find(from), target = index_.find(to);
    if (source == index_.end() || target == index_.end()) return;
    for (auto& each : out.edges) {
      if (each.from != source->second || each.to != target->second || each.dashed != caught)
        continue;
      if (each.label.empty()) each.label = label;
      each.tooltip += " or " + label;
      if (each.label != label && !label.empty() && !each.label.ends_with("or …"))
        each.label += " or …";
      return;
    }
    const bool taken = marks_.taken.contains({from, to, caught});
    const auto tone = !ran_    ? Tone::Plain
                      : !taken ? Tone::Idle
                      : caught ? Tone::Caught
                               : Tone::Done;
    out.edges.push_back({.from = source->second,
                         .to = target->second,
                         .label = label,
                         .tooltip = label,
                         .tone = tone,
                         .dashed = caught});
  }

  void ends(const Object& definition, Diagram& out) {
    std::vector<std::pair<std::size_t, bool>> last;
    for (const auto& state : object_of(definition, "States")) {
      if (!flag(state.value(), "End") && text(state.value(), "Type") != "Succeed") continue;
      const std::string name(state.key());
      const auto found = index_.find(name);
      if (found != index_.end()) last.emplace_back(found->second, marks_.states[name].exited > 0);
    }
    if (last.empty()) return;
    const auto idle = ran_ ? Tone::Idle : Tone::Plain;
    out.nodes.push_back(
        {.title = "End", .shape = Node::Shape::Terminal, .tone = ended_ ? Tone::Done : idle});
    for (const auto& [node, exited] : last)
      out.edges.push_back(
          {.from = node, .to = out.nodes.size() - 1, .tone = ended_ && exited ? Tone::Done : idle});
  }

  bool ran_, ended_ = false;
  RunMarks marks_;
  std::map<std::string, std::size_t> index_;  // of the flow at hand
};

}  // namespace

std::string states_svg(const Document& definition, const asl::LocalResult* run,
                       const std::string& title) {
  if (!definition.is_object()) return {};
  auto diagram = Grapher(run).machine(definition.get_object());
  diagram.title = title.empty() ? string_of(definition, "Comment") : title;
  return drawing::to_svg(diagram);
}

}  // namespace tocsin::app
