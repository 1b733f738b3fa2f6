// SPDX-License-Identifier: Apache-2.0
#include "core/transaction.hpp"

namespace tocsin::core {
namespace {

using Changes = store::Batch;

/// Visits the changes in [from, to) that come before `key` in the direction, and says whether `key`
/// itself is changed.
template <class Iterator, class Before>
bool overlay(Iterator& at, Iterator end, std::string_view key, const Before& before,
             const store::View::Visit& visit, bool& going) {
  while (going && at != end && before(std::string_view(at->first), key)) {
    if (at->second) going = visit(at->first, *at->second);
    ++at;
  }
  if (!going || at == end || at->first != key) return false;
  if (at->second) going = visit(at->first, *at->second);
  ++at;
  return true;
}

template <class Iterator, class Before>
void merge_scan(Iterator at, Iterator end, const Before& before, const store::View& base,
                std::string_view from, std::string_view to, store::Direction direction,
                const store::View::Visit& visit) {
  bool going = true;
  base.scan(from, to, direction, [&](std::string_view key, std::string_view value) {
    const bool changed = overlay(at, end, key, before, visit, going);
    if (going && !changed) going = visit(key, value);
    return going;
  });
  for (; going && at != end; ++at) {
    if (at->second) going = visit(at->first, *at->second);
  }
}

}  // namespace

std::optional<std::string> Transaction::get(std::string_view key) const {
  const auto changed = changes_.find(key);
  return changed != changes_.end() ? changed->second : base_.get(key);
}

void Transaction::scan(std::string_view from, std::string_view to, store::Direction direction,
                       const Visit& visit) const {
  const auto first = changes_.lower_bound(from);
  const auto last = to.empty() ? changes_.end() : changes_.lower_bound(to);
  if (direction == store::Direction::Forward) {
    merge_scan(first, last, std::less<std::string_view>(), base_, from, to, direction, visit);
  } else {
    merge_scan(std::make_reverse_iterator(last), std::make_reverse_iterator(first),
               std::greater<std::string_view>(), base_, from, to, direction, visit);
  }
}

void Transaction::put(std::string key, std::string value) {
  changes_.insert_or_assign(std::move(key), std::optional(std::move(value)));
}

void Transaction::erase(std::string key) {
  changes_.insert_or_assign(std::move(key), std::nullopt);
}

void Transaction::merge(Transaction&& inner) {
  for (auto& [key, value] : inner.changes_)
    changes_.insert_or_assign(key, std::move(value));
}

}  // namespace tocsin::core
