// SPDX-License-Identifier: Apache-2.0
// What AWS's API models say of the services that we serve: operations, shapes, bindings, errors.
// The build makes the tables (models/); a service is opened when it is first asked for (EC2: a few
// milliseconds) and then stays. Everything here is immutable, may be read on any thread and lives
// as long as the process; text views point into the tables. The terms are those of the models:
// https://smithy.io/2.0/aws/index.html
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::model {

enum class Protocol : std::uint8_t { Json, Query, Ec2, RestJson, RestXml, Cbor };

enum class Type : std::uint8_t {
  Structure,
  List,
  Map,
  String,
  Boolean,
  Integer,
  Long,
  Float,
  Double,
  Blob,
  Timestamp
};

/// Where in the HTTP message a member of an input or output stands.
enum class Location : std::uint8_t { Body, Header, Headers, Uri, QueryString, StatusCode };

/// What the protocol's default is where a member does not say.
enum class TimestampFormat : std::uint8_t { Default, Iso8601, UnixTimestamp, Rfc822 };

struct Shape;

/// A use of a shape: a structure's member, a list's element, a map's key or value, an input or
/// output.
struct Member {
  std::string_view name;
  const Shape* shape = nullptr;
  std::string_view location_name;  // empty: the name
  std::string_view query_name;     // in Query and EC2, where it differs from location_name
  std::string_view xml_namespace;
  std::string_view xml_prefix;
  Location location = Location::Body;
  TimestampFormat timestamp_format = TimestampFormat::Default;
  bool required = false;
  bool flattened = false;
  bool streaming = false;
  bool idempotency_token = false;
  bool sensitive = false;
  bool xml_attribute = false;
  bool deprecated = false;
  bool host_label = false;

  std::string_view wire_name() const { return location_name.empty() ? name : location_name; }
};

struct Shape {
  Type type = Type::String;
  bool is_union = false;
  bool is_document = false;  // any JSON
  bool is_event_stream = false;
  bool is_event = false;
  std::optional<std::int64_t> min;  // of a length (texts, lists, maps, blobs) or a number
  std::optional<std::int64_t> max;
  std::string_view pattern;  // as in the model: Java's dialect; not enforced by check()
  std::span<const std::string_view> values;  // of an enum; newer ones may exist
  std::span<const Member> members;           // of a structure, in the model's order
  const Member* payload = nullptr;           // the member that is the whole body

  /// The member of that name; null where there is none.
  const Member* member(std::string_view name) const;
  /// A list's element; a map's key and value.
  const Member& element() const { return members[0]; }
  const Member& key() const { return members[0]; }
  const Member& value() const { return members[1]; }
};

/// An error shape: `name` in JSON ("QueueDoesNotExist"), `code` in Query and XML
/// ("AWS.SimpleQueueService.NonExistentQueue"); they are the same for most.
struct ErrorShape {
  std::string_view name;
  std::string_view code;
  std::string_view message_member;  // "message" or "Message"
  int status = 400;
  bool has_type = false;  // Lambda's {"Type": "User"}
};

struct Operation {
  std::string_view name;
  std::string_view method;  // of HTTP; "POST" "/" outside of REST
  std::string_view uri;     // "/{Bucket}/{Key+}?tagging"
  int status = 200;
  bool unsigned_call = false;  // needs no signature (AssumeRoleWithWebIdentity)
  bool deprecated = false;
  bool idempotent = false;
  bool checksum_required = false;
  std::string_view result_wrapper;  // Query: "CreateUserResult"
  // Of a paginated operation: names of members (one text where the model has one); else empty.
  std::string_view input_token, output_token, limit_key, result_key;
  std::vector<const ErrorShape*> errors;
  const Member* input = nullptr;   // null: none
  const Member* output = nullptr;  // null: none

  /// The member of the input that is filled with a random token by SDKs; null where there is none.
  const Member* idempotency_token() const;
};

struct Service {
  std::string_view id;               // ours: "sns", "events", "states", "monitoring"
  std::string_view endpoint_prefix;  // eventSource is endpoint_prefix + ".amazonaws.com"
  std::string_view signing_name;
  std::string_view target_prefix;  // of X-Amz-Target, without the dot
  std::string_view json_version;   // "1.0", "1.1"
  std::string_view api_version;    // "2010-05-08"
  std::string_view xml_namespace;
  std::string_view full_name;  // "AWS Key Management Service"
  std::string_view sdk_id;     // "KMS"
  Protocol primary = Protocol::Json;
  std::vector<Protocol> protocols;  // that clients may use, the primary included
  bool query_compatible = false;    // JSON with the error codes of Query in x-amzn-query-error
  std::vector<ErrorShape> errors;   // every error shape of the service
  std::span<const Operation> operations;  // by name

  bool speaks(Protocol protocol) const;
  const Operation* operation(std::string_view name) const;
  /// The error shape with that name or code; null where the model has none.
  const ErrorShape* error(std::string_view name_or_code) const;
};

/// The service of that id; null where we have no model of it.
const Service* service(std::string_view id);

/// The ids of all services with a model, in order. Opens none of them.
const std::vector<std::string>& service_ids();

/// Whether `prefix` of an X-Amz-Target means this one. Its namespace does not count: the model of
/// CloudTrail has "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", newer clients send
/// "CloudTrail_20131101".
bool same_target(std::string_view target_prefix, std::string_view prefix);

/// The service with that prefix in X-Amz-Target ("AmazonSQS"); null where there is none.
const Service* service_of_target(std::string_view prefix);

}  // namespace tocsin::model
