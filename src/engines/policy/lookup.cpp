// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/lookup.hpp"

#include "base/glob.hpp"

namespace tocsin::policy {
namespace {

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash ^ (hash >> 29);
}

}  // namespace

KeyName::KeyName(std::string_view name)
    : text(name), folded(to_lower(name)), hash(hash_of(folded)) {}

const std::vector<std::string>* Lookup::find(const KeyName& key) const {
  auto& slot = memo_[key.hash % memo_.size()];
  if (slot.key && slot.key->hash == key.hash && slot.key->folded == key.folded) return slot.values;
  slot = {&key, search(key)};
  return slot.values;
}

const std::vector<std::string>* Lookup::search(const KeyName& key) const {
  const auto found = request_.context.find(key.folded);
  if (found != request_.context.end()) return &found->second;
  if (!request_.more) return nullptr;
  auto values = request_.more->values_of(key.folded);
  return values.empty() ? nullptr : &made_.emplace_front(std::move(values));
}

}  // namespace tocsin::policy
