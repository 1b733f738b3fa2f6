// SPDX-License-Identifier: Apache-2.0
#include "aws.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include <vector>

#include "base/crypto.hpp"
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

/// Commands that make a client of S3 beside their own, to which Debian's CLI does not tell the
/// endpoint.
bool makes_second_client(std::span<char*> words) {
  static constexpr std::pair<std::string_view, std::string_view> commands[] = {
      {"cloudtrail", "validate-logs"}, {"cloudformation", "package"}, {"cloudformation", "deploy"}};
  return std::ranges::any_of(commands, [&](const auto& command) {
    const auto service =
        std::ranges::find(words, command.first, [](char* word) { return std::string_view(word); });
    return std::ranges::any_of(service, words.end(),
                               [&](std::string_view word) { return word == command.second; });
  });
}

/// Endpoint rules as botocore's models have them: every request of S3 goes to `endpoint`.
std::string s3_rules(const std::string& endpoint) {
  const auto rule = [&](std::string_view path, Array conditions) {
    return Object{{"type", "endpoint"},
                  {"conditions", std::move(conditions)},
                  {"endpoint", Object{{"url", fmt::format("{}{}", endpoint, path)},
                                      {"headers", Object{}},
                                      {"properties", Object{}}}}};
  };
  const auto parameter = [](Object more) {
    more["type"] = "String";
    more["required"] = false;
    more["documentation"] = "";
    return more;
  };
  Array given{Object{{"fn", "isSet"}, {"argv", Array{Object{{"ref", "Bucket"}}}}}};
  return to_json(Object{{"version", "1.0"},
                        {"parameters", Object{{"Bucket", parameter({})},
                                              {"Region", parameter({{"builtIn", "AWS::Region"}})}}},
                        {"rules", Array{rule("/{Bucket}", std::move(given)), rule("", {})}}});
}

std::filesystem::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) return cache;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home && *home ? home : "/tmp") / ".cache";
}

/// A folder of models (AWS_DATA_PATH) with those rules, before the user's own folders.
void tell_endpoint_of_s3(const std::string& endpoint) {
  const auto models = cache_folder() / "tocsin" / ("models-" + hex(sha256(endpoint)).substr(0, 16));
  const auto folder = models / "s3" / "2006-03-01";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto file = folder / "endpoint-rule-set-1.json";
  const auto fresh = folder / fmt::format("rules.{}", ::getpid());
  std::ofstream(fresh) << s3_rules(endpoint);
  std::filesystem::rename(fresh, file, error);  // at once: another `tocsin aws` may read
  if (error) {
    fmt::print(stderr, "tocsin: cannot write {}: {}\n", file.string(), error.message());
    return;
  }
  const char* own = std::getenv("AWS_DATA_PATH");
  const auto path = own && *own ? fmt::format("{}:{}", models.string(), own) : models.string();
  ::setenv("AWS_DATA_PATH", path.c_str(), 1);
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
  if (!names_endpoint(words) && makes_second_client(words)) tell_endpoint_of_s3(options.endpoint);
  return fail(become_cli(options, words));
}

}  // namespace

int aws(std::span<char*> words) {
  const auto ran = run(words);
  fmt::print(stderr, "tocsin: {}\n", ran.error().message);
  return ran.error().code == "NoCli" ? 127 : 1;
}

}  // namespace tocsin::app
