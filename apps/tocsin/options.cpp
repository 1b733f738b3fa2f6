// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <fmt/format.h>
#include <functional>
#include <map>

namespace tocsin::app {
namespace {

Failure usage(std::string message) {
  return fail("Usage", std::move(message));
}

/// One of two words.
Result<bool> choice(std::string_view name, std::string_view value, std::string_view yes,
                    std::string_view no) {
  if (value == yes || value == no) return value == yes;
  return usage(fmt::format("{} takes {} or {}, not \"{}\"", name, yes, no, value));
}

Result<void> set(ServeOptions& options, const std::string& name, const std::string& value) {
  if (name == "--data")
    options.data = value;
  else if (name == "--listen")
    options.listen = value;
  else if (name == "--tls-listen")
    options.tls_listen = value;
  else if (name == "--tls-cert")
    options.tls_cert = value;
  else if (name == "--tls-key")
    options.tls_key = value;
  else if (name == "--smtp")
    options.smtp = value;
  else if (name == "--sms")
    options.sms = value;
  else if (name == "--ntfy")
    options.ntfy = value;
  else if (name == "--ca-file")
    options.ca_file = value;
  else if (name == "--auth")
    options.strict = TRY(choice(name, value, "strict", "relaxed"));
  else if (name == "--clock")
    options.virtual_clock = TRY(choice(name, value, "virtual", "real"));
  else if (name == "--account")
    options.account = value;
  else
    return usage(fmt::format("unknown option {}", name));
  return {};
}

}  // namespace

Result<ServeOptions> serve_options(std::span<char*> words) {
  ServeOptions options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i];
    const auto equals = name.find('=');
    if (equals == std::string::npos && i + 1 == words.size()) return usage(name + " needs a value");
    const std::string value = equals == std::string::npos ? words[++i] : name.substr(equals + 1);
    TRY(set(options, name.substr(0, equals), value));
  }
  if (options.account.size() != 12 ||
      options.account.find_first_not_of("0123456789") != std::string::npos) {
    return usage("--account takes twelve digits");
  }
  if (options.tls_cert.empty() != options.tls_key.empty())
    return usage("--tls-cert and --tls-key go together");
  if (options.tls_listen.empty() && !options.tls_cert.empty())
    return usage("--tls-cert needs --tls-listen");
  return options;
}

}  // namespace tocsin::app
