// SPDX-License-Identifier: Apache-2.0
#include "services/sns/publications.hpp"

#include "services/sns/encryption.hpp"

namespace tocsin::sns {

using core::Context;
using core::Key;

void keep(Context& context, const Publication& publication, std::int64_t count) {
  update(context, publication);
  keep_again(context, publication.id, count);
}

void keep_again(Context& context, const std::string& id, std::int64_t count) {
  const auto open = kOpen.get(context, Key{id}).value_or(Count{});
  kOpen.put(context, Key{id}, {open.count + count});
}

void release(Context& context, const std::string& id) {
  const auto open = kOpen.get(context, Key{id}).value_or(Count{});
  if (open.count > 1) return kOpen.put(context, Key{id}, {open.count - 1});
  kOpen.erase(context, Key{id});
  kPublications.erase(context, Key{id});
}

void update(Context& context, const Publication& publication) {
  kPublications.put(context, Key{publication.id}, enclosed(context, publication));
}

std::optional<Publication> publication_of(const Context& context, const std::string& id) {
  auto kept = kPublications.get(context, Key{id});
  if (!kept) return std::nullopt;
  return disclosed(context, *std::move(kept));
}

}  // namespace tocsin::sns
