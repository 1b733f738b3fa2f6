// SPDX-License-Identifier: Apache-2.0
#include "core/request.hpp"

#include "core/task.hpp"

namespace tocsin::core {

Document to_document(const Request& request) {
  Object out{{"id", request.id},
             {"service", request.service},
             {"operation", request.operation},
             {"params", request.params},
             {"account", request.scope.account.str()},
             {"region", request.scope.region},
             {"credential", encode(request.credential)},
             {"ip", request.source_ip},
             {"agent", request.user_agent},
             {"host", request.host}};
  if (!request.cause.empty()) out["cause"] = request.cause;
  if (request.secure) out["secure"] = true;
  if (!request.owner.empty()) out["owner"] = request.owner.str();
  if (request.signing) out["signing"] = encode(*request.signing);
  return out;
}

Request request_from(const Document& document) {
  Request request;
  request.id = string_of(document, "id");
  request.service = string_of(document, "service");
  request.operation = string_of(document, "operation");
  if (const auto* params = find(document, "params")) request.params = *params;
  request.scope = {AccountId(string_of(document, "account")), string_of(document, "region")};
  if (const auto* credential = find(document, "credential"))
    decode(*credential, request.credential);
  request.source_ip = string_of(document, "ip");
  request.user_agent = string_of(document, "agent");
  request.host = string_of(document, "host");
  request.cause = string_of(document, "cause");
  request.secure = flag(document, "secure");
  request.owner = AccountId(string_of(document, "owner"));
  if (const auto* signing = find(document, "signing")) decode(*signing, request.signing);
  return request;
}

}  // namespace tocsin::core
