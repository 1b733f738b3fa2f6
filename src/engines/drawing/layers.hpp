// SPDX-License-Identifier: Apache-2.0
// A diagram's nodes and edges in layers. Nodes have the even layers; each edge passes the layers
// between on vertices of its own, the first of which carries its label.
#pragma once

#include <vector>

#include "engines/drawing/layout.hpp"

namespace tocsin::drawing {

struct Vertex {
  std::size_t node = SIZE_MAX;  // of the diagram; SIZE_MAX: an edge passes
  std::size_t layer = 0;
  double width = 0, height = 0;
  double x = 0;                           // of its middle
  std::vector<std::size_t> above, below;  // connected vertices
};

/// How an edge runs: vertices from the upper node to the lower.
struct Chain {
  std::size_t edge = 0;
  bool upward = false;  // the edge points from the lower to the upper node
  std::vector<std::size_t> vertices;
};

struct Layers {
  std::vector<Vertex> vertices;
  std::vector<std::vector<std::size_t>> layers;  // vertices from left to right
  std::vector<Chain> chains;
};

/// `boxes`: the nodes' sizes; `labels`: the edges' (zero: none). Edges of a node with itself are
/// left out.
Layers layered(const Diagram& diagram, const std::vector<Box>& boxes,
               const std::vector<Box>& labels);

}  // namespace tocsin::drawing
