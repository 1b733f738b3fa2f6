// SPDX-License-Identifier: Apache-2.0
// The query language of CloudWatch Logs Insights, over any sequence of log events.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
//
//   const auto query = TRY(insights::Query::parse("filter level = 'ERROR' | stats count(*) by
//   bin(5m)")); insights::Run run(query, {.now = now}); for (...) TRY(run.add(event)); for (const
//   auto& row : TRY(run.finish())) ...
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::insights {

struct Plan;

/// Bytes behind a message that may be read (what they are does not matter).
inline constexpr std::size_t kPadding = 64;
inline constexpr std::size_t kMostRows = 10'000;

/// Where events come from. It lives as long as the events do.
struct Source {
  std::string log;     // "123456789012:/app/web"
  std::string stream;  // name
  std::string id;      // the caller's own
};

struct Event {
  std::int64_t timestamp = 0, ingested = 0;  // milliseconds
  std::int64_t ordinal = 0;                  // orders events of one time and stream
  const Source* source = nullptr;
  std::string_view message;  // followed by kPadding bytes that may be read
};

/// What the message of every event that matches contains.
struct Hint {
  std::string text;      // empty: nothing is known
  bool escaped = false;  // a message with a backslash may match without containing it
};

/// A query that has been understood. Immutable and cheap to copy; any thread.
class Query {
 public:
  /// Error MalformedQueryException, with the member queryCompileError.
  static Result<Query> parse(std::string_view text);
  const Hint& hint() const;
  const Plan& plan() const { return *plan_; }

 private:
  explicit Query(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

struct Field {
  std::string name, value;
  bool operator==(const Field&) const = default;
};
using Row = std::vector<Field>;

struct Options {
  Time now{};
  std::size_t limit = kMostRows;
  /// What @ptr says of an event; where absent rows have none.
  std::function<std::string(const Event&)> pointer = {};
};

/// One execution. The same events in another order give the same rows. One thread at a time.
class Run {
 public:
  Run(Query query, Options options);
  ~Run();
  Run(Run&&) noexcept;

  /// Error LimitExceededException: the query needs more memory than a query may have.
  Result<void> add(const Event& event);
  /// Events so far that the filters let through.
  std::uint64_t matched() const;
  Result<std::vector<Row>> finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The fields that the language finds by itself: @message and its like, and those of JSON, of
/// Lambda's own lines and of VPC flow logs.
std::vector<Field> discovered(const Event& event);

}  // namespace tocsin::insights
