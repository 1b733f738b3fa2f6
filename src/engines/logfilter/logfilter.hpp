// SPDX-License-Identifier: Apache-2.0
// CloudWatch Logs' filter patterns: text terms, JSON conditions, space-delimited fields.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
//
//   const auto filter = TRY(logfilter::parse("{ $.status >= 500 && $.user = \"a*\" }"));
//   filter.matches(message);
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::logfilter {

struct Pattern;

/// What every message that matches contains, so that most others need not be looked at.
struct Hint {
  std::string text;      // empty: nothing is known
  bool escaped = false;  // a message that contains "\u" may match without containing it
};

/// A parsed pattern. Immutable and cheap to copy; any thread.
class Filter {
 public:
  explicit Filter(std::shared_ptr<const Pattern> pattern) : pattern_(std::move(pattern)) {}

  bool matches(std::string_view message) const;
  /// The fields of a message that matches a space-delimited pattern: "$name", or "$3" where the
  /// pattern has no name for it. Empty for patterns of other kinds.
  std::map<std::string, std::string> extract(std::string_view message) const;

  /// Whether every message matches.
  bool everything() const;
  const Hint& hint() const;
  int regexes() const;

 private:
  std::shared_ptr<const Pattern> pattern_;
};

/// Error InvalidParameterException. The empty pattern matches everything.
Result<Filter> parse(std::string_view pattern);

/// What leads to a value of a JSON message: $.request.user, $.items[0]. Immutable; any thread.
class Selector {
 public:
  struct Path;
  explicit Selector(std::shared_ptr<const Path> path) : path_(std::move(path)) {}
  /// The first value there, as a text; none where the message has none, or an object or array.
  std::optional<std::string> value_in(const Document& message) const;

 private:
  std::shared_ptr<const Path> path_;
};

/// Error InvalidParameterException.
Result<Selector> parse_selector(std::string_view text);

}  // namespace tocsin::logfilter
