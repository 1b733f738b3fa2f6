// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <numeric>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/format.hpp"
#include "engines/jsonata/text.hpp"

namespace tocsin::jsonata {
namespace {

using Symbols = std::map<std::string, std::string>;

Symbols symbols_of(const Value& given) {
  Symbols symbols{{"decimal-separator", "."},
                  {"grouping-separator", ","},
                  {"exponent-separator", "e"},
                  {"infinity", "Infinity"},
                  {"minus-sign", "-"},
                  {"NaN", "NaN"},
                  {"percent", "%"},
                  {"per-mille", "‰"},
                  {"zero-digit", "0"},
                  {"digit", "#"},
                  {"pattern-separator", ";"}};
  if (given.is_object()) {
    for (const auto& [name, value] : given.object().members())
      symbols[name->text] = to_text(value);
  }
  return symbols;
}

using Characters = std::vector<std::string>;

Characters characters_of(std::string_view text) {
  Characters out;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_size(text, at);
    out.emplace_back(text.substr(at, size));
    at += size;
  }
  return out;
}

std::string joined(const Characters& characters, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to && i < characters.size(); ++i)
    out += characters[i];
  return out;
}

/// One half of a picture, taken apart.
struct Picture {
  std::string prefix, suffix;
  Characters mantissa, exponent, whole, fraction, active;
  bool has_exponent = false;
  int least_whole = 0, most_scaling = 0, least_fraction = 0, most_fraction = 0, least_exponent = 0;
  std::vector<std::size_t> whole_groups, fraction_groups;
  std::size_t regular = 0;  // distance of whole_groups, where it is one
  bool percent = false, per_mille = false;
};

class Reader {
 public:
  explicit Reader(const Symbols& symbols) : symbols_(symbols) {
    auto zero = symbols_.at("zero-digit");
    for (int i = 0; i < 10; ++i) {
      auto digit = zero;
      digit.back() = static_cast<char>(digit.back() + i);
      digits_.push_back(std::move(digit));
    }
  }

  const Characters& digits() const { return digits_; }

  Picture read(const std::string& text) const {
    Picture picture;
    const auto all = characters_of(text);
    std::size_t start = 0, end = all.size();
    while (start < all.size() && !is_active(all, start))
      ++start;
    while (end > start && !is_active(all, end - 1))
      --end;
    if (start == end) start = 0, end = all.size();  // nothing to print: told below
    picture.prefix = joined(all, 0, start);
    picture.suffix = joined(all, end, all.size());
    picture.active.assign(all.begin() + static_cast<std::ptrdiff_t>(start),
                          all.begin() + static_cast<std::ptrdiff_t>(end));
    split(picture);
    check(all, picture);
    measure(picture);
    return picture;
  }

 private:
  bool is_digit(const std::string& c) const {
    return std::ranges::find(digits_, c) != digits_.end();
  }
  bool is(const std::string& c, const char* symbol) const { return c == symbols_.at(symbol); }

  bool is_active_character(const std::string& c) const {
    return is_digit(c) || is(c, "decimal-separator") || is(c, "grouping-separator") ||
           is(c, "digit") || is(c, "exponent-separator");
  }
  /// The exponent separator is active only inside.
  bool is_active(const Characters& all, std::size_t at) const {
    return is_active_character(all[at]) && !is(all[at], "exponent-separator");
  }

  void split(Picture& picture) const {
    const auto& active = picture.active;
    const auto find = [&](const Characters& where, const char* symbol) {
      return static_cast<std::size_t>(std::ranges::find(where, symbols_.at(symbol)) -
                                      where.begin());
    };
    const auto exponent = find(active, "exponent-separator");
    picture.has_exponent = exponent < active.size();
    picture.mantissa.assign(active.begin(), active.begin() + static_cast<std::ptrdiff_t>(exponent));
    if (picture.has_exponent)
      picture.exponent.assign(active.begin() + static_cast<std::ptrdiff_t>(exponent) + 1,
                              active.end());
    const auto point = find(picture.mantissa, "decimal-separator");
    const auto middle = picture.mantissa.begin() + static_cast<std::ptrdiff_t>(point);
    picture.whole.assign(picture.mantissa.begin(), middle);
    if (point < picture.mantissa.size())
      picture.fraction.assign(middle + 1, picture.mantissa.end());
  }

  std::size_t count(const Characters& all, const char* symbol) const {
    return static_cast<std::size_t>(std::ranges::count(all, symbols_.at(symbol)));
  }

  /// As in jsonata.js, of several faults the last of this list is told.
  void check(const Characters& all, const Picture& picture) const {
    if (picture.has_exponent &&
        (picture.exponent.empty() ||
         !std::ranges::all_of(picture.exponent, [&](const auto& c) { return is_digit(c); }))) {
      raise("D3093");
    }
    if (picture.has_exponent && (count(all, "percent") || count(all, "per-mille"))) raise("D3092");
    check_order(picture);
    check_groups(picture);
    if (!std::ranges::all_of(picture.active, [&](const auto& c) { return is_active_character(c); }))
      raise("D3086");
    const bool any = std::ranges::any_of(
        picture.mantissa, [&](const auto& c) { return is_digit(c) || is(c, "digit"); });
    if (!any) raise("D3085");
    if (count(all, "percent") && count(all, "per-mille")) raise("D3084");
    if (count(all, "per-mille") > 1) raise("D3083");
    if (count(all, "percent") > 1) raise("D3082");
    if (count(all, "decimal-separator") > 1) raise("D3081");
  }

  void check_groups(const Picture& picture) const {
    const auto& all = picture.active;
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      const bool group = is(all[i], "grouping-separator"),
                 next = is(all[i + 1], "grouping-separator");
      if ((group && is(all[i + 1], "decimal-separator")) ||
          (next && is(all[i], "decimal-separator"))) {
        raise("D3087");
      }
      if (group && next) raise("D3089");
    }
    const bool pointed = count(picture.mantissa, "decimal-separator") > 0;
    if (!pointed && !picture.whole.empty() && is(picture.whole.back(), "grouping-separator"))
      raise("D3088");
  }

  void check_order(const Picture& picture) const {
    bool digit = false, optional = false;
    for (const auto& c : picture.whole) {
      if (digit && is(c, "digit")) raise("D3090");
      digit |= is_digit(c);
    }
    for (const auto& c : picture.fraction) {
      if (optional && is_digit(c)) raise("D3091");
      optional |= is(c, "digit");
    }
  }

  /// How many digits stand to one side of each separator.
  std::vector<std::size_t> groups(const Characters& part, bool right) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!is(part[i], "grouping-separator")) continue;
      const auto first = right ? i : 0, last = right ? part.size() : i;
      std::size_t digits = 0;
      for (auto at = first; at < last; ++at)
        digits += is_digit(part[at]) || is(part[at], "digit");
      out.push_back(digits);
    }
    return out;
  }

  static std::size_t regular(const std::vector<std::size_t>& groups) {
    if (groups.empty()) return 0;
    auto factor = groups[0];
    for (const auto group : groups)
      factor = std::gcd(factor, group);
    for (std::size_t i = 1; i <= groups.size(); ++i) {
      if (std::ranges::find(groups, i * factor) == groups.end()) return 0;
    }
    return factor;
  }

  void measure(Picture& picture) const {
    const auto digits = [&](const Characters& part) {
      return static_cast<int>(
          std::ranges::count_if(part, [&](const auto& c) { return is_digit(c); }));
    };
    const auto optional = [&](const Characters& part) {
      return static_cast<int>(count(part, "digit"));
    };
    picture.whole_groups = groups(picture.whole, true);
    picture.regular = regular(picture.whole_groups);
    picture.fraction_groups = groups(picture.fraction, false);
    picture.least_whole = picture.most_scaling = digits(picture.whole);
    picture.least_fraction = digits(picture.fraction);
    picture.most_fraction = picture.least_fraction + optional(picture.fraction);
    if (picture.least_whole == 0 && picture.most_fraction == 0) {
      if (picture.has_exponent)
        picture.least_fraction = picture.most_fraction = 1;
      else
        picture.least_whole = 1;
    }
    if (picture.has_exponent && picture.least_whole == 0 && optional(picture.whole) > 0)
      picture.least_whole = 1;
    if (picture.least_whole == 0 && picture.least_fraction == 0) picture.least_fraction = 1;
    picture.least_exponent = digits(picture.exponent);
    picture.percent = picture.prefix.contains(symbols_.at("percent")) ||
                      picture.suffix.contains(symbols_.at("percent"));
    picture.per_mille = picture.prefix.contains(symbols_.at("per-mille")) ||
                        picture.suffix.contains(symbols_.at("per-mille"));
  }

  const Symbols& symbols_;
  Characters digits_;
};

/// A number of at most so many decimal places, as written.
std::string fixed(double value, int places) {
  char text[400];
  const auto size = std::snprintf(text, sizeof text, "%.*f", places, std::abs(value));
  return {text, static_cast<std::size_t>(size)};
}

class Writer {
 public:
  Writer(const Symbols& symbols, const Characters& digits) : symbols_(symbols), digits_(digits) {}

  std::string write(double value, const Picture& picture) const {
    if (picture.percent) value *= 100;
    if (picture.per_mille) value *= 1000;
    int exponent = 0;
    auto mantissa = value;
    if (picture.has_exponent) mantissa = scaled(value, picture, exponent);
    auto text = fixed(rounded(mantissa, picture.most_fraction), picture.most_fraction);
    const auto point = text.find('.');
    std::string whole = text.substr(0, point);
    std::string fraction = point == text.npos ? "" : text.substr(point + 1);
    whole.erase(0, whole.find_first_not_of('0'));
    fraction.erase(fraction.find_last_not_of('0') + 1);
    whole.insert(0, missing(whole, picture.least_whole), '0');
    fraction.append(missing(fraction, picture.least_fraction), '0');
    std::string out = grouped(whole, picture);
    if (!fraction.empty()) out += symbols_.at("decimal-separator") + with_groups(fraction, picture);
    if (picture.has_exponent) {
      auto power = std::to_string(std::abs(exponent));
      power.insert(0, missing(power, picture.least_exponent), '0');
      out += symbols_.at("exponent-separator");
      if (exponent < 0) out += symbols_.at("minus-sign");
      out += in_family(power);
    }
    return picture.prefix + out + picture.suffix;
  }

 private:
  static std::size_t missing(const std::string& digits, int least) {
    return static_cast<std::size_t>(std::max(0, least - static_cast<int>(digits.size())));
  }

  static double scaled(double value, const Picture& picture, int& exponent) {
    const double highest = std::pow(10, picture.most_scaling);
    const double lowest = std::pow(10, picture.most_scaling - 1);
    while (value != 0 && std::abs(value) < lowest) {
      value *= 10;
      --exponent;
    }
    while (std::abs(value) > highest) {
      value /= 10;
      ++exponent;
    }
    return value;
  }

  std::string in_family(const std::string& digits) const {
    std::string out;
    for (const char c : digits)
      out += digits_[static_cast<std::size_t>(c - '0')];
    return out;
  }

  std::string grouped(const std::string& whole, const Picture& picture) const {
    std::string out;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const auto left = whole.size() - i;
      const bool here = picture.regular ? left % picture.regular == 0
                                        : std::ranges::find(picture.whole_groups, left) !=
                                              picture.whole_groups.end();
      if (i > 0 && here) out += symbols_.at("grouping-separator");
      out += digits_[static_cast<std::size_t>(whole[i] - '0')];
    }
    return out;
  }

  std::string with_groups(const std::string& fraction, const Picture& picture) const {
    std::string out;
    for (std::size_t i = 0; i < fraction.size(); ++i) {
      if (i > 0 && std::ranges::find(picture.fraction_groups, i) != picture.fraction_groups.end())
        out += symbols_.at("grouping-separator");
      out += digits_[static_cast<std::size_t>(fraction[i] - '0')];
    }
    return out;
  }

  const Symbols& symbols_;
  const Characters& digits_;
};

}  // namespace

std::string format_number(double value, const std::string& picture, const Value& given) {
  const auto symbols = symbols_of(given);
  std::vector<std::string> halves;
  const auto& separator = symbols.at("pattern-separator");
  std::size_t at = 0;
  for (auto found = picture.find(separator); found != picture.npos;
       found = picture.find(separator, at)) {
    halves.push_back(picture.substr(at, found - at));
    at = found + separator.size();
  }
  halves.push_back(picture.substr(at));
  if (halves.size() > 2) raise("D3080");
  Reader reader(symbols);
  auto positive = reader.read(halves[0]);
  auto negative = halves.size() > 1 ? reader.read(halves[1]) : positive;
  if (halves.size() == 1) negative.prefix = symbols.at("minus-sign") + negative.prefix;
  const auto& chosen = value < 0 ? negative : positive;
  return Writer(symbols, reader.digits()).write(std::abs(value), chosen);
}

}  // namespace tocsin::jsonata
