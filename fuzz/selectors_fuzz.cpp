// SPDX-License-Identifier: Apache-2.0
// CloudTrail's event selectors as JSON, a zero byte, requestParameters as JSON: whatever is
// accepted chooses among records without a fault, and the defaults choose management events.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "services/cloudtrail/parts.hpp"

using namespace tocsin;

namespace {

Object record_of(const Document& params, bool read, bool management) {
  return {{"readOnly", read},
          {"managementEvent", management},
          {"eventSource", "s3.amazonaws.com"},
          {"awsRegion", "us-east-1"},
          {"recipientAccountId", "123456789012"},
          {"requestParameters", params}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto zero = input.find('\0');
  if (zero == input.npos) return 0;
  const auto selectors = parse_json(input.substr(0, zero));
  const auto params = parse_json(input.substr(zero + 1));
  if (!selectors || !params || !selectors->is_array()) return 0;
  const auto checked = cloudtrail::check_selectors(selectors->get_array());
  cloudtrail::Trail trail{.selectors = checked ? selectors->get_array() : Array{}};
  for (const bool read : {false, true}) {
    for (const bool management : {false, true}) {
      const auto record = record_of(*params, read, management);
      const bool chosen = cloudtrail::selects(trail, record);
      if (!checked) TOCSIN_ASSERT(chosen == management);
    }
  }
  return 0;
}
