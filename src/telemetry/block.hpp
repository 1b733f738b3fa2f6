// SPDX-License-Identifier: Apache-2.0
// What goes from the thread that reads to those that match: a piece of text, its structural
// characters, and the records that lie in it whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engines/pattern/pattern.hpp"
#include "engines/pattern/structure.hpp"
#include "telemetry/problems.hpp"

namespace tocsin::telemetry {

/// What the records are, and so what is looked at when they are found.
enum class Content {
  CloudTrail,  // records of CloudTrail, also in {"Records": […]}
  Events       // whole events, of any content
};

constexpr int kMostDepth = 64;

struct Limits {
  std::size_t block = 256 * 1024;    // bytes read at once
  std::size_t record = 1024 * 1024;  // longer ones are skipped
  int depth = kMostDepth;            // of objects and arrays in a record; no more than kMostDepth
};

/// The top-level members of a CloudTrail record that make its event. Views into the block.
struct Fields {
  std::string_view event_source, event_name, event_type, event_time, region, account;
  bool management = false;
  bool digest = false;   // no record, but a digest file of log validation
  bool escaped = false;  // one of the texts has a backslash: as written, it is not what it says
};

struct Record {
  std::uint32_t begin = 0, end = 0;   // bytes of the block's text
  std::uint32_t first = 0, last = 0;  // its { and what follows its }, in the block's structure
  std::uint64_t line = 0;             // from 1, where the file is one of lines; else 0
  Fields fields = {};
};

struct Block {
  std::vector<char> buffer;
  std::string_view text;  // in `buffer`
  std::span<const std::uint32_t> structure;
  std::vector<Record> records;
  const std::string* file = nullptr;
  std::uint64_t base = 0;    // of `text` in the file
  std::uint64_t number = 0;  // blocks are counted in the order in which they were read

  std::string_view text_of(const Record& record) const {
    return text.substr(record.begin, record.end - record.begin);
  }
  std::span<const std::uint32_t> structure_of(const Record& record) const {
    return structure.subspan(record.first, record.last - record.first);
  }
  pattern::IndexedObject object(const Record& record) const {
    return {text.substr(0, record.end), structure_of(record)};
  }
  Problem problem(const Record& record, std::string reason) const {
    return {*file, base + record.begin, record.line, std::move(reason)};
  }

  // Where `structure` lies: in `whole`, or piece by piece in `pieces` where the text is damaged.
  pattern::Structure whole;
  std::vector<std::uint32_t> pieces;
};

}  // namespace tocsin::telemetry
