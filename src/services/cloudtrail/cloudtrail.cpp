// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/cloudtrail.hpp"

#include "services/cloudtrail/parts.hpp"
#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

/// Hands the record to the account and region of `scope`.
void hand_out(core::Context& context, const core::CallRecord& call, const Scope& scope,
              Object record, std::string user_name) {
  const bool data = is_data_event(call);
  // A trail's own deliveries would otherwise call for further deliveries without end.
  const bool own = call.principal.service == kPrincipal;
  const bool chosen = !own && gather(context, record, call.time);
  if (!data) remember(context, scope, call.time, {record, std::move(user_name)});
  if (own || (!chosen && (data || is_read_only(call)))) return;
  context.emit({.source = "aws." + endpoint_of(call.request.service),
                .detail_type = "AWS API Call via CloudTrail",
                .scope = scope,
                .time = call.time,
                .detail = std::move(record)});
}

class Recorder : public core::Audit {
 public:
  void record(core::Context& context, const core::CallRecord& call) override {
    if (!is_recorded(call)) return;
    auto record = make_record(call);
    const auto scope = scope_of(call);
    if (is_shared(call)) {
      record["sharedEventID"] = context.new_uuid();
      const auto& owner = call.request.owner;
      hand_out(context, call, {owner, scope.region},
               owners_record(record, owner, context.new_uuid()), {});
    }
    hand_out(context, call, scope, std::move(record), user_name_of(call.principal));
  }
};

}  // namespace

void register_cloudtrail(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{"cloudtrail",
                             "cloudtrail",
                             {{"CreateTrail", Write, create_trail, needs_trail},
                              {"UpdateTrail", Write, update_trail, needs_trail},
                              {"DeleteTrail", Write, delete_trail, needs_trail},
                              {"DescribeTrails", Read, describe_trails},
                              {"GetTrail", Read, get_trail, needs_trail},
                              {"ListTrails", Read, list_trails},
                              {"GetTrailStatus", Read, get_trail_status, needs_trail},
                              {"StartLogging", Write, start_logging, needs_trail},
                              {"StopLogging", Write, stop_logging, needs_trail},
                              {"PutEventSelectors", Write, put_event_selectors, needs_trail},
                              {"GetEventSelectors", Read, get_event_selectors, needs_trail},
                              {"PutInsightSelectors", Write, put_insight_selectors, needs_trail},
                              {"GetInsightSelectors", Read, get_insight_selectors, needs_trail},
                              {"AddTags", Write, add_tags, needs_resources},
                              {"RemoveTags", Write, remove_tags, needs_resources},
                              {"ListTags", Read, list_tags, needs_resources},
                              {"ListPublicKeys", Read, list_public_keys},
                              {"LookupEvents", Read, lookup_events}}});
  registry.add(trail_type());
  registry.on_resume("cloudtrail.deliver", deliver);
  registry.on_resume("cloudtrail.sent", sent);
  registry.on_resume("cloudtrail.send_again", send_again);
  registry.on_resume("cloudtrail.notified", notified);
  registry.on_resume("cloudtrail.logged", logged);
  registry.on_resume("cloudtrail.digest", digest);
  registry.on_resume("cloudtrail.signing_key", make_signing_key);
  registry.set_audit(std::make_unique<Recorder>());
}

}  // namespace tocsin::cloudtrail
