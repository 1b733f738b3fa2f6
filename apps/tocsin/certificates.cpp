// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "keys.hpp"

namespace tocsin::app {
namespace {

constexpr auto kRenewBefore = std::chrono::days(30);

Result<std::string> text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  std::ifstream in(file, std::ios::binary);
  text << in.rdbuf();
  if (!in) return fail("InvalidConfiguration", fmt::format("cannot read {}", file.string()), 500);
  return text.str();
}

std::filesystem::path with(const std::filesystem::path& base, const char* extension) {
  return base.string() + extension;
}

Result<wire::CertifiedKey> read_certified(const std::filesystem::path& certificate,
                                          const std::filesystem::path& key) {
  return wire::CertifiedKey {
    TRY(text_of(certificate))
    , TRY(text_of(key))
  };
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail("InvalidConfiguration",
                fmt::format("cannot make {}: {}", folder.string(), error.message()), 500);
  return {};
}

bool serves_on(const wire::CertifiedKey& certified, const wire::CertifiedKey& authority) {
  const auto expiry = wire::expiry_of(certified.certificate);
  return expiry && *expiry > wall_now() + kRenewBefore &&
         wire::issued_by(certified.certificate, authority.certificate);
}

Result<wire::CertifiedKey> own_certificate(const std::filesystem::path& folder) {
  const auto issuer = TRY(authority(folder));
  const auto base = folder / "tls" / "server";
  if (const auto kept = read_certified(with(base, ".pem"), with(base, ".key"));
      kept && serves_on(*kept, issuer))
    return *kept;
  auto made = TRY(wire::issue_certificate(issuer, wire::local_hosts(), wall_now()));
  TRY(write_certified(base, made));
  return made;
}

}  // namespace

Result<void> write_certified(const std::filesystem::path& base, const wire::CertifiedKey& made) {
  TRY(write_private(with(base, ".key"), made.key));
  return write_private(with(base, ".pem"), made.certificate);
}

Result<wire::CertifiedKey> authority(const std::filesystem::path& folder) {
  const auto base = folder / "tls" / "ca";
  if (std::filesystem::exists(with(base, ".pem")))
    return read_certified(with(base, ".pem"), with(base, ".key"));
  TRY(make_folder(base.parent_path()));
  auto made = TRY(wire::make_authority(wall_now()));
  TRY(write_certified(base, made));
  return made;
}

Result<wire::TlsOptions> tls_options(const ServeOptions& options) {
  if (options.tls_listen.empty()) return wire::TlsOptions{};
  const bool given = !options.tls_cert.empty();
  auto certified = given ? TRY(read_certified(options.tls_cert, options.tls_key)) : TRY(own_certificate(options.data));
  return wire::TlsOptions{
      {options.tls_listen}, std::move(certified.certificate), std::move(certified.key)};
}

}  // namespace tocsin::app
