// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of CloudTrail records and of events, in small blocks: nothing may crash,
// every record that comes out stands whole in the text, and what is said to be no JSON is none for
// the server's parser either.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/check.hpp"
#include "telemetry/matching.hpp"
#include "telemetry/splitter.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::telemetry;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_record(const Block& block, const Record& record) {
  const auto text = block.text_of(record);
  require(text.size() >= 2 && text.front() == '{' && text.back() == '}');
  const auto structure = block.structure_of(record);
  require(structure.size() >= 2 && structure.front() == record.begin &&
          structure.back() + 1 == record.end);
  const auto fault = find_fault(block.text, structure);
  if (fault && fault->find("two members") == std::string::npos) require(!parse_json(text));
}

const std::shared_ptr<const RuleBook>& rules() {
  static const auto book = make_rule_book(
      {{"a", R"({"source":["aws.iam"],"detail":{"eventName":[{"prefix":"Create"}]}})", true},
       {"b", R"({"detail":{"requestParameters":{"a":{"b":[{"exists":true}]}}}})", true},
       {"c", R"({"eventName":[{"wildcard":"*a*b"}]})", true}});
  return *book;
}

void fuzz(std::string_view input, Content content, std::size_t block_size) {
  static const std::string file = "input";
  Problems problems;
  Matching matching({.content = content, .keep_text = true}, rules(), problems,
                    [](const Findings&) {});
  const auto consumer = matching.consumer();
  Splitter splitter(memory_source(std::string(input)), file, content,
                    {.block = block_size, .record = 2000}, problems);
  std::uint64_t number = 0;
  for (Block block; splitter.fill(block);) {
    block.number = number++;
    for (const auto& record : block.records)
      check_record(block, record);
    consumer->take(block);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  fuzz(input, Content::CloudTrail, 64);
  fuzz(input, Content::CloudTrail, 1 << 16);
  fuzz(input, Content::Events, 300);
  return 0;
}
