// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of text into blocks of whole records. What a stream may be, told by how it begins:
//   lines   one object a line; a line that is damaged spoils no other
//   values  objects, arrays of objects and {"Records": [objects]}, in any number, with or without
//   space
// Memory is bounded by the limits, whatever the text. A block of sound text costs one pass of
// simdjson; in one that is not, each record is judged by itself, and after a record without end the
// next begins where one looks like its neighbours: with an object whose first member has the name
// that theirs have.
#pragma once

#include <memory>
#include <string>

#include "telemetry/block.hpp"
#include "telemetry/source.hpp"
#include "telemetry/walk.hpp"

namespace tocsin::telemetry {

class Splitter {
 public:
  /// `file` (its name) and `problems` outlive it.
  Splitter(std::unique_ptr<Source> source, const std::string& file, Content content,
           const Limits& limits, Problems& problems);

  /// Puts the next records into the block, at least one. False at the end of the stream.
  bool fill(Block& block);

  std::uint64_t bytes() const { return read_; }
  /// Nothing in the stream looked like a record: it was left at once.
  bool foreign() const { return form_ == Form::Foreign; }

 private:
  enum class Form { Unknown, Lines, Values, Foreign };
  enum class Within { Nothing, Array, Records, Tail };  // Tail: of the object that had the Records

  void load(Block& block);
  std::size_t split(Block& block);
  bool recognise(std::string_view text);
  Form form_of(std::string_view text) const;
  Form form_of_object(std::string_view text) const;

  std::size_t split_lines(Block& block);
  void take_lines(Block& block);
  void judge_lines(Block& block);
  std::size_t take_line(Block& block, std::size_t at);
  void judge_line(Block& block, std::size_t begin, std::size_t end);
  std::size_t drop_line(std::string_view text);

  std::size_t split_values(Block& block);
  bool take_values(Block& block, std::size_t end, std::size_t& used);
  bool take_value(Block& block, std::size_t& at, bool& cut);
  bool take_mark(char c);
  std::size_t judge_values(Block& block, std::size_t at);
  std::size_t judge_object(Block& block, std::size_t at, bool& cut);
  std::size_t skip_foreign(std::string_view text, std::size_t at) const;
  std::size_t next_alike(std::string_view text, std::size_t from) const;

  bool judge(Block& block, std::size_t begin, std::size_t end);
  bool accept(Block& block, const Walked& walked, std::size_t first);
  void problem(const Block& block, std::size_t at, std::string reason);

  std::unique_ptr<Source> source_;
  const std::string& file_;
  const Content content_;
  const Limits limits_;
  Problems& problems_;
  pattern::Structure piece_;

  std::string carry_;       // what was read and belongs to no block yet
  std::uint64_t base_ = 0;  // of `carry_` in the stream
  std::uint64_t read_ = 0;
  std::uint64_t line_ = 1;
  bool ended_ = false;  // the source has no more
  bool lost_ = false;   // within a record that is too long or has no end
  Form form_ = Form::Unknown;
  Within within_ = Within::Nothing;
  std::size_t stray_ = 0;  // brackets [ opened within a list
  std::string first_name_;
};

}  // namespace tocsin::telemetry
