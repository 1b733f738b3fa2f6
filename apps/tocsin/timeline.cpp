// SPDX-License-Identifier: Apache-2.0
#include "timeline.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "client.hpp"

namespace tocsin::app {
namespace {

Time time_of(const Document& node) {
  const auto* time = find(node, "Time");
  return time && time->is_number() ? from_seconds(time->to_number<double>()) : Time{};
}

/// Prints a tree from its root, each node's effects below it in order of time.
class Tree {
 public:
  explicit Tree(const Array& nodes) {
    for (const auto& node : nodes)
      by_id_[text(node, "Id")] = &node;
    for (const auto& node : nodes) {
      const bool known = by_id_.contains(text(node, "Cause"));
      effects_[known ? text(node, "Cause") : std::string_view()].push_back(&node);
    }
  }

  std::string print() {
    for (const auto* root : effects_[{}]) {
      start_ = time_of(*root);
      print(*root, start_, 0);
    }
    return std::move(out_);
  }

 private:
  void print(const Document& node, Time cause, int depth) {
    const auto time = time_of(node);
    const auto outcome = text(node, "Outcome");
    out_ +=
        fmt::format("{}  {:>6} {:>7}  {:{}}{} {}{}{}\n", iso8601_ms(time), (time - start_).count(),
                    (time - cause).count(), "", depth * 2, text(node, "Kind"), text(node, "Name"),
                    outcome.empty() ? "" : ": ", outcome);
    for (const auto* effect : effects_[text(node, "Id")])
      print(*effect, time, depth + 1);
  }

  std::map<std::string_view, const Document*> by_id_;
  std::map<std::string_view, std::vector<const Document*>> effects_;
  Time start_{};
  std::string out_;
};

Result<std::string> run(std::span<char*> words) {
  auto options = TRY(client_options(words));
  std::vector<std::string_view> rest(words.begin(), words.end());
  const bool json = std::erase(rest, "--json") > 0;
  if (rest.size() != 1 || rest[0].starts_with("-"))
    return fail("Usage", "usage: tocsin timeline [--data DIR] [--endpoint URL] [--json] EVENT-ID");
  const auto reply = TRY(
      call_server(options, TRY(root_key(options)), "GetTimeline", Object{{"EventId", rest[0]}}));
  return json ? pretty_json(reply) + "\n" : timeline_text(array_of(reply, "Nodes"));
}

}  // namespace

std::string timeline_text(const Array& nodes) {
  return "time                      since root  cause (ms)\n" + Tree(nodes).print();
}

int timeline(std::span<char*> words) {
  const auto printed = run(words);
  if (printed) {
    fmt::print("{}", *printed);
    return 0;
  }
  fmt::print(stderr, "tocsin: {}\n", printed.error().message);
  return printed.error().code == "Usage" ? 2 : 1;
}

}  // namespace tocsin::app
