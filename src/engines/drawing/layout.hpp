// SPDX-License-Identifier: Apache-2.0
// Where everything in a diagram stands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engines/drawing/diagram.hpp"

namespace tocsin::drawing {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;  // x, y: the upper left corner
  double right() const { return x + width; }
  double bottom() const { return y + height; }
  Point middle() const { return {x + width / 2, y + height / 2}; }
};

struct Placement;

inline constexpr double kTitleSize = 13, kSubtitleSize = 11, kLabelSize = 11;
inline constexpr double kPanel = 12;  // around what is inside a node
inline constexpr double kTitleLine = 17, kSubtitleLine = 14;

struct PlacedNode {
  Box box;
  std::vector<std::string> title;  // lines
  std::vector<std::string> subtitle;
  std::vector<Placement> inside;  // of node.inside; with `at` within the same coordinates

  double text_height() const {
    return kTitleLine * static_cast<double>(title.size()) +
           kSubtitleLine * static_cast<double>(subtitle.size());
  }
};

struct PlacedEdge {
  std::vector<Point> points;  // from the edge of one box to that of the other; vertical in between
  std::optional<Box> label;
  std::vector<std::string> text;  // lines
};

struct Placement {
  Point at;  // its upper left corner within the surrounding node
  double width = 0, height = 0;
  std::vector<PlacedNode> nodes;
  std::vector<PlacedEdge> edges;
};

Placement place(const Diagram& diagram);

/// The positions nearest to the wanted ones (by weighted squares) that keep the order and at least
/// `gaps[i]` between the i-th and the next.
std::vector<double> spread(const std::vector<double>& wanted, const std::vector<double>& weights,
                           const std::vector<double>& gaps);

}  // namespace tocsin::drawing
