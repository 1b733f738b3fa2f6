// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/state.hpp"

namespace tocsin::core {

/// Changes on top of a view: what one input, or one nested call inside it, is about to commit.
class Transaction : public store::View {
 public:
  explicit Transaction(const store::View& base) : base_(base) {}

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view from, std::string_view to, store::Direction direction,
            const Visit& visit) const override;

  void put(std::string key, std::string value);
  void erase(std::string key);
  /// Lays the changes of a finished nested transaction over these.
  void merge(Transaction&& inner);

  const store::View& base() const { return base_; }
  const store::Batch& changes() const { return changes_; }

 private:
  const store::View& base_;
  store::Batch changes_;
};

}  // namespace tocsin::core
