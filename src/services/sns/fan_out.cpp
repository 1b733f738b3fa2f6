// SPDX-License-Identifier: Apache-2.0
#include "services/sns/fan_out.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "services/sns/delivery.hpp"
#include "services/sns/envelope.hpp"
#include "services/sns/filter.hpp"
#include "services/sns/publications.hpp"
#include "services/sns/queues.hpp"
#include "services/sns/signer.hpp"

namespace tocsin::sns {
namespace {

using core::Context;
using core::Key;
using core::Resumption;

constexpr std::size_t kStep = 500;        // subscriptions
constexpr std::size_t kMostStarted = 50;  // deliveries that are tasks of their own

Document place(const Publication& publication, std::string_view after) {
  return Object{{"publication", publication.id}, {"after", after}};
}

std::vector<Subscription> page_after(Context& context, const Publication& publication,
                                     const std::string& after) {
  const auto topic = Key::of(publication.scope, publication.topic);
  std::vector<Subscription> page;
  page.reserve(kStep);
  kSubscriptions.scan(
      context, topic,
      [&](const auto&, const Subscription& subscription) {
        page.push_back(subscription);
        return page.size() < kStep;
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt
                    : std::optional(Key::of(publication.scope, publication.topic, after)));
  return page;
}

using Receivers = std::vector<const Subscription*>;  // of a page

/// Those of the page that get the message. A page with many tasks ends early: `page` is cut there.
Receivers receivers(std::vector<Subscription>& page, const Publication& publication) {
  const auto wanted = wanted_by(page, publication);
  Receivers out;
  std::size_t started = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i].pending || !wanted[i]) continue;
    out.push_back(&page[i]);
    if (page[i].protocol != "sqs" && ++started == kMostStarted) {
      page.resize(i + 1);
      break;
    }
  }
  return out;
}

bool awaits_signature(Context& context, const Publication& publication,
                      const Receivers& receivers) {
  if (!publication.signatures.empty() || publication.unsigned_for_good || !has_signer(context))
    return false;
  return std::ranges::any_of(
      receivers, [&](const auto* each) { return carries_signature(publication, *each); });
}

void deliver_all(Context& context, const Publication& publication, const Receivers& receivers) {
  const auto topic = kTopics.get(context, Key::of(publication.scope, publication.topic));
  if (!topic) return;
  Receivers queues;
  for (const auto* each : receivers) {
    if (each->protocol == "sqs")
      queues.push_back(each);
    else
      deliver(context, *topic, publication, *each);
  }
  if (!queues.empty()) deliver_to_queues(context, *topic, publication, queues);
}

void step(Context& context, const Resumption& timer) {
  const auto publication = publication_of(context, string_of(timer.context, "publication"));
  if (!publication) return;
  const auto after = string_of(timer.context, "after");
  auto page = page_after(context, *publication, after);
  const bool last = page.size() < kStep;
  const auto whole = page.size();
  const auto found = receivers(page, *publication);
  if (awaits_signature(context, *publication, found)) {
    Object texts;
    for (const auto& [name, text] : signable(*publication))
      texts[name] = publication->secret ? context.seal(text) : Document(boost::json::string(text));
    return sign(context, std::move(texts), publication->signature_version,
                {"sns.signed", timer.context});
  }
  deliver_all(context, *publication, found);
  if (last && page.size() == whole) return release(context, publication->id);
  context.later({"sns.fan_out", place(*publication, page.back().id)});
}

void sign_ended(Context& context, const Resumption& end) {
  auto publication = publication_of(context, string_of(end.context, "publication"));
  if (!publication) return;
  if (end.outcome) {
    publication->certificate = string_of(*end.outcome, "Certificate");
    for (const auto& each : object_of(*end.outcome, "Signatures"))
      publication->signatures[std::string(each.key())] = std::string(each.value().as_string());
  } else {
    log_error("a notification goes out without a signature",
              {{"cause", end.outcome.error().message}});
  }
  publication->unsigned_for_good = publication->signatures.empty();
  update(context, *publication);
  step(context, end);
}

}  // namespace

void distribute(Context& context, const Publication& publication) {
  bool any = false;
  kSubscriptions.scan(context, Key::of(publication.scope, publication.topic),
                      [&](const auto&, const Subscription&) {
                        any = true;
                        return false;
                      });
  if (!any) return;
  keep(context, publication, 1);
  context.later({"sns.fan_out", place(publication, "")});
}

void on_fan_out(core::Registry& registry) {
  registry.on_resume("sns.fan_out", step);
  registry.on_resume("sns.signed", sign_ended);
}

}  // namespace tocsin::sns
