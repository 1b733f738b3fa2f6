// SPDX-License-Identifier: Apache-2.0
// One event on its way through the rules of a bus.
#pragma once

#include <optional>

#include "base/document.hpp"

namespace tocsin::events {

/// How often an event may still go from one bus to another: once within a region and once to
/// another one, so that no loop lasts.
/// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
struct Hops {
  bool in_region = false, to_region = false;  // already made
};

class Occurrence {
 public:
  explicit Occurrence(Document envelope, Hops made = {})
      : hops(made), envelope_(std::move(envelope)) {}

  const Document& envelope() const { return envelope_; }
  /// The envelope as text, written once for all targets.
  const std::string& text() const {
    if (text_.empty()) text_ = to_json(envelope_);
    return text_;
  }

  const Hops hops;

 private:
  Document envelope_;
  mutable std::string text_;
};

}  // namespace tocsin::events
