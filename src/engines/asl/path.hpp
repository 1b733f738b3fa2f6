// SPDX-License-Identifier: Apache-2.0
// JSONPath as Step Functions speaks it: Jayway's dialect
// (https://github.com/json-path/JsonPath), `$$` for the context object and `$name` for a variable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::asl {

struct Filter;

/// One piece of a path behind its root.
struct PathStep {
  enum class Kind : std::uint8_t { Name, Index, Wildcard, Names, Indices, Slice, Filter };
  Kind kind = Kind::Name;
  bool deep = false;  // after `..`: of the value and of all that it contains
  std::string name;
  std::int64_t index = 0;
  std::vector<std::string> names;
  std::vector<std::int64_t> indices;
  std::optional<std::int64_t> from, to;  // of a slice
  std::shared_ptr<const Filter> filter;
};

class Path {
 public:
  enum class Root : std::uint8_t { Input, Context, Variable };

  /// Error: code "JsonPath", a message for people.
  static Result<Path> parse(std::string_view text);
  /// A path relative to a filter's `@`.
  static Result<Path> parse_steps(std::string_view text);

  Root root() const { return root_; }
  const std::string& variable() const { return variable_; }  // without $
  const std::string& text() const { return text_; }
  bool whole() const { return steps_.empty(); }
  /// Names at most one value: made of names and indices only.
  bool definite() const { return definite_; }
  const std::vector<PathStep>& steps() const { return steps_; }

  /// What the path names below `root`: of a definite path a pointer into it, else an array that is
  /// put in `storage`. Error: Jayway's words ("No results for path: $['a']").
  Result<const Document*> read(const Document& root, Document& storage) const;
  /// A definite path's value; null where there is none.
  const Document* find(const Document& root) const;

 private:
  std::string missing(const Document& root) const;

  std::string text_;
  Root root_ = Root::Input;
  std::string variable_;
  std::vector<PathStep> steps_;
  bool definite_ = true;
};

/// `document` with `value` at the definite path, objects made where there are none. Error: the path
/// leads through a value that is no object.
Result<Document> with_value_at(const Document& document, const Path& path, Document value);

/// Whether two JSON values are equal, numbers by their value.
bool equal_json(const Document& left, const Document& right);

}  // namespace tocsin::asl
