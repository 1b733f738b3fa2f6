// SPDX-License-Identifier: Apache-2.0
#include "engines/drawing/layout.hpp"

#include <algorithm>
#include <numeric>

#include "engines/drawing/layers.hpp"
#include "engines/drawing/text.hpp"

namespace tocsin::drawing {
namespace {

constexpr double kNodeGap = 28, kPassGap = 18, kLayerGap = 20;
constexpr double kLeastWidth = 120, kMostText = 210, kMostLabel = 170;
constexpr double kPadding = 14, kInsideGap = 14, kLoop = 30;

double widest(const std::vector<std::string>& lines, double size, Weight weight) {
  double out = 0;
  for (const auto& line : lines)
    out = std::max(out, text_width(line, size, weight));
  return out;
}

/// A node's texts and size; with boxes inside, those below its texts.
PlacedNode sized(const Node& node) {
  PlacedNode out;
  out.title = wrapped(node.title, kMostText, kTitleSize, Weight::Bold, 3);
  out.subtitle = wrapped(node.subtitle, kMostText, kSubtitleSize, Weight::Normal, 2);
  const double texts = std::max(widest(out.title, kTitleSize, Weight::Bold),
                                widest(out.subtitle, kSubtitleSize, Weight::Normal));
  const bool terminal = node.shape == Node::Shape::Terminal;
  const double slant = node.shape == Node::Shape::Choice ? 32 : 0;
  const double badge = node.badge.empty() ? 0 : text_width(node.badge, kSubtitleSize) + 12;
  out.box.width = terminal ? texts + 36 : std::max(kLeastWidth, texts + 34 + slant + badge);
  out.box.height = terminal ? 28 : out.text_height() + 18;
  if (node.inside.empty()) return out;
  double x = kPadding, tallest = 0;
  for (const auto& diagram : node.inside) {
    auto inner = place(diagram);
    inner.at = {x + kPanel, out.box.height + kPanel};
    x += inner.width + 2 * kPanel + kInsideGap;
    tallest = std::max(tallest, inner.height);
    out.inside.push_back(std::move(inner));
  }
  const double needed = x - kInsideGap + kPadding;
  const double shift = std::max(0.0, out.box.width - needed) / 2;
  for (auto& inner : out.inside)
    inner.at.x += shift;
  for (auto& inner : out.inside)
    inner.height = tallest;
  out.box.width = std::max(out.box.width, needed);
  out.box.height += tallest + 2 * kPanel + kPadding;
  return out;
}

double gap_between(const Vertex& left, const Vertex& right) {
  const bool nodes = left.node != SIZE_MAX && right.node != SIZE_MAX;
  return (left.width + right.width) / 2 + (nodes ? kNodeGap : kPassGap);
}

/// How much an edge wants to be straight: long ones most.
double pull(const Vertex& a, const Vertex& b) {
  const int passing = (a.node == SIZE_MAX) + (b.node == SIZE_MAX);
  return passing == 2 ? 8 : passing == 1 ? 2 : 1;
}

class Columns {
 public:
  explicit Columns(Layers& layers) : in_(layers) {}

  void set() {
    for (const auto& layer : in_.layers)
      pack(layer);
    for (int round = 0; round < 48; ++round) {
      for (std::size_t i = 0; i < in_.layers.size(); ++i)
        settle(in_.layers[round % 2 == 0 ? i : in_.layers.size() - 1 - i], round);
    }
    for (const auto& chain : in_.chains)
      straighten(chain.vertices);
    const auto left = std::accumulate(
        in_.vertices.begin(), in_.vertices.end(), 1e9,
        [](double least, const Vertex& each) { return std::min(least, each.x - each.width / 2); });
    for (auto& vertex : in_.vertices)
      vertex.x -= left;
  }

 private:
  void pack(const std::vector<std::size_t>& layer) {
    double x = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      if (i > 0) x += gap_between(in_.vertices[layer[i - 1]], in_.vertices[layer[i]]);
      in_.vertices[layer[i]].x = x;
    }
    for (const auto vertex : layer)
      in_.vertices[vertex].x -= x / 2;
  }

  void settle(const std::vector<std::size_t>& layer, int round) {
    std::vector<double> wanted, weights, gaps;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const auto& vertex = in_.vertices[layer[i]];
      double sum = 0, weight = 0;
      const auto add = [&](const std::vector<std::size_t>& near) {
        for (const auto other : near) {
          const double part = pull(vertex, in_.vertices[other]);
          sum += part * in_.vertices[other].x;
          weight += part;
        }
      };
      const bool both = round >= 20;
      if (both || round % 2 == 0) add(vertex.above);
      if (both || round % 2 == 1) add(vertex.below);
      wanted.push_back(weight > 0 ? sum / weight : vertex.x);
      weights.push_back(weight > 0 ? weight : 0.1);
      if (i > 0) gaps.push_back(gap_between(in_.vertices[layer[i - 1]], vertex));
    }
    const auto found = spread(wanted, weights, gaps);
    for (std::size_t i = 0; i < layer.size(); ++i)
      in_.vertices[layer[i]].x = found[i];
  }

  /// Where a vertex may be without pushing its neighbours.
  std::pair<double, double> free_range(std::size_t vertex) const {
    const auto& layer = in_.layers[in_.vertices[vertex].layer];
    const auto at = std::find(layer.begin(), layer.end(), vertex);
    std::pair<double, double> out{-1e9, 1e9};
    if (at != layer.begin())
      out.first = in_.vertices[at[-1]].x + gap_between(in_.vertices[at[-1]], in_.vertices[vertex]);
    if (at + 1 != layer.end())
      out.second = in_.vertices[at[1]].x - gap_between(in_.vertices[vertex], in_.vertices[at[1]]);
    return out;
  }

  /// The passing vertices of an edge, in runs as long as they can be, one below the other.
  void straighten(const std::vector<std::size_t>& vertices) {
    for (std::size_t first = 1; first + 1 < vertices.size();) {
      auto range = free_range(vertices[first]);
      double sum = in_.vertices[vertices[first]].x;
      auto end = first + 1;
      for (; end + 1 < vertices.size(); ++end) {
        const auto next = free_range(vertices[end]);
        const std::pair both{std::max(range.first, next.first),
                             std::min(range.second, next.second)};
        if (both.first > both.second) break;
        range = both;
        sum += in_.vertices[vertices[end]].x;
      }
      const auto x = std::clamp(sum / static_cast<double>(end - first), range.first, range.second);
      for (; first < end; ++first)
        in_.vertices[vertices[first]].x = x;
    }
  }

  Layers& in_;
};

/// Where edges leave or enter a node: near what they lead to, apart from each other.
std::vector<double> ports(const Vertex& node, const std::vector<double>& ends) {
  const double room = std::max(0.0, node.width / 2 - 28);
  const double apart = std::min(16.0, ends.size() > 1 ? 2 * room / double(ends.size() - 1) : 16.0);
  std::vector<double> wanted;
  for (const auto x : ends)
    wanted.push_back(std::clamp(x, node.x - room, node.x + room));
  auto out = spread(wanted, std::vector<double>(ends.size(), 1),
                    std::vector<double>(ends.empty() ? 0 : ends.size() - 1, apart));
  // Crowded at one side they may have been pushed over the corner.
  const double over = out.empty() ? 0 : std::max(0.0, out.back() - (node.x + room));
  const double under = out.empty() ? 0 : std::max(0.0, node.x - room - out.front());
  for (auto& x : out)
    x += under - over;
  return out;
}

class Placer {
 public:
  explicit Placer(const Diagram& diagram) : diagram_(diagram) {}

  Placement place() {
    std::vector<Box> boxes, labels;
    for (const auto& node : diagram_.nodes) {
      out_.nodes.push_back(sized(node));
      boxes.push_back(out_.nodes.back().box);
    }
    out_.edges.resize(diagram_.edges.size());
    for (std::size_t e = 0; e < diagram_.edges.size(); ++e) {
      labels.push_back(label(e));
      const auto& edge = diagram_.edges[e];
      if (edge.from == edge.to) boxes[edge.from].width += 2 * kLoop;
    }
    layers_ = layered(diagram_, boxes, labels);
    Columns(layers_).set();
    set_rows();
    find_ports();
    for (const auto& chain : layers_.chains)
      draw(chain);
    for (std::size_t e = 0; e < diagram_.edges.size(); ++e)
      if (diagram_.edges[e].from == diagram_.edges[e].to) loop(e);
    return std::move(out_);
  }

 private:
  Box label(std::size_t e) {
    auto& lines = out_.edges[e].text;
    lines = wrapped(diagram_.edges[e].label, kMostLabel, kLabelSize, Weight::Normal, 2);
    if (lines.empty()) return {};
    return {0, 0, widest(lines, kLabelSize, Weight::Normal) + 10,
            kSubtitleLine * static_cast<double>(lines.size()) + 4};
  }

  void set_rows() {
    double y = 0;
    for (const auto& layer : layers_.layers) {
      double height = 0;
      for (const auto vertex : layer)
        height = std::max(height, layers_.vertices[vertex].height);
      if (!tops_.empty()) y += kLayerGap;
      tops_.push_back(y);
      y += height;
      bottoms_.push_back(y);
    }
    out_.height = y;
    for (const auto& vertex : layers_.vertices) {
      out_.width = std::max(out_.width, vertex.x + vertex.width / 2);
      if (vertex.node == SIZE_MAX) continue;
      auto& box = out_.nodes[vertex.node].box;
      box.x = vertex.x - box.width / 2;
      box.y = (tops_[vertex.layer] + bottoms_[vertex.layer] - box.height) / 2;
    }
  }

  void find_ports() {
    leaving_.resize(layers_.vertices.size());
    entering_.resize(layers_.vertices.size());
    for (std::size_t v = 0; v < diagram_.nodes.size(); ++v) {
      assign(v, layers_.vertices[v].below, leaving_[v]);
      assign(v, layers_.vertices[v].above, entering_[v]);
    }
  }

  /// The ports of `v` by the vertex that they lead to, in the order of `near`.
  void assign(std::size_t v, const std::vector<std::size_t>& near,
              std::vector<std::pair<std::size_t, double>>& out) {
    auto sorted = near;
    std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
      return layers_.vertices[a].x < layers_.vertices[b].x;
    });
    std::vector<double> ends;
    for (const auto other : sorted)
      ends.push_back(layers_.vertices[other].x);
    const auto found = ports(layers_.vertices[v], ends);
    for (std::size_t i = 0; i < sorted.size(); ++i)
      out.emplace_back(sorted[i], found[i]);
  }

  static double port(const std::vector<std::pair<std::size_t, double>>& ports, std::size_t to) {
    const auto found = std::find_if(ports.begin(), ports.end(),
                                    [&](const auto& each) { return each.first == to; });
    return found->second;
  }

  void draw(const Chain& chain) {
    auto& edge = out_.edges[chain.edge];
    const auto& vertices = layers_.vertices;
    const auto upper = chain.vertices.front(), lower = chain.vertices.back();
    const double from = port(leaving_[upper], chain.vertices[1]);
    const double to = port(entering_[lower], chain.vertices[chain.vertices.size() - 2]);
    edge.points.push_back({from, out_.nodes[upper].box.bottom()});
    edge.points.push_back({from, bottoms_[vertices[upper].layer]});
    for (std::size_t i = 1; i + 1 < chain.vertices.size(); ++i) {
      const auto& vertex = vertices[chain.vertices[i]];
      edge.points.push_back({vertex.x, tops_[vertex.layer]});
      edge.points.push_back({vertex.x, bottoms_[vertex.layer]});
      if (i == 1 && !edge.text.empty()) {
        const double y = (tops_[vertex.layer] + bottoms_[vertex.layer] - vertex.height) / 2;
        edge.label = Box{vertex.x - vertex.width / 2, y, vertex.width, vertex.height};
      }
    }
    edge.points.push_back({to, tops_[vertices[lower].layer]});
    edge.points.push_back({to, out_.nodes[lower].box.y});
    if (chain.upward) std::reverse(edge.points.begin(), edge.points.end());
  }

  /// A node that follows itself.
  void loop(std::size_t e) {
    const auto& box = out_.nodes[diagram_.edges[e].from].box;
    const double x = box.right(), y = box.middle().y;
    out_.edges[e].text.clear();
    out_.edges[e].points = {{x, y - 9}, {x + kLoop, y}, {x, y + 9}};
  }

  const Diagram& diagram_;
  Layers layers_;
  Placement out_;
  std::vector<double> tops_, bottoms_;  // of layers
  std::vector<std::vector<std::pair<std::size_t, double>>> leaving_, entering_;
};

}  // namespace

std::vector<double> spread(const std::vector<double>& wanted, const std::vector<double>& weights,
                           const std::vector<double>& gaps) {
  // Without the gaps it is an isotonic regression: neighbours that would overtake each other share
  // the mean of what they want.
  struct Pool {
    double sum, weight;
    std::size_t size;
    double mean() const { return sum / weight; }
  };
  std::vector<Pool> pools;
  double offset = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) offset += gaps[i - 1];
    pools.push_back({(wanted[i] - offset) * weights[i], weights[i], 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const auto last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().weight += last.weight;
      pools.back().size += last.size;
    }
  }
  std::vector<double> out;
  offset = 0;
  for (const auto& pool : pools) {
    for (std::size_t i = 0; i < pool.size; ++i) {
      if (!out.empty()) offset += gaps[out.size() - 1];
      out.push_back(pool.mean() + offset);
    }
  }
  return out;
}

Placement place(const Diagram& diagram) {
  return Placer(diagram).place();
}

}  // namespace tocsin::drawing
