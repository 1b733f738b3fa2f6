// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include <fmt/format.h>

#include "coverage.hpp"
#include "serve.hpp"

namespace {

constexpr std::string_view kUsage =
    "tocsin serve [--data DIR] [--listen 127.0.0.1:4566] [--auth strict|relaxed] [--clock real|virtual]\n"
    "             [--smtp smtp[s]://[user:password@]host:port] [--account 123456789012]\n"
    "tocsin coverage      prints which operations are served, of all that AWS's models have\n";

}  // namespace

int main(int count, char** words) {
  if (count == 2 && std::string_view(words[1]) == "coverage") {
    fmt::print("{}", tocsin::app::coverage());
    return 0;
  }
  if (count < 2 || std::string_view(words[1]) != "serve") {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  const auto options = tocsin::app::serve_options({words + 2, words + count});
  if (!options) {
    fmt::print(stderr, "tocsin: {}\n{}", options.error().message, kUsage);
    return 2;
  }
  return tocsin::app::serve(*options);
}
