// SPDX-License-Identifier: Apache-2.0
// EC2 Query: Query with names, replies and errors of its own.
// https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
#include <fmt/format.h>
#include <set>

#include "wire/protocols/query_values.hpp"
#include "wire/protocols/xml.hpp"

namespace tocsin::wire::detail {
namespace ec2 {
namespace {

constexpr std::string_view kProlog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr XmlStyle kStyle{XmlStyle::Names::Rest, Precision::Milliseconds};

Result<const model::Operation*> find(const Route& route, const HttpMessage& message) {
  const auto pairs = TRY(query_parameters(message));
  const auto action = query_parameter(pairs, "Action");
  const auto version = query_parameter(pairs, "Version");
  if (action.empty()) {
    return fail("MissingAction", "The request must contain the parameter Action");
  }
  if (!version.empty() && version != route.service->api_version) {
    return fail("NoSuchVersion", fmt::format("The requested version ({}) of service {} does not "
                                             "exist",
                                             version, route.service->full_name));
  }
  if (const auto* operation = route.service->operation(action)) return operation;
  return fail("InvalidAction",
              fmt::format("The action {} is not valid for this web service.", action));
}

/// Parameters of every request, which are no members of an operation.
bool is_common(std::string_view name) {
  static const std::set<std::string_view> kCommon = {
      "Action",    "Version",   "AWSAccessKeyId",  "AuthParams",       "Expires",
      "Timestamp", "Signature", "SignatureMethod", "SignatureVersion", "SecurityToken"};
  return kCommon.contains(name) || name.starts_with("X-Amz-");
}

Result<Document> decode(const Route&, const model::Operation& operation,
                        const HttpMessage& message) {
  static const model::Shape nothing{.type = model::Type::Structure};
  auto pairs = TRY(query_parameters(message));
  std::erase_if(pairs, [](const auto& pair) { return is_common(pair.first); });
  const auto& shape = operation.input ? *operation.input->shape : nothing;
  return Document(TRY(query_members(shape, TRY(query_tree(pairs)), QueryDialect::Ec2)));
}

HttpReply start(int status, const std::string& request_id) {
  HttpReply reply{.status = status, .body = std::string(kProlog)};
  add_header(reply, "x-amzn-RequestId", request_id);
  add_header(reply, "Content-Type", "text/xml;charset=UTF-8");
  return reply;
}

HttpReply encode(const Route& route, const model::Operation& operation, const Document& value,
                 const std::string& request_id) {
  auto reply = start(200, request_id);
  XmlWriter xml(reply.body);
  const auto root = fmt::format("{}Response", operation.name);
  xml.open(root, {{"xmlns", fmt::format("{}/", route.service->xml_namespace)}});
  xml.leaf("requestId", request_id);
  if (operation.output) {
    write_members(xml, *operation.output->shape, value, kStyle);
  } else {
    xml.leaf("return", "true");
  }
  xml.close(root);
  return reply;
}

/// What other services say in their own words, in EC2's.
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
WireError in_words_of_ec2(WireError error) {
  const auto code = std::exchange(error.code, {});
  if (code == "AccessDenied" || code == "AccessDeniedException") {
    error.code = "UnauthorizedOperation";
    error.message = "You are not authorized to perform this operation. " + error.message;
    error.status = 403;
  } else if (code == "InvalidClientTokenId" || code == "SignatureDoesNotMatch") {
    error.code = "AuthFailure";
    error.message = "AWS was not able to validate the provided access credentials";
    error.status = 401;
  } else if (code == "ExpiredToken") {
    error.code = "RequestExpired";
    error.message = "Request has expired.";
    error.status = 400;
  } else if (code == "ValidationException" || code == "SerializationException") {
    error.code = "InvalidParameterValue";
  } else {
    error.code = code == "InternalFailure" ? "InternalError" : code;
  }
  return error;
}

HttpReply error(const Route& route, const Error& given, const std::string& request_id) {
  const auto failed = in_words_of_ec2(wire_error(route, given));
  auto reply = start(failed.status, request_id);
  XmlWriter xml(reply.body);
  xml.open("Response");
  xml.open("Errors");
  xml.open("Error");
  xml.leaf("Code", failed.code);
  xml.leaf("Message", failed.message);
  xml.close("Error");
  xml.close("Errors");
  xml.leaf("RequestID", request_id);
  xml.close("Response");
  return reply;
}

}  // namespace
}  // namespace ec2

const Codec kEc2{ec2::find, ec2::decode, ec2::encode, ec2::error};

}  // namespace tocsin::wire::detail
