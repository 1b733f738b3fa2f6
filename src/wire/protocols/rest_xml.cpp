// SPDX-License-Identifier: Apache-2.0
// REST-XML as S3 speaks it, in path style.
// https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "wire/protocols/codec.hpp"
#include "wire/protocols/rest.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace rest_xml {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";
constexpr std::string_view kWrongValue = "InvalidArgument";

/// The root elements of replies: the models do not have them, S3's API reference has.
constexpr std::array<std::pair<std::string_view, std::string_view>, 26> kRoots{{
    {"CompleteMultipartUpload", "CompleteMultipartUploadResult"},
    {"CreateMultipartUpload", "InitiateMultipartUploadResult"},
    {"CreateSession", "CreateSessionResult"},
    {"DeleteObjects", "DeleteResult"},
    {"GetBucketAccelerateConfiguration", "AccelerateConfiguration"},
    {"GetBucketAcl", "AccessControlPolicy"},
    {"GetBucketCors", "CORSConfiguration"},
    {"GetBucketLifecycle", "LifecycleConfiguration"},
    {"GetBucketLifecycleConfiguration", "LifecycleConfiguration"},
    {"GetBucketLocation", "LocationConstraint"},
    {"GetBucketLogging", "BucketLoggingStatus"},
    {"GetBucketNotification", "NotificationConfiguration"},
    {"GetBucketNotificationConfiguration", "NotificationConfiguration"},
    {"GetBucketRequestPayment", "RequestPaymentConfiguration"},
    {"GetBucketTagging", "Tagging"},
    {"GetBucketVersioning", "VersioningConfiguration"},
    {"GetBucketWebsite", "WebsiteConfiguration"},
    {"GetObjectAcl", "AccessControlPolicy"},
    {"GetObjectAttributes", "GetObjectAttributesResponse"},
    {"GetObjectTagging", "Tagging"},
    {"ListBuckets", "ListAllMyBucketsResult"},
    {"ListDirectoryBuckets", "ListAllMyDirectoryBucketsResult"},
    {"ListMultipartUploads", "ListMultipartUploadsResult"},
    {"ListObjectVersions", "ListVersionsResult"},
    {"ListObjects", "ListBucketResult"},
    {"ListObjectsV2", "ListBucketResult"},
}};

std::string root_name(const model::Operation& operation) {
  for (const auto& [name, root] : kRoots) {
    if (name == operation.name) return std::string(root);
  }
  return fmt::format("{}Result", operation.name);
}

/// A part that lacks its number or its upload is no object of its own.
bool is_half_a_part(const model::Operation& operation, const HttpMessage& message) {
  if (operation.name != "PutObject" && operation.name != "CopyObject") return false;
  const auto pairs = parse_form(message.query).value_or(Pairs());
  return std::ranges::any_of(pairs, [](const auto& pair) {
    return pair.first == "uploadId" || pair.first == "partNumber";
  });
}

Result<const model::Operation*> find_rest_xml(const Route& route, const HttpMessage& message) {
  if (const auto match = match_route(*route.service, message)) {
    const auto* operation = match->route->operation;
    if (!is_half_a_part(*operation, message)) return operation;
    return fail("InvalidArgument", "This operation does not accept a query-string.");
  }
  if (!parse_form(message.query)) return fail("InvalidURI", "Couldn't parse the specified URI.");
  return fail("MethodNotAllowed", "The specified method is not allowed against this resource.",
              405);
}

Result<Document> read_payload(const model::Member& payload, std::string_view body) {
  return parse_xml(*payload.shape, payload.wire_name(), body);
}

Result<Document> read_members(const model::Operation& operation, std::string_view body) {
  const auto root = operation.input->location_name.empty()
                        ? fmt::format("{}Request", operation.name)
                        : std::string(operation.input->location_name);
  return parse_xml(*operation.input->shape, root, body);
}

Result<Document> decode(const Route& route, const model::Operation& operation,
                        const HttpMessage& message) {
  return decode_rest(route, operation, message, kWrongValue, {read_payload, read_members});
}

/// x-amz-id-2 is opaque; ours is told from the request id.
std::string host_id(const std::string& request_id) {
  return base64(sha256(request_id));
}

void add_ids(HttpReply& reply, const std::string& request_id) {
  add_header(reply, "x-amz-request-id", request_id);
  add_header(reply, "x-amz-id-2", host_id(request_id));
}

/// <LocationConstraint>eu-west-1</LocationConstraint>: the one reply whose root is its only member.
void write_location(XmlWriter& xml, const Document& value) {
  const auto region = text(value, "LocationConstraint");
  if (region.empty()) return xml.empty("LocationConstraint", {{"xmlns", kNamespace}});
  xml.open("LocationConstraint", {{"xmlns", kNamespace}});
  xml.text(region);
  xml.close("LocationConstraint");
}

void write_body(const Route& route, const model::Operation& operation, const Document& value,
                HttpReply& reply) {
  const auto& shape = *operation.output->shape;
  XmlWriter xml(reply.body);
  const XmlStyle style{XmlStyle::Names::Rest, precision_of(*route.service)};
  const auto* content = shape.payload ? find(value, shape.payload->name) : &value;
  if (!content || (!shape.payload && !has_body_members(shape))) return;
  reply.body = kDeclaration;
  if (operation.name == "GetBucketLocation") return write_location(xml, value);
  const auto root = shape.payload ? std::string(shape.payload->wire_name()) : root_name(operation);
  xml.open(root, {{"xmlns", kNamespace}});
  write_members(xml, shape.payload ? *shape.payload->shape : shape, *content, style);
  xml.close(root);
}

HttpReply encode(const Route& route, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = encode_bindings(route, operation, value);
  add_ids(reply, request_id);
  if (!operation.output || operation.method == "HEAD") return reply;
  const auto* payload = operation.output->shape->payload;
  if (payload && encode_raw_payload(*payload, value, reply)) {
    const bool json = payload->shape->type == model::Type::String;  // policies
    if (!reply.header("content-type")) {
      add_header(reply, "Content-Type", json ? "application/json" : "binary/octet-stream");
    }
    return reply;
  }
  write_body(route, operation, value, reply);
  if (!reply.body.empty()) add_header(reply, "Content-Type", "application/xml");
  return reply;
}

/// Members of an error that belong in the head of its reply.
bool is_header(std::string_view member, int status) {
  return member.starts_with("x-amz-") || member == "Allow" || member == "Last-Modified" ||
         (status == 304 && member == "ETag");
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = wire_error(route, given);
  HttpReply reply{.status = failed.status};
  add_ids(reply, request_id);
  add_header(reply, "Content-Type", "application/xml");
  reply.body = kDeclaration;
  XmlWriter xml(reply.body);
  xml.open("Error");
  xml.leaf("Code", failed.code);
  xml.leaf("Message", failed.message);
  for (const auto& entry : failed.members) {
    const std::string_view name(entry.key());
    const auto& value = entry.value();
    const auto text = value.is_string() ? std::string(value.get_string()) : to_json(value);
    is_header(name, failed.status) ? add_header(reply, name, text) : xml.leaf(name, text);
  }
  xml.leaf("RequestId", request_id);
  xml.leaf("HostId", host_id(request_id));
  xml.close("Error");
  return reply;
}

}  // namespace
}  // namespace rest_xml

const Codec kRestXml{rest_xml::find_rest_xml, rest_xml::decode, rest_xml::encode, rest_xml::error};

}  // namespace tocsin::wire::detail
