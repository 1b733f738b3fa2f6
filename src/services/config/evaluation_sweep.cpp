// SPDX-License-Identifier: Apache-2.0
// A rule looks at all that it judges: when it is new or changed, on request, or when its time has
// come. Page by page, an input each.
#include <fmt/format.h>

#include "services/config/compliance.hpp"
#include "services/config/evaluation_invoke.hpp"
#include "services/config/evaluation_judge.hpp"
#include "services/config/evaluation_standing.hpp"
#include "services/config/notifications.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kItemsAtOnce = 50;

/// Where a sweep stands: it goes through the types in their order, then through old results.
struct Place {
  std::string rule, id, sweep;
  bool forget = false;
  std::size_t type = 0;
  ResourceKey after;  // empty: at the beginning
};
BOOST_DESCRIBE_STRUCT(Place, (), (rule, id, sweep, forget, type, after))

void go_on(Context& context, const Place& place) {
  context.later({"config.sweep", encode(place)});
}

Evaluation evaluation_from(Context& context, Verdict verdict, Time ordering) {
  return {.compliance = std::string(verdict.compliance),
          .annotation = std::move(verdict.annotation),
          .ordering = ordering,
          .invoked = context.now()};
}

void judge_account(Context& context, const Prepared& prepared) {
  const auto& rule = prepared.rule;
  auto verdict = Judge(context, account_item(rule.scope)).verdict(prepared);
  if (!verdict) return note_evaluation_failed(context, rule, verdict.error());
  note_evaluated(context, rule);
  Findings findings(context, rule.scope, {std::string(kAccountType), rule.scope.account.str()});
  findings.note(rule, evaluation_from(context, *std::move(verdict), context.now()));
  findings.save();
}

/// The items of the type at `place`; returns those that the rule judges.
std::vector<Item> page_of_items(Context& context, const Prepared& prepared, Place& place,
                                bool& more) {
  const auto& type = prepared.types[place.type];
  std::vector<Item> items;
  std::size_t seen = 0;
  more = false;
  current_items(
      context, prepared.rule.scope, type == "*" ? std::string_view() : std::string_view(type),
      [&](const Item& item) {
        if (seen++ == kItemsAtOnce) return !(more = true);
        place.after = {item.type, item.id};
        if (is_in_scope(prepared, item)) items.push_back(item);
        return true;
      },
      place.after.id.empty() ? std::nullopt : std::optional(place.after));
  return items;
}

void judge_items(Context& context, const Prepared& prepared, const std::vector<Item>& items) {
  static const Document kNoDifference;
  const auto& rule = prepared.rule;
  std::optional<Judge> judge;
  for (const auto& item : items) {
    context.spend(20);
    if (rule.owner == "CUSTOM_LAMBDA") {
      invoke_on_item(context, rule, item, kNoDifference);
      continue;
    }
    if (judge)
      judge->next(delivered_item(item));
    else
      judge.emplace(context, delivered_item(item));
    auto verdict = judge->verdict(prepared);
    if (!verdict) {
      note_evaluation_failed(context, rule, verdict.error());
      continue;
    }
    note_evaluated(context, rule);
    Findings findings(context, rule.scope, {item.type, item.id});
    findings.note(rule, evaluation_from(context, *std::move(verdict), context.now()));
    findings.save();
  }
}

bool still_judged(Context& context, const Prepared& prepared, const ResourceKey& resource) {
  if (resource.type == kAccountType) return prepared.types.empty();
  const auto item = newest_item(context, prepared.rule.scope, resource.type, resource.id);
  return item && !is_deleted(item->status) && is_in_scope(prepared, *item);
}

void forget_strays(Context& context, const Prepared& prepared) {
  for (const auto compliance : {kCompliant, kNonCompliant, kNotApplicable}) {
    std::vector<ResourceKey> strays;
    found_by(context, prepared.rule, compliance, [&](const ResourceKey& resource) {
      if (!still_judged(context, prepared, resource)) strays.push_back(resource);
      return true;
    });
    for (const auto& resource : strays) {
      Findings findings(context, prepared.rule.scope, resource);
      findings.forget(prepared.rule, context.now());
      findings.save();
    }
  }
}

void end_sweep(Context& context, const Prepared& prepared, const Place& place) {
  if (place.forget) forget_strays(context, prepared);
  auto standing = standing_of(context, prepared.rule);
  if (standing.state == "EVALUATING") standing.state = "ACTIVE";
  standing.sweep.clear();
  standing.started = true;
  kStandings.put(context, prepared.rule.key(), standing);
}

/// A function that is asked on a schedule alone finds its resources itself.
bool takes_items(const Prepared& prepared) {
  return prepared.rule.owner != "CUSTOM_LAMBDA" ||
         takes(prepared.rule, "ConfigurationItemChangeNotification") ||
         takes(prepared.rule, "OversizedConfigurationItemChangeNotification");
}

void sweep(Context& context, const core::Resumption& due) {
  auto place = decoded<Place>(due.context);
  const auto prepared = prepared_rule(context, context.scope(), place.rule);
  if (!prepared || prepared->rule.id != place.id ||
      standing_of(context, prepared->rule).sweep != place.sweep)
    return;
  if (place.type == 0 && place.after.id.empty()) {
    if (prepared->managed && prepared->managed->subject == Subject::Account)
      judge_account(context, *prepared);
    if (takes(prepared->rule, "ScheduledNotification") && prepared->rule.owner == "CUSTOM_LAMBDA")
      invoke_on_schedule(context, prepared->rule);
  }
  if (place.type >= prepared->types.size() || !takes_items(*prepared))
    return end_sweep(context, *prepared, place);
  bool more = false;
  judge_items(context, *prepared, page_of_items(context, *prepared, place, more));
  if (!more) {
    ++place.type;
    place.after = {};
  }
  if (place.type >= prepared->types.size()) return end_sweep(context, *prepared, place);
  go_on(context, place);
}

/// https://docs.aws.amazon.com/config/latest/developerguide/config-rules-evaluation-started.html
void tell_started(Context& context, const Rule& rule) {
  constexpr std::string_view kMessage = "ConfigRulesEvaluationStarted";
  const auto& account = rule.scope.account.str();
  Object message{{"awsAccountId", account},
                 {"awsRegion", rule.scope.region},
                 {"configRuleNames", Array{rule.name}}};
  auto detail = message;
  detail["notificationCreationTime"] = iso8601_ms(context.now());
  detail["messageType"] = kMessage;
  detail["recordVersion"] = "1.0";
  context.emit({.source = "aws.config",
                .detail_type = "Config Rules Evaluation Status",
                .scope = rule.scope,
                .detail = std::move(detail)});
  notify(context, kMessage,
         fmt::format("[AWS Config:{}] Config Rules Evaluation Started for Account {}",
                     rule.scope.region, account),
         std::move(message));
}

}  // namespace

void start_sweep(Context& context, const Rule& rule, Sweep kind) {
  if (!is_detective(rule)) return;
  const InScope scope(context, rule.scope);
  auto standing = standing_of(context, rule);
  standing.sweep = context.new_uuid();
  standing.state = "EVALUATING";
  kStandings.put(context, rule.key(), standing);
  tell_started(context, rule);
  go_on(context, {.rule = rule.name,
                  .id = rule.id,
                  .sweep = standing.sweep,
                  .forget = kind == Sweep::JudgeAndForget});
}

Outcome start_config_rules_evaluation(Call& call) {
  const auto names = strings_of(call.params(), "ConfigRuleNames");
  if (names.empty()) return invalid_value("At least one ConfigRuleName must be provided.");
  std::vector<Rule> rules;
  for (const auto& name : names) {
    rules.push_back(TRY(find_rule(call, call.scope(), name)));
    if (standing_of(call, rules.back()).state != "ACTIVE") {
      return fail("ResourceInUseException",
                  fmt::format("The rule {} is currently being evaluated or deleted. Please retry "
                              "after some time",
                              name));
    }
  }
  for (const auto& rule : rules)
    start_sweep(call, rule);
  return Object{};
}

void on_sweeps(core::Registry& registry) {
  registry.on_resume("config.sweep", sweep);
}

}  // namespace tocsin::config
