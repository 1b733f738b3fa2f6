// SPDX-License-Identifier: Apache-2.0
#include "aws.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

#include "client.hpp"

namespace tocsin::app {
namespace {

/// Older CLIs (Debian's is one) know no AWS_ENDPOINT_URL, so the endpoint is said twice; the user's
/// own option wins.
void set_environment(const ClientOptions& options, const RootKey& key) {
  for (const char* other :
       {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"})
    ::unsetenv(other);
  ::setenv("AWS_ACCESS_KEY_ID", key.access_key_id.c_str(), 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key.c_str(), 1);
  ::setenv("AWS_ENDPOINT_URL", options.endpoint.c_str(), 1);
  if (!std::getenv("AWS_REGION")) ::setenv("AWS_DEFAULT_REGION", "us-east-1", 0);
  if (!options.ca_file.empty()) ::setenv("AWS_CA_BUNDLE", options.ca_file.c_str(), 1);
}

bool names_endpoint(std::span<char*> words) {
  return std::ranges::any_of(
      words, [](std::string_view word) { return word.starts_with("--endpoint-url"); });
}

/// Returns why the CLI could not be started.
Error become_cli(const ClientOptions& options, std::span<char*> words) {
  std::string program = "aws", option = "--endpoint-url", endpoint = options.endpoint;
  std::vector<char*> arguments{program.data()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  if (!names_endpoint(words))
    arguments.insert(arguments.begin() + 1, {option.data(), endpoint.data()});
  arguments.push_back(nullptr);
  ::execv("/usr/bin/aws", arguments.data());
  ::execvp("aws", arguments.data());
  if (errno != ENOENT)
    return {"NoCli", fmt::format("cannot start the AWS CLI: {}", std::strerror(errno))};
  return {"NoCli", "the AWS CLI is not installed: `apt-get install awscli` brings it"};
}

Result<void> run(std::span<char*> words) {
  const auto options = TRY(client_options(words));
  const auto key = TRY(root_key(options));
  if (!names_endpoint(words)) TRY(check_server(options));
  set_environment(options, key);
  return fail(become_cli(options, words));
}

}  // namespace

int aws(std::span<char*> words) {
  const auto ran = run(words);
  fmt::print(stderr, "tocsin: {}\n", ran.error().message);
  return ran.error().code == "NoCli" ? 127 : 1;
}

}  // namespace tocsin::app
