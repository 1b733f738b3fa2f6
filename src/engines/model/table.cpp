// SPDX-License-Identifier: Apache-2.0
#include "engines/model/table.hpp"

#include "base/assert.hpp"

namespace tocsin::model {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      TOCSIN_ASSERT(at_ != end_ && shift < 64);
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }

  std::int64_t signed_number() {
    const auto zigzag = number();
    return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }

  std::string_view take(std::size_t count) {
    TOCSIN_ASSERT(count <= static_cast<std::size_t>(end_ - at_));
    std::string_view taken(at_, count);
    at_ += count;
    return taken;
  }

 private:
  const char* at_;
  const char* end_;
};

class TableReader {
 public:
  TableReader(Reader in, LoadedService& out) : in_(in), out_(out) {}

  void read() {
    read_strings();
    read_metadata();
    read_errors();
    read_enums();
    read_shapes();
    read_operations();
  }

 private:
  std::string_view text() { return out_.strings.at(in_.number()); }

  void read_strings() {
    std::vector<std::size_t> lengths(in_.number());
    for (auto& length : lengths)
      length = in_.number();
    out_.strings.reserve(lengths.size());
    for (auto length : lengths)
      out_.strings.push_back(in_.take(length));
  }

  void read_metadata() {
    auto& service = out_.service;
    for (auto field : {&Service::id, &Service::endpoint_prefix, &Service::signing_name,
                       &Service::target_prefix, &Service::json_version, &Service::api_version,
                       &Service::xml_namespace, &Service::full_name, &Service::sdk_id}) {
      service.*field = text();
    }
    service.primary = static_cast<Protocol>(in_.number());
    const auto spoken = in_.number();
    for (unsigned i = 0; i <= static_cast<unsigned>(Protocol::Cbor); ++i) {
      if (spoken >> i & 1) service.protocols.push_back(static_cast<Protocol>(i));
    }
    service.query_compatible = in_.number() != 0;
  }

  void read_errors() {
    auto& errors = out_.service.errors;
    errors.resize(in_.number());
    for (auto& error : errors) {
      error.name = text();
      error.code = text();
      error.message_member = text();
      error.status = static_cast<int>(in_.number());
      error.has_type = in_.number() != 0;
    }
  }

  void read_enums() {
    out_.enums.resize(in_.number());
    for (auto& values : out_.enums) {
      values.resize(in_.number());
      for (auto& value : values)
        value = text();
    }
  }

  void read_shapes() {
    out_.shapes.resize(in_.number());
    out_.members.reserve(in_.number());
    const auto reserved = out_.members.capacity();
    for (auto& shape : out_.shapes)
      read_shape(shape);
    TOCSIN_ASSERT(out_.members.capacity() == reserved);
  }

  void read_shape(Shape& shape) {
    const auto head = in_.number();
    shape.type = static_cast<Type>(head & 15);
    shape.is_union = head >> 4 & 1;
    shape.is_document = head >> 5 & 1;
    shape.is_event_stream = head >> 6 & 1;
    shape.is_event = head >> 7 & 1;
    const auto extras = in_.number();
    if (extras & 1) shape.min = in_.signed_number();
    if (extras & 2) shape.max = in_.signed_number();
    if (extras & 4) shape.pattern = text();
    if (extras & 8) shape.values = out_.enums.at(in_.number() - 1);
    const auto payload = extras & 16 ? in_.number() : 0;
    const auto count = in_.number();
    const auto first = out_.members.size();
    for (std::uint64_t i = 0; i < count; ++i)
      read_member(out_.members.emplace_back());
    shape.members = {out_.members.data() + first, count};
    if (payload) shape.payload = &shape.members[payload - 1];
  }

  void read_member(Member& member) {
    member.name = text();
    member.shape = &out_.shapes.at(in_.number());
    const auto flags = in_.number();
    unsigned bit = 0;
    for (auto flag :
         {&Member::required, &Member::flattened, &Member::streaming, &Member::idempotency_token,
          &Member::sensitive, &Member::xml_attribute, &Member::deprecated, &Member::host_label}) {
      member.*flag = flags >> bit++ & 1;
    }
    const auto place = in_.number();
    member.location = static_cast<Location>(place & 7);
    bit = 3;
    for (auto field : {&Member::location_name, &Member::query_name, &Member::xml_namespace,
                       &Member::xml_prefix}) {
      if (place >> bit++ & 1) member.*field = text();
    }
    if (place >> bit & 1) member.timestamp_format = timestamp_format(text());
  }

  static TimestampFormat timestamp_format(std::string_view name) {
    if (name == "iso8601") return TimestampFormat::Iso8601;
    if (name == "rfc822") return TimestampFormat::Rfc822;
    TOCSIN_ASSERT(name == "unixTimestamp");
    return TimestampFormat::UnixTimestamp;
  }

  void read_operations() {
    out_.operations.resize(in_.number());
    for (auto& operation : out_.operations)
      read_operation(operation);
    out_.service.operations = out_.operations;
  }

  void read_operation(Operation& operation) {
    operation.name = text();
    operation.method = text();
    operation.uri = text();
    operation.status = static_cast<int>(in_.number());
    const auto flags = in_.number();
    operation.unsigned_call = flags & 1;
    operation.deprecated = flags >> 1 & 1;
    operation.idempotent = flags >> 2 & 1;
    operation.checksum_required = flags >> 3 & 1;
    for (auto field : {&Operation::result_wrapper, &Operation::input_token,
                       &Operation::output_token, &Operation::limit_key, &Operation::result_key}) {
      operation.*field = text();
    }
    operation.errors.resize(in_.number());
    for (auto& error : operation.errors)
      error = &out_.service.errors.at(in_.number());
    operation.input = read_side();
    operation.output = read_side();
  }

  const Member* read_side() {
    if (in_.number() == 0) return nullptr;
    read_member(out_.sides.emplace_back());
    return &out_.sides.back();
  }

  Reader in_;
  LoadedService& out_;
};

}  // namespace

void read_table(std::string raw, LoadedService& out) {
  out.raw = std::move(raw);
  TableReader(Reader(out.raw), out).read();
}

}  // namespace tocsin::model
