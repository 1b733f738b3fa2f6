// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "engines/drawing/layout.hpp"
#include "engines/drawing/text.hpp"

namespace tocsin::drawing {
namespace {

Diagram small() {
  Diagram branch{.nodes = {{.title = "Isolate", .subtitle = "Task", .tone = Tone::Done}}};
  Diagram out;
  out.title = "Respond";
  out.nodes = {
      {.title = "Start", .shape = Node::Shape::Terminal, .tone = Tone::Done},
      {.title = "Severe?", .shape = Node::Shape::Choice, .tone = Tone::Done},
      {.title = "Contain <all>", .badge = "×2", .tone = Tone::Caught, .inside = {branch, branch}},
      {.title = "Note & close", .tooltip = "writes \"it\" down", .tone = Tone::Idle}};
  out.edges = {{.from = 0, .to = 1, .tone = Tone::Done},
               {.from = 1, .to = 2, .label = "$.severity >= 7", .tone = Tone::Done},
               {.from = 1, .to = 3, .label = "otherwise", .tone = Tone::Idle},
               {.from = 2, .to = 3, .tone = Tone::Caught, .dashed = true},
               {.from = 3, .to = 1}};
  out.legend = {{Tone::Done, "succeeded"}, {Tone::Caught, "caught"}};
  return out;
}

/// Whether tags are closed in order and all & and < belong to XML.
bool well_formed(std::string_view xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    if (xml[at] == '&' && xml.substr(at, 8).find(';') == std::string_view::npos) return false;
    if (xml[at] != '<') continue;
    const auto end = xml.find('>', at);
    if (end == std::string_view::npos) return false;
    const auto tag = xml.substr(at + 1, end - at - 1);
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    const auto name = std::string(
        tag.substr(tag.starts_with('/'), tag.find_first_of(" /", 1) - tag.starts_with('/')));
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty();
}

TEST(Drawing, ASmallDiagramIsAsItWas) {
  const auto path = std::string(TOCSIN_SOURCE_DIR) + "/tests/conformance/drawing/small.svg";
  const auto svg = to_svg(small());
  if (std::getenv("UPDATE")) std::ofstream(path) << svg;
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(svg, golden.str()) << "UPDATE=1 writes it anew";
  EXPECT_EQ(svg, to_svg(small()));
}

TEST(Drawing, IsWellFormedWhateverTheTexts) {
  auto diagram = small();
  diagram.nodes[1].title = "a\"b'c<d>&e\x01\nf";
  diagram.edges[1].label = "</text>&&";
  EXPECT_TRUE(well_formed(to_svg(diagram)));
  EXPECT_TRUE(well_formed(to_svg({})));
  EXPECT_FALSE(well_formed("<a><b></a></b>"));
}

bool overlap(const Box& a, const Box& b) {
  return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

/// Circles, loops and nodes that nothing leads to are drawn, too.
Diagram random_diagram(unsigned seed) {
  const auto draw = [&](unsigned below) {
    seed = seed * 1103515245 + 12345;
    return (seed >> 16 & 0x7fff) % below;
  };
  Diagram out;
  const auto nodes = 2 + draw(14);
  for (unsigned i = 0; i < nodes; ++i)
    out.nodes.push_back({.title = std::string(1 + draw(60), 'x')});
  for (unsigned i = 0; i < nodes * 2; ++i) {
    Edge edge{.from = draw(nodes), .to = draw(nodes)};
    if (draw(3) == 0) edge.label = "a label of some length";
    out.edges.push_back(edge);
  }
  return out;
}

TEST(Drawing, BoxesNeverOverlap) {
  for (unsigned seed = 1; seed < 200; ++seed) {
    const auto placed = place(random_diagram(seed));
    std::vector<Box> boxes;
    for (const auto& node : placed.nodes)
      boxes.push_back(node.box);
    for (const auto& edge : placed.edges)
      if (edge.label) boxes.push_back(*edge.label);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      EXPECT_GE(boxes[i].x, -0.01) << seed;
      EXPECT_LE(boxes[i].right(), placed.width + 0.01) << seed;
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_FALSE(overlap(boxes[i], boxes[j])) << seed;
    }
  }
}

TEST(Drawing, ARowIsStraight) {
  Diagram row{.nodes = {{.title = "a"}, {.title = "a longer one"}, {.title = "c"}},
              .edges = {{.from = 0, .to = 1}, {.from = 1, .to = 2}}};
  const auto placed = place(row);
  for (const auto& edge : placed.edges)
    for (const auto& point : edge.points)
      EXPECT_NEAR(point.x, placed.nodes[0].box.middle().x, 0.01);
}

TEST(Spread, KeepsOrderAndGaps) {
  EXPECT_EQ(spread({0, 0}, {1, 1}, {10}), (std::vector<double>{-5, 5}));
  EXPECT_EQ(spread({0, 100}, {1, 1}, {10}), (std::vector<double>{0, 100}));
  EXPECT_EQ(spread({0, 0}, {9, 1}, {10}), (std::vector<double>{-1, 9}));
  EXPECT_TRUE(spread({}, {}, {}).empty());
}

TEST(Text, IsBrokenAtSpacesAndCut) {
  EXPECT_EQ(wrapped("one two three", text_width("one two", 13), 13, Weight::Normal, 3),
            (std::vector<std::string>{"one two", "three"}));
  const auto cut = wrapped("aaaa bbbb cccc", text_width("aaaaa", 13), 13, Weight::Normal, 2);
  EXPECT_EQ(cut.size(), 2u);
  EXPECT_TRUE(cut[1].ends_with("…"));
}

}  // namespace
}  // namespace tocsin::drawing
