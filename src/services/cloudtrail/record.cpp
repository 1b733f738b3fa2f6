// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/record.hpp"

#include <set>

#include "base/crypto.hpp"
#include "base/spelling.hpp"
#include "engines/model/check.hpp"
#include "services/cloudtrail/ec2_shapes.hpp"
#include "services/cloudtrail/state.hpp"

namespace tocsin::cloudtrail {
namespace {

using Names = std::set<std::string_view>;
constexpr std::string_view kHidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
constexpr std::size_t kLongest = 100 * 1024;

// Members that hold maps: their keys are the caller's own and stay as they are.
const Names kMaps{"Tags",
                  "tags",
                  "Attributes",
                  "MessageAttributes",
                  "Metadata",
                  "EncryptionContext",
                  "Labels",
                  "SourceEncryptionContext",
                  "DestinationEncryptionContext",
                  "EncryptionContextEquals",
                  "EncryptionContextSubset"};
const Names kSecret{"Password",     "NewPassword", "OldPassword",   "SecretString",
                    "SecretBinary", "Plaintext",   "Message",       "MessageBody",
                    "ZipFile",      "Variables",   "CiphertextBlob"};
const Names kLeftOut{
    "Body",      "Payload",   "SecretAccessKey",     "InvokeArgs",         "Base32StringSeed",
    "QRCodePNG", "TokenCode", "AuthenticationCode1", "AuthenticationCode2"};

// What KMS is given and gives is not even hidden: its records have no such member.
const Names kLeftOutOfKms{"Plaintext", "CiphertextBlob",       "Message",     "Signature",  "Mac",
                          "PublicKey", "EncryptedKeyMaterial", "ImportToken", "GrantTokens"};

Document written(const Document& value, bool keys_stay) {
  if (const auto* array = value.if_array()) {
    Array out;
    for (const auto& element : *array)
      out.push_back(written(element, false));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  if (object->contains("$sealed")) return Document(boost::json::string(kHidden));
  Object out;
  for (const auto& member : *object) {
    const std::string_view key(member.key());
    if (!keys_stay && kLeftOut.contains(key)) continue;
    const auto name = keys_stay ? std::string(key) : lower_first(key);
    if (!keys_stay && kSecret.contains(key))
      out[name] = kHidden;
    else
      out[name] = written(member.value(), kMaps.contains(key) && member.value().is_object());
  }
  return out;
}

/// S3 names its configurations as its XML does, and headers by their names.
Document written_for_s3(const Document& params) {
  const auto* object = params.if_object();
  if (!object) return params;
  Object out;
  for (const auto& [name, value] : *object) {
    const std::string_view key(name);
    if (kLeftOut.contains(key)) continue;
    if (key == "Bucket") {
      out["bucketName"] = value;
    } else if (key == "ACL") {
      out["x-amz-acl"] = value;
    } else if (key == "Policy" && value.is_string()) {
      const auto policy = parse_json(std::string_view(value.get_string()));
      out["bucketPolicy"] = policy ? Document(*policy) : Document(value);
    } else if (value.is_object() && !value.get_object().contains("$sealed")) {
      out[name] = value;
    } else {
      out[lower_first(key)] = written(value, false);
    }
  }
  return out;
}

Document written_for_kms(const Document& params) {
  const auto* object = params.if_object();
  if (!object) return params;
  Object kept;
  for (const auto& [name, value] : *object) {
    if (!kLeftOutOfKms.contains(std::string_view(name))) kept[name] = value;
  }
  return written(kept, false);
}

Document written_for(std::string_view endpoint, const Document& document) {
  if (endpoint == "s3") return written_for_s3(document);
  if (endpoint == "kms") return written_for_kms(document);
  return written(document, false);
}

/// Null where there is nothing; what is too long is told to be so.
Document fitted(Document out, std::string_view what) {
  auto* object = out.if_object();
  if (!object || object->empty()) return nullptr;
  const auto size = to_json(out).size();
  if (size <= kLongest) return out;
  return Object{
      {"omitted", true}, {"originalSize", size}, {"reason", std::string(what) + " too large"}};
}

void put_nonempty(Object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

Object session_attributes(const core::Principal& who) {
  return {{"creationDate", iso8601(who.issued)}, {"mfaAuthenticated", who.mfa ? "true" : "false"}};
}

Object session_context(const core::Principal& who) {
  if (who.issuer_id.empty()) return {{"attributes", session_attributes(who)}};
  Object issuer{{"type", "Role"}};
  if (who.kind == core::Principal::Kind::FederatedUser) issuer["type"] = "IAMUser";
  put_nonempty(issuer, "principalId", who.issuer_id);
  put_nonempty(issuer, "arn", who.issuer_arn);
  issuer["accountId"] = who.account.str();
  put_nonempty(issuer, "userName", who.issuer_name);
  Object context{{"sessionIssuer", std::move(issuer)}, {"attributes", session_attributes(who)}};
  put_nonempty(context, "sourceIdentity", who.source_identity);
  return context;
}

std::string_view type_name(core::Principal::Kind kind) {
  using enum core::Principal::Kind;
  switch (kind) {
    case Root:
      return "Root";
    case User:
      return "IAMUser";
    case AssumedRole:
      return "AssumedRole";
    case FederatedUser:
      return "FederatedUser";
    case Service:
      return "AWSService";
    case Anonymous:
      return "AWSAccount";
  }
  return "Unknown";
}

Object user_identity(const core::Principal& who, const core::Request& request) {
  using enum core::Principal::Kind;
  Object out{{"type", type_name(who.kind)}};
  if (who.kind == Service) {
    out["invokedBy"] = who.service;
    return out;
  }
  if (who.kind == Anonymous) {
    out["principalId"] = "";
    out["accountId"] = "ANONYMOUS_PRINCIPAL";
    return out;
  }
  put_nonempty(out, "principalId", who.id);
  put_nonempty(out, "arn", who.arn);
  out["accountId"] = who.account.str();
  put_nonempty(out, "accessKeyId", who.access_key_id);
  if (who.kind == User) put_nonempty(out, "userName", who.name);
  if (who.kind == AssumedRole || who.kind == FederatedUser || who.issued != Time{})
    out["sessionContext"] = session_context(who);
  if (request.source_ip.ends_with(".amazonaws.com")) out["invokedBy"] = request.source_ip;
  return out;
}

/// Without what the model marks as sensitive.
Document shown_reply(const core::Request& request, Document reply, std::string_view instead) {
  const auto* service = model::service(request.service);
  const auto* operation = service ? service->operation(request.operation) : nullptr;
  if (operation && operation->output && reply.is_object()) {
    model::for_each_sensitive(*operation->output->shape, reply,
                              [&](Document& value) { value = instead; });
  }
  return reply;
}

Document request_parameters(const core::Request& request, std::string_view endpoint) {
  constexpr std::string_view kName = "requestParameters";
  // A visitor's whole request: whom it reached is all that AWS writes down.
  if (request.operation == "InvokeFunctionUrl")
    return Object{{"functionName", string_of(request.params, "FunctionName")}};
  if (endpoint == "ec2")
    return fitted(ec2_request_parameters(request.operation, request.params), kName);
  return fitted(written_for(endpoint, request.params), kName);
}

Document response_elements(const core::Request& request, std::string_view endpoint,
                           const Document& reply) {
  constexpr std::string_view kName = "responseElements";
  if (endpoint != "ec2")
    return fitted(written_for(endpoint, shown_reply(request, reply, kHidden)), kName);
  const auto shown = shown_reply(request, reply, kRemoved);
  return fitted(ec2_response_elements(request.operation, shown, request.id), kName);
}

/// EC2's say whose fault it was.
std::string error_code(const Error& error, std::string_view endpoint) {
  if (endpoint != "ec2") return error.code;
  return (error.fault == Fault::Server ? "Server." : "Client.") + error.code;
}

/// What encrypted the object, and whether the request asked for it.
std::string sse_applied(const core::CallRecord& call) {
  if (!call.outcome || call.read) return {};
  const auto applied = text(*call.outcome, "ServerSideEncryption");
  if (applied.empty()) return {};
  const bool by_default = !find(call.request.params, "ServerSideEncryption");
  return std::string(by_default ? "Default_" : "") + (applied == "AES256" ? "SSE_S3" : "SSE_KMS");
}

std::string_view authentication_of(std::string_view type) {
  if (type == "REST-QUERY-STRING") return "QueryString";
  return type == "POST" ? "HtmlForm" : "AuthHeader";
}

/// S3's. How long the reply to a read was is not known here.
Object additional_event_data(const core::CallRecord& call) {
  const auto& request = call.request;
  Object out;
  if (request.signing) {
    out["SignatureVersion"] = request.signing->version == "AWS" ? "SigV2" : "SigV4";
    out["AuthenticationMethod"] = authentication_of(request.signing->type);
  }
  const auto* body = find(request.params, "Body");
  out["bytesTransferredIn"] = body ? integer(*body, "size").value_or(0) : 0;
  if (!call.read) out["bytesTransferredOut"] = 0;
  if (const auto applied = sse_applied(call); !applied.empty()) out["SSEApplied"] = applied;
  out["x-amz-id-2"] = base64(sha256(request.id));  // as the wire tells it
  return out;
}

}  // namespace

Object make_record(const core::CallRecord& call) {
  const auto& request = call.request;
  const auto endpoint = endpoint_of(request.service);
  const bool data = is_data_event(call), read = is_read_only(call);
  Object out{{"eventVersion", "1.11"},
             {"userIdentity", user_identity(call.principal, request)},
             {"eventTime", iso8601(call.time)},
             {"eventSource", endpoint + ".amazonaws.com"},
             {"eventName", event_name(endpoint, request.operation)},
             {"awsRegion", scope_of(call).region},
             {"sourceIPAddress", request.source_ip},
             {"userAgent", request.user_agent}};
  if (!call.outcome) {
    out["errorCode"] = error_code(call.outcome.error(), endpoint);
    out["errorMessage"] = call.outcome.error().message;
  }
  out["requestParameters"] = request_parameters(request, endpoint);
  const bool shown = !read && !(data && endpoint == "lambda");
  const bool replied = call.outcome && (shown || request.operation.starts_with("AssumeRole"));
  out["responseElements"] =
      replied ? response_elements(request, endpoint, *call.outcome) : Document(nullptr);
  if (endpoint == "s3") out["additionalEventData"] = additional_event_data(call);
  out["requestID"] = request.id;
  out["eventID"] = call.event_id;
  out["readOnly"] = read;
  if (auto resources = record_resources(call); !resources.empty())
    out["resources"] = std::move(resources);
  out["eventType"] = "AwsApiCall";
  out["managementEvent"] = !data;
  out["recipientAccountId"] = request.scope.account.str();
  out["eventCategory"] = data ? "Data" : "Management";
  if (request.secure && !request.host.empty())
    out["tlsDetails"] = Object{{"clientProvidedHostHeader", request.host}};
  return out;
}

bool is_shared(const core::CallRecord& call) {
  static const Names denials{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation",
                             "AuthorizationError", "KMS.AccessDeniedException"};
  const auto& owner = call.request.owner;
  if (owner.empty() || owner == call.request.scope.account) return false;
  if (call.outcome) return true;
  // What is not there has no owner, whatever account its ARN names.
  const std::string_view code = call.outcome.error().code;
  return !denials.contains(code) && !code.contains("NotFound") && !code.contains("NonExistent");
}

Object owners_record(Object record, const AccountId& owner, std::string event_id) {
  auto& who = record["userIdentity"].as_object();
  if (text(who, "type") != "AWSService") {
    Object known{{"type", "AWSAccount"}};
    for (const auto* member : {"principalId", "accountId", "invokedBy"}) {
      if (const auto* value = who.if_contains(member)) known[member] = *value;
    }
    who = std::move(known);
  }
  record["eventID"] = std::move(event_id);
  record["recipientAccountId"] = owner.str();
  return record;
}

std::string user_name_of(const core::Principal& principal) {
  if (principal.kind == core::Principal::Kind::Root) return "root";
  if (principal.kind == core::Principal::Kind::Service) return principal.service;
  return principal.name;
}

}  // namespace tocsin::cloudtrail
