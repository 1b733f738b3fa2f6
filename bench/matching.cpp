// SPDX-License-Identifier: Apache-2.0
// Pattern matching on the city-lots corpus, as a fraction of simdjson On-Demand reading one field
// of each event.
//   bench_matching CORPUS.json.gz FOLDER-OF-RULES [PASSES [NAME-OF-A-SET]]
// prints one JSON document.
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <simdjson.h>

#include "corpus.hpp"
#include "cpu_time.hpp"
#include "engines/pattern/pattern.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::bench;

double seconds_of(const std::function<void()>& work) {
  const auto start = cpu_seconds();
  work();
  return cpu_seconds() - start;
}

/// How many events hold a lot: reads one field of each.
std::int64_t read_one_field(const Corpus& corpus) {
  simdjson::ondemand::parser parser;
  std::int64_t found = 0;
  for (const auto line : corpus.lines) {
    const simdjson::padded_string_view text(line.data(), line.size(),
                                            line.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::document event;
    std::string_view lot;
    if (parser.iterate(text).get(event) == simdjson::SUCCESS &&
        event["properties"]["MAPBLKLOT"].get_string().get(lot) == simdjson::SUCCESS) {
      ++found;
    }
  }
  return found;
}

struct RuleTexts {
  std::string name;
  std::vector<std::string> patterns;
  std::int64_t expected = -1;  // matches, where known
};

pattern::RuleSet compile(const std::vector<std::string>& patterns) {
  pattern::RuleSet rules;
  for (std::size_t id = 0; id < patterns.size(); ++id)
    rules.add(id, *pattern::parse_pattern(patterns[id]));
  return rules;
}

/// The shortest time of several passes, for what disturbs one only makes it slower.
struct Best {
  double seconds = 1e9;
  std::int64_t found = 0;

  void pass(const std::function<std::int64_t()>& work) {
    seconds = std::min(seconds, seconds_of([&] { found = work(); }));
  }
};

std::int64_t match_all(const Corpus& corpus, pattern::Matcher& matcher) {
  std::int64_t matches = 0;
  for (const auto line : corpus.lines)
    matches += static_cast<std::int64_t>(matcher.match_json(line)->size());
  return matches;
}

/// The three ways in turn, so that a change of the machine's speed meets them all.
Object measure(const Corpus& corpus, const RuleTexts& texts, int passes) {
  const auto rules = compile(texts.patterns);
  pattern::Matcher until_found(rules.snapshot(), pattern::Extent::UntilFound),
      to_end(rules.snapshot());
  Best base, found, whole;
  for (int i = 0; i < passes; ++i) {
    base.pass([&] { return read_one_field(corpus); });
    found.pass([&] { return match_all(corpus, until_found); });
    whole.pass([&] { return match_all(corpus, to_end); });
  }
  const auto events = static_cast<double>(corpus.lines.size());
  return {{"rules", texts.patterns.size()},
          {"base_per_second", events / base.seconds},
          {"per_second", events / found.seconds},
          {"whole_per_second", events / whole.seconds},
          {"fraction", base.seconds / found.seconds},
          {"whole_fraction", base.seconds / whole.seconds},
          {"matches", found.found},
          {"whole_matches", whole.found},
          {"expected", texts.expected}};
}

/// Time for one more rule where `patterns` are in already: read, added, and a snapshot taken for
/// readers.
Object measure_adding(const std::vector<std::string>& patterns) {
  auto rules = compile(patterns);
  std::vector<double> micros;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto& text = patterns[i * 7919 % patterns.size()];
    micros.push_back(1e6 * seconds_of([&] {
                       rules.add(patterns.size() + i, *pattern::parse_pattern(text));
                       rules.snapshot();
                     }));
  }
  std::ranges::sort(micros);
  return {{"median_us", micros[micros.size() / 2]}, {"p99_us", micros[micros.size() * 99 / 100]}};
}

/// One of rules.json's classes, or the union of several.
RuleTexts class_of(const Document& classes, std::string name,
                   const std::vector<std::string>& members) {
  RuleTexts texts{.name = std::move(name), .expected = 0};
  for (const auto& member : members) {
    for (const auto& rule : array_of(classes, member)) {
      texts.patterns.push_back(to_json(*find(rule, "pattern")));
      texts.expected += integer(rule, "matches").value_or(0);
    }
  }
  return texts;
}

Result<std::vector<RuleTexts>> read_rules(const std::filesystem::path& folder) {
  const auto classes = TRY(parse_json(TRY(read_gzip(folder / "rules.json"))));
  std::vector<RuleTexts> sets;
  for (const auto& member : classes.as_object()) {
    const std::string name(member.key());
    if (name != "_sets") sets.push_back(class_of(classes, name, {name}));
  }
  for (const auto& set : object_of(classes, "_sets")) {
    std::vector<std::string> members;
    for (const auto& name : set.value().as_array())
      members.emplace_back(name.as_string());
    sets.push_back(class_of(classes, std::string(set.key()), members));
  }
  sets.push_back(
      { .name = "mixed_1000", .patterns = TRY(read_lines(folder / "mixed-1000.jsonl")) });
  sets.push_back(
      { .name = "mixed_10000", .patterns = TRY(read_lines(folder / "mixed-10000.jsonl.gz")) });
  return sets;
}

Result<void> run(const char* corpus_file, const std::filesystem::path& rules, int passes,
                 std::string_view only) {
  const auto corpus = TRY(read_corpus(corpus_file));
  Object results;
  for (const auto& texts : TRY(read_rules(rules))) {
    if (!only.empty() && texts.name != only) continue;
    results[texts.name] = measure(corpus, texts, passes);
    if (texts.name == "mixed_10000") results["add_rule"] = measure_adding(texts.patterns);
  }
  fmt::print("{}\n", to_json(results));
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const auto done =
      run(words[1], words[2], count > 3 ? std::atoi(words[3]) : 5, count > 4 ? words[4] : "");
  if (done) return 0;
  fmt::print(stderr, "bench_matching: {}\n", done.error().message);
  return 1;
}
