// SPDX-License-Identifier: Apache-2.0
#include "engines/drawing/layers.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace tocsin::drawing {
namespace {

/// Which edges point against a walk in depth from the first node, hence close a circle.
std::vector<bool> upward_edges(const Diagram& diagram) {
  enum class Mark : std::uint8_t { New, Open, Done };
  std::vector<Mark> marks(diagram.nodes.size(), Mark::New);
  std::vector<std::vector<std::size_t>> leaving(diagram.nodes.size());
  for (std::size_t e = 0; e < diagram.edges.size(); ++e)
    leaving[diagram.edges[e].from].push_back(e);
  std::vector<bool> upward(diagram.edges.size());
  const std::function<void(std::size_t)> walk = [&](std::size_t node) {
    marks[node] = Mark::Open;
    for (const auto e : leaving[node]) {
      const auto to = diagram.edges[e].to;
      if (marks[to] == Mark::Open) upward[e] = true;
      if (marks[to] == Mark::New) walk(to);
    }
    marks[node] = Mark::Done;
  };
  for (std::size_t node = 0; node < diagram.nodes.size(); ++node)
    if (marks[node] == Mark::New) walk(node);
  return upward;
}

/// Longest paths from the top.
std::vector<std::size_t> ranks(const Diagram& diagram, const std::vector<bool>& upward) {
  std::vector<std::size_t> out(diagram.nodes.size());
  for (std::size_t round = 0; round < diagram.nodes.size(); ++round) {
    bool moved = false;
    for (std::size_t e = 0; e < diagram.edges.size(); ++e) {
      auto [upper, lower] = std::pair(diagram.edges[e].from, diagram.edges[e].to);
      if (upper == lower) continue;
      if (upward[e]) std::swap(upper, lower);
      if (out[lower] > out[upper]) continue;
      out[lower] = out[upper] + 1;
      moved = true;
    }
    if (!moved) break;
  }
  return out;
}

/// Crossings between two neighbouring layers.
std::size_t crossings(const Layers& in, std::size_t layer, const std::vector<std::size_t>& place) {
  std::vector<std::pair<std::size_t, std::size_t>> lines;
  for (const auto vertex : in.layers[layer])
    for (const auto lower : in.vertices[vertex].below)
      lines.emplace_back(place[vertex], place[lower]);
  std::size_t count = 0;
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (std::size_t j = i + 1; j < lines.size(); ++j)
      count += (lines[i].first < lines[j].first && lines[i].second > lines[j].second) ||
               (lines[i].first > lines[j].first && lines[i].second < lines[j].second);
  return count;
}

class Sorter {
 public:
  explicit Sorter(Layers& layers) : in_(layers), place_(layers.vertices.size()) { number(); }

  void sort() {
    auto best = in_.layers;
    auto least = all_crossings();
    for (int round = 0; round < 12 && least > 0; ++round) {
      const bool down = round % 2 == 0;
      for (std::size_t i = 1; i < in_.layers.size(); ++i)
        sort_layer(down ? i : in_.layers.size() - 1 - i, down);
      const auto now = all_crossings();
      if (now >= least) continue;
      least = now;
      best = in_.layers;
    }
    in_.layers = std::move(best);
  }

 private:
  void number() {
    for (const auto& layer : in_.layers)
      for (std::size_t i = 0; i < layer.size(); ++i)
        place_[layer[i]] = i;
  }

  std::size_t all_crossings() {
    number();
    std::size_t count = 0;
    for (std::size_t layer = 0; layer + 1 < in_.layers.size(); ++layer)
      count += crossings(in_, layer, place_);
    return count;
  }

  void sort_layer(std::size_t index, bool down) {
    auto& layer = in_.layers[index];
    std::map<std::size_t, double> centres;
    for (const auto vertex : layer) {
      const auto& near = down ? in_.vertices[vertex].above : in_.vertices[vertex].below;
      double sum = 0;
      for (const auto other : near)
        sum += static_cast<double>(place_[other]);
      centres[vertex] = near.empty() ? static_cast<double>(place_[vertex])
                                     : sum / static_cast<double>(near.size());
    }
    std::stable_sort(layer.begin(), layer.end(),
                     [&](std::size_t a, std::size_t b) { return centres[a] < centres[b]; });
    for (std::size_t i = 0; i < layer.size(); ++i)
      place_[layer[i]] = i;
  }

  Layers& in_;
  std::vector<std::size_t> place_;
};

constexpr double kPass = 10;  // what an edge takes of a layer that it passes

class Builder {
 public:
  Builder(const Diagram& diagram, const std::vector<Box>& boxes, const std::vector<Box>& labels)
      : diagram_(diagram), labels_(labels), upward_(upward_edges(diagram)) {
    const auto rank = ranks(diagram, upward_);
    std::size_t deepest = 0;
    for (const auto each : rank)
      deepest = std::max(deepest, each);
    out_.layers.resize(2 * deepest + 1);
    for (std::size_t node = 0; node < diagram.nodes.size(); ++node)
      add({.node = node,
           .layer = 2 * rank[node],
           .width = boxes[node].width,
           .height = boxes[node].height});
  }

  Layers build() {
    for (std::size_t e = 0; e < diagram_.edges.size(); ++e)
      if (diagram_.edges[e].from != diagram_.edges[e].to) chain(e);
    Sorter(out_).sort();
    return std::move(out_);
  }

 private:
  std::size_t add(Vertex vertex) {
    out_.layers[vertex.layer].push_back(out_.vertices.size());
    out_.vertices.push_back(std::move(vertex));
    return out_.vertices.size() - 1;
  }

  void connect(std::size_t upper, std::size_t lower) {
    out_.vertices[upper].below.push_back(lower);
    out_.vertices[lower].above.push_back(upper);
  }

  void chain(std::size_t edge) {
    Chain chain{.edge = edge, .upward = upward_[edge], .vertices = {}};
    auto [upper, lower] = std::pair(diagram_.edges[edge].from, diagram_.edges[edge].to);
    if (chain.upward) std::swap(upper, lower);
    chain.vertices.push_back(upper);
    const auto first = out_.vertices[upper].layer + 1, end = out_.vertices[lower].layer;
    for (auto layer = first; layer < end; ++layer) {
      const bool labelled = layer == first && labels_[edge].width > 0;
      const auto vertex = add({.layer = layer,
                               .width = labelled ? labels_[edge].width : kPass,
                               .height = labelled ? labels_[edge].height : 0});
      connect(chain.vertices.back(), vertex);
      chain.vertices.push_back(vertex);
    }
    connect(chain.vertices.back(), lower);
    chain.vertices.push_back(lower);
    out_.chains.push_back(std::move(chain));
  }

  const Diagram& diagram_;
  const std::vector<Box>& labels_;
  std::vector<bool> upward_;
  Layers out_;
};

}  // namespace

Layers layered(const Diagram& diagram, const std::vector<Box>& boxes,
               const std::vector<Box>& labels) {
  return Builder(diagram, boxes, labels).build();
}

}  // namespace tocsin::drawing
