// SPDX-License-Identifier: Apache-2.0
// What managed rules and custom policies say of an item.
#pragma once

#include "services/config/evaluation_prepared.hpp"

namespace tocsin::config {

/// One item (or the account) before several rules: what rules see of it is made once.
class Judge {
 public:
  explicit Judge(Context& context, Object item);

  /// Not of a function's rule. Errors: of the calls that the rule makes, as the recorder's role; of
  /// a policy that cannot be evaluated.
  Result<Verdict> verdict(const Prepared& prepared);
  /// Another item, of which a rule whose calls do not depend on it has the replies already.
  void next(Object item);

 private:
  Result<void> make_calls(const Prepared& prepared);
  Result<Verdict> of_policy(const Prepared& prepared) const;

  Context& context_;
  Document known_;
  std::string calls_of_;  // the rule whose replies stand in `known_`; empty: none's
};

/// The item of the account itself, for rules on it.
Object account_item(const Scope& scope);

}  // namespace tocsin::config
