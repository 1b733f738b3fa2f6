// SPDX-License-Identifier: Apache-2.0
// Every case of tests/conformance/insights.
#include <deque>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>

#include "base/document.hpp"
#include "engines/insights/insights.hpp"

namespace tocsin::insights {
namespace {

constexpr std::int64_t kStart = 1'790'000'000'000;

struct Events {
  std::deque<Source> sources;
  std::deque<std::string> messages;
  std::vector<Event> events;

  explicit Events(const Array& given) {
    for (const auto& each : given)
      add(each);
  }

  void add(const Document& each) {
    auto& message = messages.emplace_back(each.is_string() ? std::string(each.get_string())
                                                           : string_of(each, "message"));
    message.reserve(message.size() + kPadding);
    const auto& source = sources.emplace_back(
        Source{string_of(each, "log", "123456789012:g"), string_of(each, "stream", "s"), ""});
    const auto number = static_cast<std::int64_t>(events.size());
    events.push_back({.timestamp = integer(each, "time").value_or(kStart + number * 1000),
                      .ingested = kStart + 5,
                      .ordinal = number,
                      .source = &source,
                      .message = message});
  }
};

std::string told(const std::vector<Row>& rows) {
  std::string out;
  for (const auto& row : rows) {
    std::vector<std::string> fields;
    for (const auto& [name, value] : row)
      fields.push_back(name + "=" + value);
    out += fmt::format("{}\n", fmt::join(fields, ", "));
  }
  return out;
}

Result<std::vector<Row>> found(const Query& query, const std::vector<Event>& events) {
  Run run(query, {.now = from_ms(kStart)});
  for (const auto& event : events)
    TRY(run.add(event));
  return run.finish();
}

void check_error(const Document& test, const Query* query, const Error* error) {
  ASSERT_FALSE(query) << to_json(test);
  EXPECT_EQ(error->code, "MalformedQueryException");
  EXPECT_EQ(error->message, text(test, "error")) << to_json(test);
  if (const auto* at = find(test, "at")) {
    EXPECT_EQ(to_json(error->members.at("queryCompileError").at("location")),
              fmt::format(R"({{"startCharOffset":{},"endCharOffset":{}}})",
                          at->as_array()[0].as_int64(), at->as_array()[1].as_int64()))
        << to_json(test);
  }
}

/// The hint keeps no event away that the query finds.
void check_hint(const Query& query, const Events& events, const std::string& all) {
  std::vector<Event> hinted;
  for (const auto& event : events.events) {
    const bool escaped = query.hint().escaped && event.message.find('\\') != std::string::npos;
    if (escaped || event.message.find(query.hint().text) != std::string::npos)
      hinted.push_back(event);
  }
  EXPECT_EQ(told(found(query, hinted).value()), all) << query.hint().text;
}

void check(const Document& test, const Events& events) {
  const auto query = Query::parse(text(test, "query"));
  if (find(test, "error"))
    return check_error(test, query ? &*query : nullptr, query ? nullptr : &query.error());
  ASSERT_TRUE(query) << query.error().message << "\n" << to_json(test);
  std::string wanted;
  for (const auto& row : array_of(test, "rows"))
    wanted.append(row.as_string()).append("\n");
  const auto rows = found(*query, events.events);
  ASSERT_TRUE(rows);
  EXPECT_EQ(told(*rows), wanted) << to_json(test);
  check_hint(*query, events, wanted);
  const std::vector<Event> backward(events.events.rbegin(), events.events.rend());
  EXPECT_EQ(told(found(*query, backward).value()), wanted) << "in another order: " << to_json(test);
}

TEST(InsightsConformance, EveryCase) {
  std::ifstream file(std::string(TOCSIN_SOURCE_DIR) + "/tests/conformance/insights/cases.jsonl");
  int count = 0;
  Events events(Array{});
  for (std::string line; std::getline(file, line); ++count) {
    const auto test = parse_json(line).value();
    if (find(test, "events")) events = Events(array_of(test, "events"));
    check(test, events);
  }
  EXPECT_GT(count, 120);
}

}  // namespace
}  // namespace tocsin::insights
