// SPDX-License-Identifier: Apache-2.0
// CBOR: whatever is read by a model is read the same when written again; the rest is refused with
// its byte. The first byte chooses whose input the rest is.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engines/model/model.hpp"
#include "wire/protocols/cbor_value.hpp"

using namespace tocsin;
using namespace tocsin::wire::detail;

namespace {

constexpr std::pair<std::string_view, std::string_view> kOperations[] = {
    {"monitoring", "PutMetricData"},    {"monitoring", "GetMetricData"},
    {"monitoring", "PutMetricAlarm"},   {"dynamodb", "BatchWriteItem"},
    {"sqs", "SendMessageBatch"},        {"kms", "Encrypt"},
    {"cloudtrail", "PutEventSelectors"}};

const model::Shape& shape_of(std::uint8_t choice) {
  const auto& [service, operation] = kOperations[choice % std::size(kOperations)];
  return *model::service(service)->operation(operation)->input->shape;
}

std::string written(const model::Shape& shape, const Document& value) {
  std::string out;
  CborWriter writer(out);
  to_cbor(writer, shape, value);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto& shape = shape_of(data[0]);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  CborReader whole(body);
  const auto passed = whole.skip();
  const auto read = body_from_cbor(shape, body);
  if (!read) {
    TOCSIN_ASSERT(read.error().code == "SerializationException");
    return 0;
  }
  TOCSIN_ASSERT(body.empty() || (passed && whole.at_end()));
  const auto once = written(shape, Document(*read));
  const auto again = body_from_cbor(shape, once);
  TOCSIN_ASSERT(again && written(shape, Document(*again)) == once);
  return 0;
}
