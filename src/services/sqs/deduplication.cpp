// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/deduplication.hpp"

#include "services/sqs/attributes.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;

constexpr auto kInterval = std::chrono::minutes(5);
constexpr std::size_t kForgetAtOnce = 4;  // more than come in with one message

std::string scope_of(const Queue& queue, const FifoMark& mark) {
  return attribute(queue, "DeduplicationScope") == "messageGroup" ? mark.group : "";
}

void forget(Context& context, const std::string& origin, const std::string& until,
            std::size_t most) {
  std::vector<std::vector<std::string>> old;
  kAcceptedDue.scan(context, Key{origin}, [&](const auto& key, const Moment&) {
    if (key[1] > until || old.size() == most) return false;
    old.push_back(key);
    return true;
  });
  for (const auto& key : old) {
    kAcceptedDue.erase(context, Key{key[0], key[1], key[2], key[3]});
    const Key row{key[0], key[2], key[3]};
    const auto accepted = kAccepted.get(context, row);
    if (accepted && time_part(accepted->until) == key[1]) kAccepted.erase(context, row);
  }
}

}  // namespace

std::optional<Accepted> accepted_before(Context& context, const Queue& queue,
                                        const FifoMark& mark) {
  auto found = kAccepted.get(context, Key{queue.origin, scope_of(queue, mark), mark.deduplication});
  if (!found || found->until <= context.now()) return std::nullopt;
  return found;
}

void remember_accepted(Context& context, const Queue& queue, const FifoMark& mark,
                       const std::string& id) {
  forget(context, queue.origin, time_part(context.now()), kForgetAtOnce);
  const auto until = context.now() + kInterval;
  const auto scope = scope_of(queue, mark);
  kAccepted.put(context, Key{queue.origin, scope, mark.deduplication}, {id, mark.sequence, until});
  kAcceptedDue.put(context, Key{queue.origin, time_part(until), scope, mark.deduplication}, {});
}

void forget_accepted(Context& context, const std::string& origin) {
  kNumbers.erase(context, Key{origin});
  forget(context, origin, "g", 10'000);  // behind every time
}

}  // namespace tocsin::sqs
