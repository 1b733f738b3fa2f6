// SPDX-License-Identifier: Apache-2.0
// Drawings of directed graphs as SVG: boxes in layers, boxes within boxes, edges with labels. The
// same diagram gives the same text. What the boxes mean is the caller's affair.
//
// The layout is Sugiyama's: ranks by longest path, order within a rank by barycentres, coordinates
// by least squares.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::drawing {

/// What colours say.
enum class Tone : std::uint8_t { Plain, Done, Failed, Caught, Idle, Active };

struct Diagram;

struct Node {
  enum class Shape : std::uint8_t { Box, Choice, Terminal };
  std::string title;
  std::string subtitle = {};
  std::string badge = {};  // short: "×3"
  std::string tooltip = {};
  Shape shape = Shape::Box;
  Tone tone = Tone::Plain;
  std::vector<Diagram> inside;  // side by side
};

struct Edge {
  std::size_t from = 0, to = 0;  // indices of the diagram's nodes
  std::string label = {};
  std::string tooltip = {};
  Tone tone = Tone::Plain;
  bool dashed = false;
};

struct LegendEntry {
  Tone tone = Tone::Plain;
  std::string text;
};

struct Diagram {
  std::vector<Node> nodes = {};
  std::vector<Edge> edges = {};
  std::string title = {};                // of the outermost only
  std::vector<LegendEntry> legend = {};  // of the outermost only
};

std::string to_svg(const Diagram& diagram);

}  // namespace tocsin::drawing
