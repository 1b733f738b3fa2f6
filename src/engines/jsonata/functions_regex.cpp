// SPDX-License-Identifier: Apache-2.0
// What works with regular expressions, or with functions that match as they do.
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/functions.hpp"
#include "engines/jsonata/text.hpp"

namespace tocsin::jsonata {
namespace {

struct Match {
  std::string text;
  std::size_t start = 0, end = 0;  // bytes
  std::vector<Value> groups;
};

/// The matches of a matcher in a text, one after the other.
class Matches {
 public:
  Matches(Arguments& arguments, const Value& matcher, const std::string& text)
      : evaluator_(arguments.evaluator), matcher_(matcher), text_(text) {}

  std::optional<Match> next() {
    const auto& function = matcher_.function();
    const auto found = function.regex ? match_from(function, text_, from_) : next_of_function();
    if (found.undefined()) return std::nullopt;
    return read(found);
  }

 private:
  Value next_of_function() {
    if (!std::exchange(begun_, true)) return evaluator_.apply(matcher_, {Value(text_)}, Value());
    return next_.is_function() ? evaluator_.apply(next_, {}, Value()) : Value();
  }

  Match read(const Value& found) {
    const auto start = lookup(found, "start"), end = lookup(found, "end"),
               groups = lookup(found, "groups");
    next_ = lookup(found, "next");
    if (!start.is_number() && !end.is_number() && !groups.is_array() && !next_.is_function())
      raise("T1010", 0, "match");
    Match match;
    match.text = to_text(lookup(found, "match"));
    match.start =
        start.is_number() ? character_at(text_, static_cast<std::size_t>(start.number())) : 0;
    match.end = end.is_number() ? character_at(text_, static_cast<std::size_t>(end.number())) : 0;
    const auto items = items_of(groups);
    match.groups.assign(items.begin(), items.end());
    from_ = match.end;
    return match;
  }

  Evaluator& evaluator_;
  const Value& matcher_;
  const std::string& text_;
  std::size_t from_ = 0;
  bool begun_ = false;
  Value next_;
};

/// Throws `code` where it is negative.
double limit_of(const Value& given, std::string_view code) {
  if (given.undefined()) return INFINITY;
  if (given.number() < 0) raise(code, 0, "", shown(given));
  return given.number();
}

/// $1, $$ and $0 of a replacement, as jsonata.js reads them.
std::string substitute(const std::string& replacement, const Match& match) {
  std::string out;
  std::size_t at = 0;
  for (auto dollar = replacement.find('$'); dollar != replacement.npos;
       dollar = replacement.find('$', at)) {
    out += replacement.substr(at, dollar - at);
    at = dollar + 1;
    const char next = at < replacement.size() ? replacement[at] : '\0';
    if (next == '$' || next == '0') {
      out += next == '$' ? "$" : match.text;
      ++at;
      continue;
    }
    const auto count = match.groups.size();
    std::size_t most = count ? static_cast<std::size_t>(std::log10(count)) + 1 : 1;
    const auto digits = [&](std::size_t limit) {
      std::size_t number = 0, seen = 0;
      while (seen < limit && at + seen < replacement.size() && isdigit(replacement[at + seen])) {
        number = number * 10 + static_cast<std::size_t>(replacement[at + seen] - '0');
        ++seen;
      }
      return std::pair(number, seen);
    };
    auto [number, seen] = digits(most);
    if (most > 1 && number > count) std::tie(number, seen) = digits(most - 1);
    if (seen == 0) {
      out += '$';
      continue;
    }
    if (number >= 1 && number <= count && !match.groups[number - 1].undefined())
      out += to_text(match.groups[number - 1]);
    at += seen;
  }
  return out + replacement.substr(std::min(at, replacement.size()));
}

Value object_of(const Match& match, const std::string& text) {
  auto object = make_object();
  object->set("match", Value(match.text));
  object->set("index", Value(character_count(std::string_view(text).substr(0, match.start))));
  object->set("groups", Value(make_array(match.groups)));
  return object;
}

std::string replace_text(const std::string& text, const std::string& pattern,
                         const std::string& replacement, double limit) {
  std::string out;
  std::size_t at = 0;
  for (double count = 0; count < limit; ++count) {
    const auto found = text.find(pattern, at);
    if (found == text.npos) break;
    out.append(text, at, found - at).append(replacement);
    at = found + pattern.size();
  }
  return out.append(text, at);
}

std::string replace_matches(Arguments& arguments, const std::string& text, double limit) {
  Matches matches(arguments, arguments[1], text);
  std::string out;
  std::size_t at = 0;
  for (double count = 0; count < limit; ++count) {
    const auto match = matches.next();
    if (!match) break;
    out.append(text, at, match->start - at);
    if (arguments[2].is_string()) {
      out += substitute(arguments[2].string(), *match);
    } else {
      auto object = object_of(*match, text);
      const auto replaced = arguments.evaluator.apply(arguments[2], {object}, Value());
      if (!replaced.is_string()) raise("D3012", 0, "", shown(replaced));
      out += replaced.string();
    }
    at = match->end;
  }
  return out.append(text, at);
}

void split_text(const std::string& text, const std::string& separator, double limit,
                std::vector<Value>& out) {
  std::size_t at = 0;
  while (static_cast<double>(out.size()) < limit) {
    if (separator.empty()) {
      if (at >= text.size()) return;
      const auto size = character_size(text, at);
      out.emplace_back(text.substr(at, size));
      at += size;
      continue;
    }
    const auto found = text.find(separator, at);
    out.emplace_back(text.substr(at, found == text.npos ? found : found - at));
    if (found == text.npos) return;
    at = found + separator.size();
  }
}

void split_matches(Arguments& arguments, const std::string& text, double limit,
                   std::vector<Value>& out) {
  Matches matches(arguments, arguments[1], text);
  std::size_t at = 0;
  auto match = matches.next();
  for (; match && static_cast<double>(out.size()) < limit; match = matches.next()) {
    out.emplace_back(text.substr(at, match->start - at));
    at = match->end;
  }
  if (static_cast<double>(out.size()) < limit) out.emplace_back(text.substr(at));
}

}  // namespace

Value match_from(const FunctionData& function, const std::string& text, std::size_t from) {
  if (from > text.size()) return {};
  boost::smatch found;
  const auto flags = from ? boost::match_prev_avail : boost::match_default;
  try {
    if (!boost::regex_search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), found,
                             *function.regex, flags)) {
      return {};
    }
  } catch (const std::runtime_error&) {  // it would take too long
    raise("U1001");
  }
  if (found.length() == 0) raise("D1004", function.position, "", shown(Value("")));
  const auto start = from + static_cast<std::size_t>(found.position());
  const auto end = start + static_cast<std::size_t>(found.length());
  auto object = make_object();
  object->set("match", Value(found.str()));
  const auto before = std::string_view(text);
  object->set("start", Value(character_count(before.substr(0, start))));
  object->set("end", Value(character_count(before.substr(0, end))));
  auto groups = make_array();
  for (std::size_t i = 1; i < found.size(); ++i)
    groups->items.push_back(found[i].matched ? Value(found[i].str()) : Value());
  object->set("groups", Value(groups));
  object->set("next", make_native(0, [self = Shared<FunctionData>(new FunctionData(function)), text,
                                      end](Arguments&) { return match_from(*self, text, end); }));
  return object;
}

Value function_contains(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& text = arguments[0].string();
  if (arguments[1].is_string()) return text.contains(arguments[1].string());
  return Matches(arguments, arguments[1], text).next().has_value();
}

Value function_match(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto limit = limit_of(arguments[2], "D3040");
  const auto& text = arguments[0].string();
  Matches matches(arguments, arguments[1], text);
  auto result = make_sequence();
  while (static_cast<double>(result->items.size()) < limit) {
    const auto match = matches.next();
    if (!match) break;
    result->items.push_back(object_of(*match, text));
  }
  return result;
}

Value function_replace(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& pattern = arguments[1];
  if (pattern.is_string() && pattern.string().empty()) raise("D3010");
  const auto limit = limit_of(arguments[3], "D3011");
  const auto& text = arguments[0].string();
  if (pattern.is_string()) {
    const auto replacement = arguments[2].is_string() ? arguments[2].string() : std::string();
    return replace_text(text, pattern.string(), replacement, limit);
  }
  return replace_matches(arguments, text, limit);
}

Value function_split(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto limit = std::floor(limit_of(arguments[2], "D3020"));
  auto result = make_sequence();
  if (arguments[1].is_string())
    split_text(arguments[0].string(), arguments[1].string(), limit, result->items);
  else
    split_matches(arguments, arguments[0].string(), limit, result->items);
  return make_array(std::move(result->items));
}

}  // namespace tocsin::jsonata
