// SPDX-License-Identifier: Apache-2.0
// A game day's scenario: what is set up, what the attacker does, and the ground truth of what must
// follow.
//
// DIR/scenario.json:
//   {"title", "account",
//    "setup":  [step…],          as the root of the account
//    "attack": [step…],          the last one is the call that must be answered
//    "truth":  [{"phase", "node": {"Kind", "Name"}, "within_ms", …}]}
//
// A step is {"call": "service:Operation", "with": {parameters}, "save": {variable:
// "path.in.the.reply"}}, and for an attacker "key" (an access key id) and "from" (an address); or
// {"mail": "expression", "save": variable}: waits for a mail that matches, and keeps the first
// group. "${variable}" stands for a saved text in any text; {"$json": …} is the text of that JSON,
// {"$zip": {"name": "file of the scenario"}} a zip of those files, as base64.
//
// A phase of the truth is reached when the attack's timeline (tocsin:GetTimeline) has a node of
// that kind and name that ended well, and, where they are given: a mail holds all of "mail"; the
// call "call" with "with" answers with "is".
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/document.hpp"
#include "base/result.hpp"

namespace tocsin::app {

struct Scenario {
  std::string name;  // of its folder
  std::filesystem::path folder;
  std::string title;
  std::string account;
  Array setup, attack, truth;
};

/// Error "InvalidScenario" naming the file and what is wrong with it.
Result<Scenario> read_scenario(const std::filesystem::path& folder);

using Variables = std::map<std::string, std::string>;

/// `value` with its variables, $json and $zip resolved. Error "InvalidScenario": no such variable
/// or file.
Result<Document> resolved(const Scenario& scenario, const Variables& variables,
                          const Document& value);

}  // namespace tocsin::app
