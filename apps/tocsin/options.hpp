// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/result.hpp"

namespace tocsin::app {

struct ServeOptions {
  std::filesystem::path data = ".tocsin";
  std::string listen = "127.0.0.1:4566";
  std::string tls_listen;          // ADDRESS:PORT of HTTPS; empty: none
  std::filesystem::path tls_cert;  // PEM; empty: of our own authority
  std::filesystem::path tls_key;
  bool strict = true;
  bool virtual_clock = false;
  std::string smtp;  // smtp[s]://[user:password@]host:port
  std::string sms;   // URL of the gateway for text messages
  std::string ntfy;  // URL of the ntfy server for mobile push
  std::string
      ca_file;  // what mail, HTTPS endpoints and gateways are trusted by; empty: the system's
  std::string account = "123456789012";
  bool show_root_key = true;  // at the first start
};

/// Reads --name value and --name=value. The error says which word is wrong.
Result<ServeOptions> serve_options(std::span<char*> words);

}  // namespace tocsin::app
