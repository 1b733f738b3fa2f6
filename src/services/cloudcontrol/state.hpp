// SPDX-License-Identifier: Apache-2.0
// A request: what was asked of a resource, and how far it is.
#pragma once

#include "core/table.hpp"

namespace tocsin::cloudcontrol {

struct RequestRow {
  Scope scope;
  std::string token;
  std::string type;
  std::string identifier;  // the primary one; empty until a created resource has it
  std::string operation;   // CREATE, UPDATE, DELETE
  std::string status;      // IN_PROGRESS, SUCCESS, FAILED
  std::string error_code;  // HandlerErrorCode, where it failed
  std::string message;
  std::string model;  // of a resource that was made or changed: its properties, as JSON
  Time time{};        // of the status
};
BOOST_DESCRIBE_STRUCT(RequestRow, (),
                      (scope, token, type, identifier, operation, status, error_code, message,
                       model, time))

inline constexpr core::Table<RequestRow> kRequests{"cloudcontrol.requests"};  // scope, token

/// How long a request can be asked for.
inline constexpr auto kRequestAge = std::chrono::hours(24 * 7);

}  // namespace tocsin::cloudcontrol
