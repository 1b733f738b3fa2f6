// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <string_view>

#include "aws.hpp"
#include "ca.hpp"
#include "coverage.hpp"
#include "gameday.hpp"
#include "ingest.hpp"
#include "match.hpp"
#include "serve.hpp"
#include "state.hpp"
#include "states.hpp"
#include "timeline.hpp"

namespace {

constexpr std::string_view kUsage =
    "tocsin serve [--data DIR] [--listen 127.0.0.1:4566] [--auth strict|relaxed] [--clock "
    "real|virtual]\n"
    "             [--smtp smtp[s]://[user:password@]host:port] [--sms URL] [--ntfy URL]\n"
    "             [--ca-file FILE] [--account 123456789012]\n"
    "             [--tls-listen 127.0.0.1:4567 [--tls-cert FILE --tls-key FILE]]\n"
    "tocsin ca [--data DIR]   prints the certificate of the authority that HTTPS stands on, for "
    "clients to trust\n"
    "tocsin ca issue [--data DIR] [--out DIR] [--aws-region REGION] HOST...\n"
    "                     writes a certificate for the hosts: DIR/HOST.pem and DIR/HOST.key\n"
    "tocsin aws [--data DIR] [--endpoint http://127.0.0.1:4566] ARGUMENTS...\n"
    "                     runs the AWS CLI against the server, with the root key of its data "
    "folder\n"
    "tocsin timeline [--data DIR] [--endpoint URL] [--json] EVENT-ID\n"
    "                     prints what followed from what: a CloudTrail eventID names a call\n"
    "tocsin state [--data DIR] [--endpoint URL] at [--region REGION] [--type TYPE [--id ID]] "
    "[--json] TIME\n"
    "                     every resource that AWS Config recorded as it was at TIME (or: now), and "
    "who had changed it last by which call\n"
    "tocsin gameday run SCENARIO [--clock real|virtual] [--format text|json|junit] [--output "
    "FILE]\n"
    "                     rehearses an attack against a server of its own; exits with 1 where the "
    "response fell short\n"
    "tocsin ingest cloudtrail [--data DIR] [--endpoint URL] [--region REGION] [--bus NAME] "
    "[--strict] [--json] FILE|DIR|-...\n"
    "                     feeds CloudTrail's log files as events to the rules of an event bus\n"
    "tocsin match [--cloudtrail] [--matches] [--expect FILE] [--strict] [--json] [--threads N] "
    "RULES EVENTS\n"
    "                     which event patterns match which events of a file, a folder or standard "
    "input (-)\n"
    "tocsin states run [--input FILE] [--mock FILE [--machine NAME] [--case NAME]] [--json] "
    "DEFINITION\n"
    "                     runs a Step Functions definition with no server and prints its history\n"
    "tocsin coverage      prints which operations are served, of all that AWS's models have\n";

int serve(std::span<char*> words) {
  const auto options = tocsin::app::serve_options(words);
  if (options) return tocsin::app::serve(*options);
  fmt::print(stderr, "tocsin: {}\n{}", options.error().message, kUsage);
  return 2;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view task = count < 2 ? "" : words[1];
  const std::span<char*> rest(words + std::min(count, 2), words + count);
  if (task == "serve") return serve(rest);
  if (task == "ca") return tocsin::app::ca(rest);
  if (task == "aws") return tocsin::app::aws(rest);
  if (task == "state") return tocsin::app::state(rest);
  if (task == "timeline") return tocsin::app::timeline(rest);
  if (task == "gameday") return tocsin::app::gameday(rest);
  if (task == "ingest") return tocsin::app::ingest(rest);
  if (task == "match") return tocsin::app::match(rest);
  if (task == "states") return tocsin::app::states(rest);
  if (task == "coverage") {
    fmt::print("{}", tocsin::app::coverage());
    return 0;
  }
  fmt::print(stderr, "{}", kUsage);
  return 2;
}
