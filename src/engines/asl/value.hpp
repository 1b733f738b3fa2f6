// SPDX-License-Identifier: Apache-2.0
// A JSON value that states hand on to each other: immutable, shared, its size known.
#pragma once

#include <memory>

#include "base/document.hpp"

namespace tocsin::asl {

/// How many bytes of UTF-8 JSON text the document is.
std::size_t json_size(const Document& document);

class Value {
 public:
  Value() = default;  // none, which is not JSON's null
  explicit Value(Document json)
      : held_(std::make_shared<const Held>(Held{json_size(json), std::move(json)})) {}

  explicit operator bool() const { return held_ != nullptr; }
  const Document& operator*() const { return held_->json; }
  const Document* operator->() const { return &held_->json; }
  std::size_t bytes() const { return held_ ? held_->bytes : 0; }
  bool same(const Value& other) const { return held_ == other.held_; }

 private:
  struct Held {
    std::size_t bytes;
    Document json;
  };
  std::shared_ptr<const Held> held_;
};

}  // namespace tocsin::asl
