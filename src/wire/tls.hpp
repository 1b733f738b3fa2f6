// SPDX-License-Identifier: Apache-2.0
// TLS of the server: 1.2 and 1.3, ciphers with forward secrecy alone. Private to the server.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace tocsin::wire {

/// From PEM texts: the certificate with its chain, and its key. The error says which of them is
/// wrong.
Result<std::unique_ptr<boost::asio::ssl::context>> server_context(const std::string& certificate,
                                                                  const std::string& key);

}  // namespace tocsin::wire
