// SPDX-License-Identifier: Apache-2.0
// What REST-JSON and REST-XML share: operations by method and URI, and the members bound to URI,
// query string, headers and status. Private to this room.
// https://smithy.io/2.0/spec/http-bindings.html
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "wire/protocols/codec.hpp"
#include "wire/protocols/text.hpp"

namespace tocsin::wire::detail {

/// One operation's URI template, taken apart.
struct RestRoute {
  struct Segment {
    std::string_view text;  // a literal, or the name of a label
    bool label = false;
    bool greedy = false;  // the last one only: takes what remains, slashes included
  };
  const model::Operation* operation = nullptr;
  std::vector<Segment> segments;
  std::vector<std::pair<std::string_view, std::string_view>> literals;  // of the query string
  std::vector<std::string_view> required;                               // query parameters
  bool copies = false;                                                  // needs x-amz-copy-source
};

/// The routes of a service, made when first asked for.
struct RestRoutes {
  std::vector<RestRoute> routes;
  std::set<std::string_view> subresources;  // S3: "policy", "acl" … select the operation
};
const RestRoutes& rest_routes(const model::Service& service);

struct RestMatch {
  const RestRoute* route = nullptr;
  std::vector<std::string_view> labels;  // raw, one for each label of the template
};

/// The most specific route of the message; none where nothing matches.
std::optional<RestMatch> match_route(const model::Service& service, const HttpMessage& message);

/// The members of the input that stand in URI, query string and headers. `code`: of the error where
/// a value is not what the model says.
Result<Object> decode_bindings(const RestMatch& match, const model::Shape& shape,
                               const HttpMessage& message, std::string_view code);

/// A body that is one member: a blob or a text. None where it is absent, or of another kind.
Result<std::optional<Document>> decode_raw_payload(const model::Member& payload,
                                                   const HttpMessage& message,
                                                   std::string_view code);

/// How a protocol reads what stands in the body: a payload that is a structure, and the members
/// without a binding.
struct RestBody {
  Result<Document> (*payload)(const model::Member& payload, std::string_view body);
  Result<Document> (*members)(const model::Operation& operation, std::string_view body);
};
/// A whole request: bindings, then payload or body.
Result<Document> decode_rest(const Route& route, const model::Operation& operation,
                             const HttpMessage& message, std::string_view code,
                             const RestBody& read);

/// Status and headers of a reply.
HttpReply encode_bindings(const Route& route, const model::Operation& operation,
                          const Document& value);

/// Whether the payload is raw; if so it has become the reply's body.
bool encode_raw_payload(const model::Member& payload, const Document& value, HttpReply& reply);

/// Whether the structure has members in the body besides a payload.
bool has_body_members(const model::Shape& shape);

}  // namespace tocsin::wire::detail
