// SPDX-License-Identifier: Apache-2.0
// What a protocol is made of. A new one is a file with such a table, and a row in protocol.cpp.
// Private to this room.
#pragma once

#include "wire/protocols/protocol.hpp"

namespace tocsin::wire::detail {

struct Codec {
  Result<const model::Operation*> (*find)(const Route&, const HttpMessage&);
  Result<Document> (*decode)(const Route&, const model::Operation&, const HttpMessage&);
  HttpReply (*encode)(const Route&, const model::Operation&, const Document&,
                      const std::string& request_id);
  HttpReply (*error)(const Route&, const Error&, const std::string& request_id);
};

extern const Codec kJson;
extern const Codec kQuery;
extern const Codec kEc2;
extern const Codec kRestJson;
extern const Codec kRestXml;
extern const Codec kCbor;

/// "/service/S/operation/O", with anything before it.
struct RpcPath {
  std::string_view service;
  std::string_view operation;
};
std::optional<RpcPath> rpc_path(std::string_view path);

/// An error as it goes out: resolved against the model.
struct WireError {
  std::string name;  // of the shape: __type, x-amzn-ErrorType
  std::string code;  // of Query and XML
  std::string message;
  std::string message_member;
  int status = 400;
  Fault fault = Fault::Client;
  bool has_type = false;
  Object members;
};
WireError wire_error(const Route& route, const Error& error);

/// Adds a header; control characters in its value, which would end it, become spaces.
void add_header(HttpReply& reply, std::string_view name, std::string_view value);

std::optional<std::string_view> find_pair(const HeaderPairs& pairs, std::string_view name);

}  // namespace tocsin::wire::detail
