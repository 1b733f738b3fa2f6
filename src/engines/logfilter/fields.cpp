// SPDX-License-Identifier: Apache-2.0
// Space-delimited patterns: [ip, user, ..., status = 4* || status = 500, bytes > 1000].
#include <algorithm>

#include "engines/logfilter/pattern.hpp"

namespace tocsin::logfilter {
namespace {

constexpr std::size_t kMostFields = 500;

struct Field {
  std::string name;
  std::vector<std::vector<Comparison>>
      any_of;  // alternatives of conditions that all hold; empty: any value

  bool holds(std::string_view value) const {
    return any_of.empty() || std::ranges::any_of(any_of, [&](const auto& all) {
             return std::ranges::all_of(all,
                                        [&](const Comparison& each) { return each.holds(value); });
           });
  }
};

/// The text between quotes or brackets is one field, without them.
std::optional<std::string_view> next_word(std::string_view& message) {
  const auto begin = message.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  message.remove_prefix(begin);
  const char open = message[0];
  if (open == '"' || open == '[') {
    if (const auto close = message.find(open == '"' ? '"' : ']', 1);
        close != std::string_view::npos) {
      const auto word = message.substr(1, close - 1);
      message.remove_prefix(close + 1);
      return word;
    }
  }
  const auto word = message.substr(0, message.find_first_of(" \t\r\n"));
  message.remove_prefix(word.size());
  return word;
}

struct Fields : Pattern {
  std::vector<Field> before, behind;  // of the ellipsis
  bool ellipsis = false;

  std::optional<std::vector<std::string_view>> words(std::string_view message) const {
    std::vector<std::string_view> out;
    const auto fixed = before.size() + behind.size();
    while (const auto word = next_word(message)) {
      if (!ellipsis && out.size() == fixed) return std::nullopt;
      out.push_back(*word);
    }
    if (out.size() < fixed) return std::nullopt;
    return out;
  }

  bool matches(std::string_view message) const override {
    const auto found = words(message);
    if (!found) return false;
    const auto tail = found->size() - behind.size();
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!before[i].holds((*found)[i])) return false;
    }
    for (std::size_t i = 0; i < behind.size(); ++i) {
      if (!behind[i].holds((*found)[tail + i])) return false;
    }
    return true;
  }

  std::map<std::string, std::string> extract(std::string_view message) const override {
    std::map<std::string, std::string> out;
    const auto found = words(message);
    if (!found) return out;
    const auto tail = found->size() - behind.size();
    for (std::size_t i = 0; i < found->size(); ++i) {
      const auto* field = i < before.size() ? &before[i] : i >= tail ? &behind[i - tail] : nullptr;
      out["$" + (field && !field->name.empty() ? field->name : std::to_string(i + 1))] =
          (*found)[i];
    }
    return out;
  }
};

bool is_name(char c) {
  return is_word(c) || c == '-' || c == '.';
}

class FieldsParser {
 public:
  explicit FieldsParser(std::string_view text) : reader_(text) {}

  Result<PatternPtr> parse() {
    reader_.next();
    do {
      reader_.skip_space();
      if (reader_.take("...") || reader_.take("\xE2\x80\xA6")) {
        if (std::exchange(out_->ellipsis, true)) return invalid_pattern();
        reader_.skip_space();
        continue;
      }
      auto& side = out_->ellipsis ? out_->behind : out_->before;
      side.push_back(TRY(field()));
      if (side.size() > kMostFields) return invalid_pattern();
    } while (reader_.take(","));
    if (!reader_.take("]")) return invalid_pattern();
    reader_.skip_space();
    if (!reader_.done()) return invalid_pattern();
    for (const auto* side : {&out_->before, &out_->behind}) {
      for (const auto& field : *side)
        add_hint(field);
    }
    return out_;
  }

 private:
  Result<Field> field() {
    Field out{.name = std::string(reader_.run(is_name))};
    reader_.skip_space();
    if (const auto op = reader_.comparison()) {
      out.any_of.push_back({ TRY(comparison(*op)) });
      while (true) {
        reader_.skip_space();
        const bool both = reader_.take("&&");
        if (!both && !reader_.take("||")) break;
        reader_.skip_space();
        reader_.run(is_name);
        reader_.skip_space();
        const auto next = reader_.comparison();
        if (!next) return invalid_pattern();
        if (!both) out.any_of.emplace_back();
        out.any_of.back().push_back(TRY(comparison(*next)));
      }
    }
    return out;
  }

  Result<Comparison> comparison(Operator op) {
    reader_.skip_space();
    Comparison out {
      op, TRY(reader_.operand(",]"))
    };
    const bool orders = op != Operator::Equal && op != Operator::NotEqual;
    if (orders && !out.operand.number) return invalid_pattern();
    out_->regexes += out.operand.regex != nullptr;
    return out;
  }

  void add_hint(const Field& field) {
    if (field.any_of.size() != 1) return;
    for (const auto& each : field.any_of[0]) {
      if (each.op != Operator::Equal || each.operand.number) continue;
      if (each.operand.literal().size() > out_->hint.text.size())
        out_->hint.text = each.operand.literal();
    }
  }

  Reader reader_;
  std::shared_ptr<Fields> out_ = std::make_shared<Fields>();
};

}  // namespace

Result<PatternPtr> parse_fields(std::string_view pattern) {
  return FieldsParser(pattern).parse();
}

}  // namespace tocsin::logfilter
