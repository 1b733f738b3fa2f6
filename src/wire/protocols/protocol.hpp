// SPDX-License-Identifier: Apache-2.0
// The AWS protocols: HTTP messages to Documents and back, by the models. Pure functions without
// sockets or state; any thread.
//
//   identify(message, scope) -> service and protocol -> decode_request(...) -> … ->
//   encode_reply(...) or encode_error(...)
//
// https://smithy.io/2.0/aws/protocols/index.html
//
// Values in Documents: a timestamp is a number of seconds, a blob base64 text, a streamed blob a
// reference
// {"$blob", "size"} (store/blobs.hpp); in a reply it may have "offset" and "length" for a part of
// it, and {"$blobs": [...]} stands for several of them, one behind the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"
#include "engines/model/model.hpp"
#include "store/blobs.hpp"

namespace tocsin::wire {

enum class Protocol : std::uint8_t { Json10, Json11, Query, Ec2, RestJson, RestXml, Cbor };

std::string_view protocol_name(Protocol protocol);

using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

struct HttpMessage {
  std::string method = "POST";
  std::string path = "/";  // raw, percent-encoded
  std::string query;       // raw, without the question mark
  HeaderPairs headers;
  std::string body;
  std::optional<store::BlobRef> blob;  // instead of `body`, where streams_body() said so

  /// The first value of `name`, case ignored; none where it is absent.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// A part of a blob that is the body of a reply.
struct BlobSlice {
  store::BlobRef blob;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string key = {};  // of engines/content; empty: the blob is as it is
  bool operator==(const BlobSlice&) const = default;
};

/// Content-Length is the sender's business, except in a reply to HEAD, which has it where the
/// operation says it.
struct HttpReply {
  int status = 200;
  HeaderPairs headers;
  std::string body;
  std::vector<BlobSlice> blobs;  // instead of `body`: pieces that follow each other

  std::optional<std::string_view> header(std::string_view name) const;
};

struct Route {
  const model::Service* service = nullptr;
  Protocol protocol = Protocol::Json11;
};

/// Whose request this is. `scope` is the service of the credential scope, empty where the request
/// has none. In this order: scope, X-Amz-Target, Host ("sns.us-east-1.localhost"), path (Lambda's),
/// Action and Version, and then S3. Error: UnknownOperationException where the named service is
/// none of ours or does not speak the protocol.
Result<Route> identify(const HttpMessage& message, std::string_view scope);

/// The bucket that S3's clients name in the Host ("bucket.s3.localhost"); empty in path style. Such
/// a message is identified and decoded with "/bucket" before its path, and signed without.
std::string virtual_bucket(const HttpMessage& message, const Route& route, std::string_view scope);

/// The operation, from the head alone. Errors as decode_request.
Result<const model::Operation*> find_operation(const Route& route, const HttpMessage& message);

/// Whether the body of this request belongs in a blob (S3's PutObject), told from the head alone.
bool streams_body(const Route& route, const HttpMessage& head);

struct DecodedCall {
  const model::Operation* operation = nullptr;
  Document
      params;  // an object; members that the model does not know are left out, as AWS ignores them
};

/// Errors, each with the words and status of its protocol: SerializationException (JSON),
/// MalformedInput and MalformedQueryString (Query), MalformedXML and InvalidArgument (S3),
/// UnknownOperationException, InvalidAction, MethodNotAllowed. Required members and limits are not
/// checked here: model::check() does.
Result<DecodedCall> decode_request(const Route& route, const HttpMessage& message);

/// Members of `reply` that the model does not know are left out.
HttpReply encode_reply(const Route& route, const model::Operation& operation, const Document& reply,
                       const std::string& request_id);

/// `method`: the request's, since a reply to HEAD has no body. An error that the model has may be
/// named by its shape
/// ("QueueDoesNotExist") or its code ("AWS.SimpleQueueService.NonExistentQueue"), and takes the
/// status of the model where it has left its own at 400. `error.members` are added.
HttpReply encode_error(const Route& route, const Error& error, const std::string& request_id,
                       std::string_view method = "POST");

/// The same for a request that identify() has refused: in the form of the protocol that it seems to
/// speak.
HttpReply encode_unrouted(const HttpMessage& message, const Error& error,
                          const std::string& request_id);

}  // namespace tocsin::wire
