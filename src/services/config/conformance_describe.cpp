// SPDX-License-Identifier: Apache-2.0
#include "services/config/conformance.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMostShown = 20;
constexpr std::string_view kLimitCode = "InvalidLimitException";

std::string name_of(const Pack& pack) {
  return pack.name;
}

Document described_pack(const Pack& pack) {
  Object out{{"ConformancePackName", pack.name},
             {"ConformancePackArn", pack.arn()},
             {"ConformancePackId", pack.id}};
  if (!pack.bucket.empty()) out["DeliveryS3Bucket"] = pack.bucket;
  if (!pack.prefix.empty()) out["DeliveryS3KeyPrefix"] = pack.prefix;
  out["ConformancePackInputParameters"] = pack.inputs;
  out["LastUpdateRequestedTime"] = to_seconds(pack.requested);
  if (!pack.document.empty()) out["TemplateSSMDocumentDetails"] = pack.document;
  return out;
}

Document status_of(const Pack& pack) {
  Object out{{"ConformancePackName", pack.name},
             {"ConformancePackId", pack.id},
             {"ConformancePackArn", pack.arn()},
             {"ConformancePackState", pack.state},
             {"StackArn", pack.stack}};
  if (!pack.reason.empty()) out["ConformancePackStatusReason"] = pack.reason;
  out["LastUpdateRequestedTime"] = to_seconds(pack.requested);
  if (pack.completed != Time{} && !pack.state.ends_with("IN_PROGRESS"))
    out["LastUpdateCompletedTime"] = to_seconds(pack.completed);
  return out;
}

}  // namespace

std::vector<Pack> packs_of(const Call& call) {
  const auto names = strings_of(call.params(), "ConformancePackNames");
  auto packs = kPacks.all(call, core::Key::of(call.scope()));
  if (!names.empty()) {
    std::erase_if(packs, [&](const Pack& pack) {
      return std::find(names.begin(), names.end(), pack.name) == names.end();
    });
  }
  return packs;
}

Outcome describe_conformance_packs(Call& call) {
  for (const auto& name : strings_of(call.params(), "ConformancePackNames")) {
    if (!kPacks.contains(call, core::Key::of(call.scope(), name))) return no_such_pack(name);
  }
  return page_of_rows<Pack>(packs_of(call), TRY(page_of(call, kMostShown, kMostShown, kLimitCode)),
                            "ConformancePackDetails", name_of, described_pack);
}

Outcome describe_conformance_pack_status(Call& call) {
  return page_of_rows<Pack>(packs_of(call), TRY(page_of(call, kMostShown, kMostShown, kLimitCode)),
                            "ConformancePackStatusDetails", name_of, status_of);
}

}  // namespace tocsin::config
