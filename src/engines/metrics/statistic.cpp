// SPDX-License-Identifier: Apache-2.0
#include "engines/metrics/statistic.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tocsin::metrics {
namespace {

using Kind = Statistic::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 5> kPlain{
    {{"SampleCount", Kind::SampleCount},
     {"Sum", Kind::Sum},
     {"Average", Kind::Average},
     {"Minimum", Kind::Minimum},
     {"Maximum", Kind::Maximum}}};
constexpr std::array<std::pair<std::string_view, Kind>, 4> kTrimmed{{{"tm", Kind::TrimmedMean},
                                                                     {"tc", Kind::TrimmedCount},
                                                                     {"ts", Kind::TrimmedSum},
                                                                     {"wm", Kind::WinsorizedMean}}};
constexpr std::array<std::pair<std::string_view, Kind>, 5> kRanged{{{"TM", Kind::TrimmedMean},
                                                                    {"TC", Kind::TrimmedCount},
                                                                    {"TS", Kind::TrimmedSum},
                                                                    {"WM", Kind::WinsorizedMean},
                                                                    {"PR", Kind::PercentileRank}}};

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  return error == std::errc() && end == text.end() ? std::optional(value) : std::nullopt;
}

std::optional<double> percentage(std::string_view text) {
  const auto value = number(text);
  return value && *value >= 0 && *value <= 100 ? value : std::nullopt;
}

/// One bound of a range, which may be absent; false where it is no number.
bool take_bound(std::string_view text, std::optional<double>& bound, std::optional<bool>& percent) {
  if (text.empty()) return true;
  const bool marked = text.ends_with('%');
  if (percent && *percent != marked) return false;
  percent = marked;
  if (marked) text.remove_suffix(1);
  bound = marked ? percentage(text) : number(text);
  return bound.has_value();
}

/// "10%:90%", "150:", ":0.5%".
std::optional<Statistic> ranged(Kind kind, std::string_view range) {
  const auto colon = range.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Statistic out{.kind = kind};
  std::optional<bool> percent;
  if (!take_bound(range.substr(0, colon), out.from, percent) ||
      !take_bound(range.substr(colon + 1), out.to, percent) || !percent)
    return std::nullopt;
  if (out.from && out.to && *out.from >= *out.to) return std::nullopt;
  out.percent = *percent;
  if (kind == Kind::PercentileRank && out.percent) return std::nullopt;
  return out;
}

double percentile(const Distribution& distribution, double percent, double total) {
  const double rank = total * percent / 100;
  double seen = 0;
  for (std::size_t i = 0; i < distribution.values.size(); ++i) {
    seen += distribution.counts[i];
    if (seen >= rank - total * 1e-12) return distribution.values[i];
  }
  return distribution.max;
}

/// What lies between the bounds, and beside them.
struct Trimmed {
  double count = 0, sum = 0, below = 0, above = 0;
  double first = 0, last = 0;  // values at the bounds
};

Trimmed trim(const Statistic& statistic, const Distribution& distribution, double total) {
  Trimmed out{.first = distribution.max, .last = distribution.min};
  double seen = 0;
  for (std::size_t i = 0; i < distribution.values.size(); ++i) {
    const double value = distribution.values[i], times = distribution.counts[i];
    double low = 0, high = times;  // the share of `times` that is kept: [low, high)
    if (statistic.percent) {
      if (statistic.from) low = std::clamp(total * *statistic.from / 100 - seen, 0.0, times);
      if (statistic.to) high = std::clamp(total * *statistic.to / 100 - seen, 0.0, times);
    } else if ((statistic.from && value <= *statistic.from) ||
               (statistic.to && value > *statistic.to)) {
      low = statistic.from && value <= *statistic.from ? times : 0;
      high = low;
    }
    seen += times;
    out.below += low;
    out.above += times - high;
    if (high <= low) continue;
    if (out.count == 0) out.first = value;
    out.last = value;
    out.count += high - low;
    out.sum += value * (high - low);
  }
  return out;
}

std::optional<double> trimmed(const Statistic& statistic, const Distribution& distribution,
                              double total) {
  const auto kept = trim(statistic, distribution, total);
  switch (statistic.kind) {
    case Kind::TrimmedCount:
      return kept.count;
    case Kind::TrimmedSum:
      return kept.sum;
    case Kind::PercentileRank:
      return 100 * kept.count / total;
    case Kind::WinsorizedMean:
      if (kept.count == 0) return std::nullopt;
      return (kept.sum + kept.below * kept.first + kept.above * kept.last) / total;
    default:
      return kept.count == 0 ? std::nullopt : std::optional(kept.sum / kept.count);
  }
}

}  // namespace

std::optional<double> Statistic::of(const Distribution& distribution) const {
  if (distribution.count <= 0) return std::nullopt;
  switch (kind) {
    case Kind::SampleCount:
      return distribution.count;
    case Kind::Sum:
      return distribution.sum;
    case Kind::Average:
      return distribution.sum / distribution.count;
    case Kind::Minimum:
      return distribution.min;
    case Kind::Maximum:
      return distribution.max;
    default:
      break;
  }
  if (distribution.opaque || distribution.values.empty()) return std::nullopt;
  if (kind == Kind::Percentile) return percentile(distribution, *to, distribution.count);
  return trimmed(*this, distribution, distribution.count);
}

std::optional<Statistic> statistic(std::string_view name) {
  for (const auto& [known, kind] : kPlain) {
    if (name == known) return Statistic{.kind = kind};
  }
  if (name == "IQM") return Statistic{.kind = Kind::TrimmedMean, .from = 25, .to = 75};
  if (name.starts_with('p')) {
    const auto percent = percentage(name.substr(1));
    if (!percent) return std::nullopt;
    return Statistic{.kind = Kind::Percentile, .to = percent};
  }
  const auto head = name.substr(0, 2);
  for (const auto& [known, kind] : kTrimmed) {
    if (head != known) continue;
    const auto percent = percentage(name.substr(2));
    return percent ? std::optional(Statistic{.kind = kind, .to = percent}) : std::nullopt;
  }
  if (name.size() < 4 || name[2] != '(' || name.back() != ')') return std::nullopt;
  for (const auto& [known, kind] : kRanged) {
    if (head == known) return ranged(kind, name.substr(3, name.size() - 4));
  }
  return std::nullopt;
}

}  // namespace tocsin::metrics
