// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "engines/drawing/layout.hpp"
#include "engines/drawing/text.hpp"

namespace tocsin::drawing {
namespace {

struct Colours {
  std::string_view name, fill, line, text, mark;
};

constexpr Colours kColours[] = {
    {"plain", "#ffffff", "#8593a6", "#1b2733", ""},
    {"done", "#e9f7ef", "#2f9e62", "#12321f", "M-3.4 .2 L-1 2.6 L3.6 -2.6"},
    {"failed", "#fdecec", "#d03b3b", "#4a1212", "M-2.7 -2.7 L2.7 2.7 M2.7 -2.7 L-2.7 2.7"},
    {"caught", "#fff4dd", "#cf8a12", "#463005", "M0 -3.4 L0 .8 M0 3.1 L0 3.3"},
    {"idle", "#f6f8fa", "#c3ccd6", "#8391a0", ""},
    {"active", "#e8f1fd", "#2f74d0", "#10305a", "M-2.6 0 L2.6 0"},
};

const Colours& colours(Tone tone) {
  return kColours[static_cast<std::size_t>(tone)];
}

/// A coordinate, the shortest way.
std::string number(double value) {
  auto text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

class Writer {
 public:
  std::string write(const Diagram& diagram) {
    const auto placed = place(diagram);
    constexpr double kMargin = 24;
    const double head = diagram.title.empty() ? 0 : 34;
    const double foot = diagram.legend.empty() ? 0 : 34;
    const double texts =
        std::max(text_width(diagram.title, 15, Weight::Bold), legend_width(diagram.legend));
    const double width = std::max(placed.width, texts) + 2 * kMargin;
    const double height = placed.height + head + foot + 2 * kMargin;
    open(width, height, diagram.title);
    if (head > 0) text("title", kMargin, kMargin + 12, diagram.title);
    placement(diagram, placed, {(width - placed.width) / 2, kMargin + head});
    if (foot > 0) legend(diagram.legend, kMargin, height - kMargin - 4);
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  void open(double width, double height, std::string_view title) {
    line(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}")"
         R"( role="img" aria-label="{2}">)",
         number(width), number(height), escaped(title.empty() ? "diagram" : title));
    line("<style>");
    line(
        "text{{font-family:'Inter','Segoe UI',Roboto,'Helvetica Neue',Arial,'Liberation Sans',"
        "sans-serif;font-size:{}px}}",
        number(kSubtitleSize));
    line(".title{{font-size:15px;font-weight:600;fill:#1b2733}}");
    line(".name{{font-size:{}px;font-weight:600}}", number(kTitleSize));
    line(".middle{{text-anchor:middle}}");
    line(
        ".label{{fill:#4a5a6c;text-anchor:middle}}.box{{stroke-width:1.4}}"
        ".edge{{fill:none;stroke-width:1.5}}.mark{{fill:none;stroke:#fff;stroke-width:1.7;"
        "stroke-linecap:round;stroke-linejoin:round}}");
    for (const auto& each : kColours)
      line(
          ".{0} .box{{fill:{1};stroke:{2}}}.{0} .name,.{0} .small{{fill:{3}}}.{0} .small"
          "{{opacity:.72}}.{0} .disc,.tip-{0}{{fill:{2}}}.edge-{0}{{stroke:{2}}}",
          each.name, each.fill, each.line, each.text);
    line("</style>");
    line("<defs>");
    for (const auto& each : kColours)
      line(R"(<marker id="tip-{0}" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="7" )"
           R"(markerHeight="7" orient="auto"><path class="tip-{0}" d="M0 1 L9 5 L0 9 L2 5 z"/>)"
           "</marker>",
           each.name);
    line("</defs>");
    line(R"(<rect width="100%" height="100%" fill="#ffffff"/>)");
  }

  void text(std::string_view classes, double x, double y, std::string_view content) {
    line(R"(<text class="{}" x="{}" y="{}">{}</text>)", classes, number(x), number(y),
         escaped(content));
  }

  void placement(const Diagram& diagram, const Placement& placed, Point at) {
    line(R"~(<g transform="translate({} {})">)~", number(at.x), number(at.y));
    // What ran is drawn last, over what did not.
    for (const bool ran : {false, true})
      for (std::size_t i = 0; i < diagram.edges.size(); ++i)
        if ((diagram.edges[i].tone != Tone::Plain && diagram.edges[i].tone != Tone::Idle) == ran)
          edge(diagram.edges[i], placed.edges[i]);
    for (std::size_t i = 0; i < diagram.edges.size(); ++i)
      label(diagram.edges[i], placed.edges[i]);
    for (std::size_t i = 0; i < diagram.nodes.size(); ++i)
      node(diagram.nodes[i], placed.nodes[i]);
    line("</g>");
  }

  void edge(const Edge& edge, const PlacedEdge& placed) {
    if (placed.points.size() < 2) return;
    const auto name = colours(edge.tone).name;
    line(R"~(<path class="edge edge-{0}" d="{1}"{2} marker-end="url(#tip-{0})">{3}</path>)~", name,
         path(placed.points), edge.dashed ? R"( stroke-dasharray="5 4")" : "",
         tooltip(edge.tooltip));
  }

  static std::string path(const std::vector<Point>& points) {
    auto out = fmt::format("M{} {}", number(points[0].x), number(points[0].y));
    if (points.size() == 3)
      return out + fmt::format(" C{} {} {} {} {} {}", number(points[1].x), number(points[0].y - 8),
                               number(points[1].x), number(points[2].y + 8), number(points[2].x),
                               number(points[2].y));
    for (std::size_t i = 1; i < points.size(); ++i) {
      const auto &from = points[i - 1], &to = points[i];
      if (std::abs(from.x - to.x) < 0.05 && std::abs(from.y - to.y) < 0.05) continue;
      const double middle = (from.y + to.y) / 2;
      if (std::abs(from.x - to.x) < 0.05)
        out += fmt::format(" L{} {}", number(to.x), number(to.y));
      else
        out += fmt::format(" C{} {} {} {} {} {}", number(from.x), number(middle), number(to.x),
                           number(middle), number(to.x), number(to.y));
    }
    return out;
  }

  void label(const Edge& edge, const PlacedEdge& placed) {
    if (!placed.label) return;
    const auto& box = *placed.label;
    line(R"(<g>{}<rect x="{}" y="{}" width="{}" height="{}" rx="4" fill="#ffffff" )"
         R"(fill-opacity=".92"/>)",
         tooltip(edge.tooltip), number(box.x), number(box.y), number(box.width),
         number(box.height));
    double y = box.y + 13;
    for (const auto& each : placed.text) {
      text("label", box.middle().x, y, each);
      y += kSubtitleLine;
    }
    out_ += "</g>\n";
  }

  static std::string tooltip(std::string_view content) {
    return content.empty() ? "" : fmt::format("<title>{}</title>", escaped(content));
  }

  void node(const Node& node, const PlacedNode& placed) {
    const auto& box = placed.box;
    line(R"(<g class="{}">{})", colours(node.tone).name, tooltip(node.tooltip));
    outline(node, box);
    const bool holds = !placed.inside.empty();
    if (holds) {
      texts(placed, box.x + 14, box.y + 9, "");
      for (std::size_t i = 0; i < placed.inside.size(); ++i)
        inside(node, placed, i);
    } else {
      texts(placed, box.middle().x, box.middle().y - placed.text_height() / 2, " middle");
    }
    badge(node, box);
    mark(node.tone, box.right() - (node.shape == Node::Shape::Choice ? 14 : 0), box.y);
    line("</g>");
  }

  void outline(const Node& node, const Box& box) {
    if (node.shape == Node::Shape::Choice) {
      const double cut = 16, middle = box.middle().y;
      line(R"(<path class="box" d="M{1} {2} L{3} {2} L{4} {5} L{3} {6} L{1} {6} L{0} {5} z"/>)",
           number(box.x), number(box.x + cut), number(box.y), number(box.right() - cut),
           number(box.right()), number(middle), number(box.bottom()));
      return;
    }
    const bool terminal = node.shape == Node::Shape::Terminal;
    line(R"(<rect class="box" x="{}" y="{}" width="{}" height="{}" rx="{}"/>)", number(box.x),
         number(box.y), number(box.width), number(box.height),
         number(terminal ? box.height / 2 : 9));
  }

  void texts(const PlacedNode& placed, double x, double y, std::string_view anchor) {
    for (const auto& each : placed.title) {
      text(fmt::format("name{}", anchor), x, y + 13, each);
      y += kTitleLine;
    }
    for (const auto& each : placed.subtitle) {
      text(fmt::format("small{}", anchor), x, y + 11, each);
      y += kSubtitleLine;
    }
  }

  void inside(const Node& node, const PlacedNode& placed, std::size_t index) {
    const auto& inner = placed.inside[index];
    const Point at{placed.box.x + inner.at.x, placed.box.y + inner.at.y};
    line(R"(<rect x="{}" y="{}" width="{}" height="{}" rx="7" fill="#ffffff" fill-opacity=".7" )"
         R"(stroke="#c3ccd6" stroke-dasharray="3 3"/>)",
         number(at.x - kPanel), number(at.y - kPanel), number(inner.width + 2 * kPanel),
         number(inner.height + 2 * kPanel));
    line("</g>");  // its tone is not theirs
    placement(node.inside[index], inner, at);
    line(R"(<g class="{}">)", colours(node.tone).name);
  }

  void badge(const Node& node, const Box& box) {
    if (node.badge.empty()) return;
    const double width = text_width(node.badge, kSubtitleSize) + 12;
    const double x = box.right() - width - 14 - (node.shape == Node::Shape::Choice ? 10 : 0);
    line(R"(<rect class="disc" x="{}" y="{}" width="{}" height="16" rx="8"/>)", number(x),
         number(box.y - 8), number(width));
    line(R"(<text class="middle" fill="#ffffff" x="{}" y="{}">{}</text>)", number(x + width / 2),
         number(box.y + 4), escaped(node.badge));
  }

  void mark(Tone tone, double x, double y) {
    if (colours(tone).mark.empty()) return;
    line(R"~(<g transform="translate({} {})"><circle class="disc" r="8"/>)~"
         R"(<path class="mark" d="{}"/></g>)",
         number(x), number(y), colours(tone).mark);
  }

  static double legend_width(const std::vector<LegendEntry>& entries) {
    double width = 0;
    for (const auto& entry : entries)
      width += text_width(entry.text, kSubtitleSize) + 40;
    return width;
  }

  void legend(const std::vector<LegendEntry>& entries, double x, double y) {
    for (const auto& entry : entries) {
      line(R"(<g class="{}"><rect class="box" x="{}" y="{}" width="16" height="12" rx="3"/></g>)",
           colours(entry.tone).name, number(x), number(y - 10));
      line(R"(<text fill="#4a5a6c" x="{}" y="{}">{}</text>)", number(x + 22), number(y),
           escaped(entry.text));
      x += text_width(entry.text, kSubtitleSize) + 40;
    }
  }

  std::string out_;
};

}  // namespace

std::string to_svg(const Diagram& diagram) {
  return Writer().write(diagram);
}

}  // namespace tocsin::drawing
