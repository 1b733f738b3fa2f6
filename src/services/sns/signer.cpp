// SPDX-License-Identifier: Apache-2.0
#include "services/sns/signer.hpp"

namespace tocsin::sns {
namespace {

using core::Context;
using core::Key;

constexpr core::Retry kRetry{.attempts = 10, .initial = std::chrono::milliseconds(100)};

}  // namespace

void ask_for_signer(Context& context) {
  if (kSigner.contains(context, Key{"asked"})) return;
  kSigner.put(context, Key{"asked"}, {});
  sign(context, Object{}, "1", {"sns.signer", Object{}});
}

bool has_signer(const store::View& view) {
  return kSigner.contains(view, Key{"signer"});
}

void sign(Context& context, Object texts, std::string_view version, core::Continuation then) {
  context.start(
      {.work = core::JobSpec{.kind = "sns.sign",
                             .payload = Object{{"Texts", std::move(texts)}, {"Version", version}}},
       .retry = kRetry,
       .then = std::move(then)});
}

void on_signer(core::Registry& registry) {
  registry.on_bootstrap(ask_for_signer);
  registry.on_resume("sns.signer", [](Context& context, const core::Resumption& end) {
    if (end.outcome && !text(*end.outcome, "Certificate").empty())
      kSigner.put(context, Key{"signer"}, {string_of(*end.outcome, "Certificate")});
  });
}

}  // namespace tocsin::sns
