// SPDX-License-Identifier: Apache-2.0
// The authority and the server's certificate in the data folder: DIR/tls, keys with mode 0600.
#pragma once

#include "options.hpp"
#include "wire/certificates.hpp"
#include "wire/http_server.hpp"

namespace tocsin::app {

/// DIR/tls/ca.pem and ca.key, made when first asked for.
Result<wire::CertifiedKey> authority(const std::filesystem::path& folder);

/// What --tls-listen asks for: the files named, or DIR/tls/server.pem and server.key, which are
/// issued anew where they end within a month or belong to another authority. Without --tls-listen:
/// nothing.
Result<wire::TlsOptions> tls_options(const ServeOptions& options);

/// Writes BASE.pem and BASE.key; an extension in BASE ("www.example") is none.
Result<void> write_certified(const std::filesystem::path& base, const wire::CertifiedKey& made);

}  // namespace tocsin::app
