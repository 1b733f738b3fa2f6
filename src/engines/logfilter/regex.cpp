// SPDX-License-Identifier: Apache-2.0
#include "engines/logfilter/regex.hpp"

#include <algorithm>
#include <bitset>
#include <fmt/format.h>
#include <optional>

namespace tocsin::logfilter {
namespace {

constexpr std::size_t kMostStates = 4096;
constexpr std::size_t kMostRepeats = 1000;
constexpr std::size_t kOther = 128;  // any character beyond ASCII
using Class = std::bitset<129>;

struct Item {
  Class characters;
  std::size_t least = 1, most = 1;
  bool unbounded = false;
};

struct Alternative {
  std::vector<Item> items;
  bool from_start = false, to_end = false;
};

Failure invalid(std::string_view expression) {
  return fail("InvalidParameterException",
              fmt::format("Invalid regex in filter pattern: %{}%", expression));
}

Class range(unsigned char first, unsigned char last) {
  Class out;
  for (unsigned c = first; c <= last; ++c)
    out.set(c);
  return out;
}

/// \d, \s, \w and their complements.
std::optional<Class> named_class(char name) {
  Class out;
  switch (name) {
    case 'd':
    case 'D':
      out = range('0', '9');
      break;
    case 's':
    case 'S':
      for (const char c : std::string_view(" \t\n\r\f\v"))
        out.set(static_cast<unsigned char>(c));
      break;
    case 'w':
    case 'W':
      out = range('0', '9') | range('a', 'z') | range('A', 'Z') | range('_', '_');
      break;
    default:
      return std::nullopt;
  }
  return name < 'a' ? ~out : out;
}

}  // namespace

class RegexCompiler {
 public:
  explicit RegexCompiler(std::string_view text) : text_(text) {}

  Result<Regex> compile() {
    do {
      alternatives_.push_back(TRY(alternative()));
    } while (take('|'));
    if (at_ != text_.size()) return invalid(text_);
    return build();
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<Alternative> alternative() {
    Alternative out;
    out.from_start = take('^');
    while (at_ < text_.size() && text_[at_] != '|') {
      if (take('$')) {
        out.to_end = true;
        break;
      }
      Item item {
        .characters = TRY(atom())
      };
      TRY(quantify(item));
      out.items.push_back(item);
    }
    return out;
  }

  Result<Class> atom() {
    const char c = text_[at_++];
    if (c == '.') return ~range('\n', '\n');
    if (c == '[') return set();
    if (c == '\\') return escape();
    const bool symbol = std::string_view(":_#=@/;,- ").find(c) != std::string_view::npos;
    if (!std::isalnum(static_cast<unsigned char>(c)) && !symbol) return invalid(text_);
    return range(c, c);
  }

  Result<Class> escape() {
    if (at_ == text_.size()) return invalid(text_);
    const char c = text_[at_++];
    if (auto named = named_class(c)) return *named;
    if (c == 'x') return hexadecimal();
    if (c == 'n') return range('\n', '\n');
    if (c == 't') return range('\t', '\t');
    if (c == 'r') return range('\r', '\r');
    if (static_cast<unsigned char>(c) >= kOther || std::isalnum(static_cast<unsigned char>(c)))
      return invalid(text_);
    return range(c, c);
  }

  Result<Class> hexadecimal() {
    unsigned value = 0;
    for (int digits = 0; digits < 2; ++digits, ++at_) {
      if (at_ == text_.size() || !std::isxdigit(static_cast<unsigned char>(text_[at_])))
        return invalid(text_);
      const int c = std::tolower(text_[at_]);
      value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (value >= kOther) return invalid(text_);
    return range(static_cast<unsigned char>(value), static_cast<unsigned char>(value));
  }

  Result<Class> set() {
    const bool negated = take('^');
    Class out;
    for (bool first = true; first || !take(']'); first = false) {
      if (at_ == text_.size()) return invalid(text_);
      const auto low = TRY(set_member());
      if (low.count() == 1 && at_ + 1 < text_.size() && text_[at_] == '-' &&
          text_[at_ + 1] != ']') {
        ++at_;
        const auto high = TRY(set_member());
        const auto from = low._Find_first(), to = high._Find_first();
        if (high.count() != 1 || from > to || to >= kOther) return invalid(text_);
        out |= range(static_cast<unsigned char>(from), static_cast<unsigned char>(to));
      } else {
        out |= low;
      }
    }
    return negated ? ~out : out;
  }

  Result<Class> set_member() {
    if (at_ == text_.size()) return invalid(text_);
    const char c = text_[at_++];
    if (c == '\\') return escape();
    if (static_cast<unsigned char>(c) >= kOther) return invalid(text_);
    return range(c, c);
  }

  Result<void> quantify(Item& item) {
    if (take('?'))
      item.least = 0;
    else if (take('*'))
      item.least = 0, item.unbounded = true;
    else if (take('+'))
      item.unbounded = true;
    else if (take('{'))
      return braces(item);
    return {};
  }

  Result<void> braces(Item& item) {
    item.least = TRY(count());
    item.most = item.least;
    if (take(',')) {
      if (at_ < text_.size() && text_[at_] == '}')
        item.unbounded = true;
      else
        item.most = TRY(count());
    }
    if (!take('}') || item.most < item.least) return invalid(text_);
    return {};
  }

  Result<std::size_t> count() {
    const auto begin = at_;
    std::size_t value = 0;
    for (; at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])); ++at_) {
      value = value * 10 + (text_[at_] - '0');
      if (value > kMostRepeats) return invalid(text_);
    }
    if (begin == at_) return invalid(text_);
    return value;
  }

  // --- states ----------------------------------------------------------------------------------

  Result<Regex> build() {
    std::size_t states = 0;
    for (const auto& alternative : alternatives_) {
      for (const auto& item : alternative.items)
        states += std::max(item.most, item.least + item.unbounded);
      ++states;
    }
    if (states > kMostStates) return invalid(text_);
    Regex out;
    const Regex::Bits none((states + 63) / 64, 0);
    out.accepts_.fill(none);
    for (auto* bits : {&out.optional_, &out.repeats_, &out.starts_, &out.starts_anchored_,
                       &out.ends_, &out.ends_anchored_})
      *bits = none;
    std::size_t state = 0;
    for (const auto& alternative : alternatives_)
      add(out, alternative, state);
    if (alternatives_.size() == 1) out.literal_ = literal(alternatives_[0]);
    return out;
  }

  static void set(Regex::Bits& bits, std::size_t state) {
    bits[state / 64] |= std::uint64_t{1} << state % 64;
  }

  static void add(Regex& out, const Alternative& alternative, std::size_t& state) {
    set(alternative.from_start ? out.starts_anchored_ : out.starts_, state);
    const auto add_one = [&](const Item& item, bool optional, bool repeats) {
      for (std::size_t c = 0; c <= kOther; ++c) {
        if (item.characters[c]) set(out.accepts_[c], state);
      }
      if (optional) set(out.optional_, state);
      if (repeats) set(out.repeats_, state);
      ++state;
    };
    for (const auto& item : alternative.items) {
      for (std::size_t i = 0; i < item.least; ++i)
        add_one(item, false, item.unbounded && i + 1 == item.least);
      if (item.unbounded && item.least == 0) add_one(item, true, true);
      for (std::size_t i = item.least; !item.unbounded && i < item.most; ++i)
        add_one(item, true, false);
    }
    set(alternative.to_end ? out.ends_anchored_ : out.ends_, state);
    ++state;
  }

  static std::string literal(const Alternative& alternative) {
    std::string best, run;
    for (const auto& item : alternative.items) {
      const bool fixed =
          item.characters.count() == 1 && !item.characters[kOther] && item.least >= 1;
      if (!fixed) {
        run.clear();
        continue;
      }
      run.append(item.least, static_cast<char>(item.characters._Find_first()));
      if (run.size() > best.size()) best = run;
      if (item.unbounded || item.most != item.least) run.clear();
    }
    return best;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Alternative> alternatives_;
};

Result<Regex> Regex::compile(std::string_view expression) {
  return RegexCompiler(expression).compile();
}

/// Adds the states that are reached by leaving out optional items: an addition carries through a
/// run of them.
void Regex::close(Bits& states) const {
  unsigned carry = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    unsigned long long sum = 0;
    const bool first = __builtin_uaddll_overflow(states[i] & optional_[i], optional_[i], &sum);
    const bool second = __builtin_uaddll_overflow(sum, carry, &sum);
    states[i] |= sum ^ optional_[i];
    carry = first || second;
  }
}

bool Regex::any(const Bits& states, const Bits& mask) const {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i] & mask[i]) return true;
  }
  return false;
}

bool Regex::search(std::string_view text) const {
  const auto words = starts_.size();
  Bits states = starts_;
  for (std::size_t i = 0; i < words; ++i)
    states[i] |= starts_anchored_[i];
  close(states);
  int following = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (any(states, ends_)) return true;
    // As in Java, $ stands before a line end that ends the text, too.
    if (byte == '\n' && at + 1 == text.size() && any(states, ends_anchored_)) return true;
    // A character counts at its first byte; a byte that follows none is a character of its own.
    if ((byte & 0xC0) == 0x80 && following > 0) {
      --following;
      continue;
    }
    following = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
    const auto& takes = accepts_[std::min<std::size_t>(byte, kOther)];
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < words; ++i) {
      const auto taken = states[i] & takes[i];
      states[i] = taken << 1 | carry | (taken & repeats_[i]) | starts_[i];
      carry = taken >> 63;
    }
    close(states);
  }
  return any(states, ends_) || any(states, ends_anchored_);
}

}  // namespace tocsin::logfilter
