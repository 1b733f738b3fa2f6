// SPDX-License-Identifier: Apache-2.0
#include "gameday.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>

#include "rehearsal.hpp"
#include "rehearsal_report.hpp"
#include "server.hpp"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsage =
    "usage: tocsin gameday run SCENARIO [--clock real|virtual] [--format text|json|junit] "
    "[--output FILE]";

struct GamedayOptions {
  std::string scenario;
  bool virtual_clock = false;
  std::string (*report)(const Rehearsal&) = text_report;
  std::string output;
};

Failure usage() {
  return fail("Usage", std::string(kUsage));
}

Result<GamedayOptions> parse(std::span<char*> words) {
  static const std::map<std::string_view, std::string (*)(const Rehearsal&)> kReports{
      {"text", text_report}, {"json", json_report}, {"junit", junit_report}};
  if (words.size() < 2 || std::string_view(words[0]) != "run" || words.size() % 2) return usage();
  GamedayOptions options{.scenario = words[1]};
  for (std::size_t i = 2; i < words.size(); i += 2) {
    const std::string_view name = words[i], value = words[i + 1];
    if (name == "--clock" && (value == "real" || value == "virtual"))
      options.virtual_clock = value == "virtual";
    else if (name == "--format" && kReports.contains(value))
      options.report = kReports.at(value);
    else if (name == "--output")
      options.output = value;
    else
      return usage();
  }
  return options;
}

/// A folder, or the name of one of content/scenarios.
fs::path folder_of(const std::string& scenario) {
  const bool named =
      scenario.find('/') == std::string::npos && !fs::exists(fs::path(scenario) / "scenario.json");
  const char* content = std::getenv("TOCSIN_CONTENT");
  return named ? fs::path(content ? content : TOCSIN_CONTENT_DIR) / "scenarios" / scenario
               : fs::path(scenario);
}

/// A data folder of its own, gone at the end.
class Playground {
 public:
  Playground() : path_((fs::temp_directory_path() / "tocsin-gameday-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) path_.clear();
  }
  ~Playground() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<void> write(const GamedayOptions& options, const std::string& report) {
  if (options.output.empty()) {
    fmt::print("{}", report);
    return {};
  }
  std::ofstream file(options.output);
  if (!(file << report) || !file.flush())
    return fail("CannotWrite", options.output + " cannot be written");
  return {};
}

Result<bool> run(std::span<char*> words) {
  const auto options = TRY(parse(words));
  const auto scenario = TRY(read_scenario(folder_of(options.scenario)));
  const Playground playground;
  if (playground.path().empty())
    return fail("CannotWrite", "no folder can be made in " + fs::temp_directory_path().string());
  auto mail = std::make_unique<Mailbox>();
  const auto& mailbox = *mail;
  const auto server = TRY(Server::start({.data = playground.path(),
                                         .listen = "127.0.0.1:0",
                                         .virtual_clock = options.virtual_clock,
                                         .account = scenario.account,
                                         .show_root_key = false},
                                        std::move(mail)));
  auto rehearsal = TRY(rehearse(server->cloud(), mailbox, scenario));
  rehearsal.virtual_clock = options.virtual_clock;
  TRY(write(options, options.report(rehearsal)));
  return rehearsal.passed();
}

}  // namespace

int gameday(std::span<char*> words) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto passed = run(words);
  if (passed) return *passed ? 0 : 1;
  fmt::print(stderr, "tocsin: {}\n", passed.error().message);
  return passed.error().code == "Usage" ? 2 : 1;
}

}  // namespace tocsin::app
