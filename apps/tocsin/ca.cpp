// SPDX-License-Identifier: Apache-2.0
#include "ca.hpp"

#include <fmt/format.h>

#include "certificates.hpp"

namespace tocsin::app {
namespace {

struct CaOptions {
  std::filesystem::path data = ".tocsin";
  std::filesystem::path out = ".";
  std::vector<std::string> hosts;
  bool issue = false;
};

Failure usage(std::string message) {
  return fail("Usage", std::move(message));
}

Result<void> set(CaOptions& options, const std::string& name, const std::string& value) {
  if (name == "--data") {
    options.data = value;
  } else if (name == "--out") {
    options.out = value;
  } else if (name == "--aws-region") {
    for (auto& host : wire::aws_hosts(value))
      options.hosts.push_back(std::move(host));
  } else {
    return usage(fmt::format("unknown option {}", name));
  }
  return {};
}

Result<CaOptions> ca_options(std::span<char*> words) {
  CaOptions options;
  options.issue = !words.empty() && std::string_view(words[0]) == "issue";
  for (std::size_t i = options.issue; i < words.size(); ++i) {
    const std::string word = words[i];
    const auto equals = word.find('=');
    if (!word.starts_with("--")) {
      options.hosts.push_back(word);
    } else if (equals == std::string::npos && i + 1 == words.size()) {
      return usage(word + " needs a value");
    } else {
      TRY(set(options, word.substr(0, equals),
              equals == std::string::npos ? words[++i] : word.substr(equals + 1)));
    }
  }
  if (options.issue && options.hosts.empty())
    return usage("ca issue needs the names or addresses of the server");
  if (!options.issue && !options.hosts.empty())
    return usage("ca takes no hosts; did you mean ca issue?");
  return options;
}

/// "*.example.org" is written to wildcard.example.org.pem.
std::string file_name(std::string host) {
  if (host.starts_with('*')) host.replace(0, 1, "wildcard");
  for (char& c : host)
    c = c == ':' ? '-' : c;
  return host;
}

Result<void> run(std::span<char*> words) {
  const auto options = TRY(ca_options(words));
  const auto issuer = TRY(authority(options.data));
  if (!options.issue) {
    fmt::print("{}", issuer.certificate);
    return {};
  }
  const auto made = TRY(wire::issue_certificate(issuer, options.hosts, wall_now()));
  const auto base = options.out / file_name(options.hosts.front());
  TRY(write_certified(base, made));
  fmt::print("{0}.pem\n{0}.key\n", base.string());
  return {};
}

}  // namespace

int ca(std::span<char*> words) {
  const auto done = run(words);
  if (done) return 0;
  fmt::print(stderr, "tocsin: {}\n", done.error().message);
  return done.error().code == "Usage" ? 2 : 1;
}

}  // namespace tocsin::app
