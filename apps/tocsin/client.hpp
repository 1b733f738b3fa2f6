// SPDX-License-Identifier: Apache-2.0
// What the subcommands that talk to a running server share: where it is, the root key, one signed
// call.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/document.hpp"

namespace tocsin::app {

struct ClientOptions {
  std::filesystem::path data = ".tocsin";
  std::string endpoint = "http://127.0.0.1:4566";
  std::string ca_file;  // the authority to trust: DATA/tls/ca.pem where the server has made one
};

/// Takes --data and --endpoint (as two words or with '=') off the front of `words`; what follows is
/// the subcommand's own.
Result<ClientOptions> client_options(std::span<char*>& words);

struct RootKey {
  std::string access_key_id, secret_access_key;
};
/// From DATA/root-credentials. The error says what to do.
Result<RootKey> root_key(const ClientOptions& options);

/// Whether a Tocsin answers at the endpoint. The error says what to do.
Result<void> check_server(const ClientOptions& options);

/// A service of the JSON protocol.
struct JsonService {
  std::string signing_name = "tocsin", target_prefix = "Tocsin", region = "us-east-1";
};
/// One call of a service, signed as `key`. Error: the server's, or why there was no answer.
Result<Document> call_server(const ClientOptions& options, const RootKey& key,
                             const JsonService& service, const std::string& operation,
                             const Object& params);

/// One call of Tocsin's own service, signed as `key`. Error: the server's, or why there was no
/// answer.
Result<Document> call_server(const ClientOptions& options, const RootKey& key,
                             const std::string& operation, const Object& params);

}  // namespace tocsin::app
