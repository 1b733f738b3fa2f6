// SPDX-License-Identifier: Apache-2.0
// A new item goes to the rules of its type, and to no others.
#include "services/config/evaluation.hpp"

#include "services/config/compliance.hpp"
#include "services/config/evaluation_invoke.hpp"
#include "services/config/evaluation_judge.hpp"
#include "services/config/evaluation_standing.hpp"

namespace tocsin::config {
namespace {

/// Of an input's budget: one evaluation.
constexpr int kSteps = 20;

std::set<std::string> triggered_by(const store::View& view, const Item& item) {
  std::set<std::string> names;
  for (const std::string_view type : {std::string_view(item.type), std::string_view("*")}) {
    if (auto row = kTriggered.get(view, core::Key::of(item.scope, type))) names.merge(row->names);
  }
  return names;
}

/// One item on its way through its rules.
class Round {
 public:
  Round(Context& context, const Item& item, const Document& difference)
      : context_(context),
        item_(item),
        difference_(difference),
        findings_(context, item.scope, {item.type, item.id}) {}

  /// The rules in `names` from `first` on; where the budget ends, the rest goes on later.
  void run(const std::set<std::string>& names, const std::string& first) {
    if (is_deleted(item_.status)) forget_all();
    for (auto name = names.lower_bound(first); name != names.end(); ++name) {
      if (context_.budget() <= 0) {
        go_on_later(*name);
        break;
      }
      context_.spend(kSteps);
      if (const auto prepared = prepared_rule(context_, item_.scope, *name)) apply(*prepared);
    }
    findings_.save();
  }

 private:
  void apply(const Prepared& prepared) {
    const auto& rule = prepared.rule;
    if (prepared.managed && prepared.managed->subject == Subject::Account)
      return judge_account(prepared);
    const bool custom = rule.owner == "CUSTOM_LAMBDA";
    if (!is_in_scope(prepared, item_)) {
      if (!findings_.has(rule.name)) return;
      if (custom) invoke_on_item(context_, rule, item_, difference_, EventScope::Left);
      return findings_.forget(rule, item_.captured);
    }
    if (custom) return invoke_on_item(context_, rule, item_, difference_);
    if (!is_deleted(item_.status)) judge_item(prepared);
  }

  void judge_item(const Prepared& prepared) {
    if (!judge_) judge_.emplace(context_, delivered_item(item_));
    auto verdict = judge_->verdict(prepared);
    if (!verdict) return note_evaluation_failed(context_, prepared.rule, verdict.error());
    note_evaluated(context_, prepared.rule);
    findings_.note(prepared.rule, {.compliance = std::string(verdict->compliance),
                                   .annotation = std::move(verdict->annotation),
                                   .ordering = item_.captured,
                                   .invoked = context_.now()});
  }

  void judge_account(const Prepared& prepared) {
    Judge judge(context_, account_item(item_.scope));
    Findings findings(context_, item_.scope,
                      {std::string(kAccountType), item_.scope.account.str()});
    auto verdict = judge.verdict(prepared);
    if (!verdict) return note_evaluation_failed(context_, prepared.rule, verdict.error());
    note_evaluated(context_, prepared.rule);
    findings.note(prepared.rule, {.compliance = std::string(verdict->compliance),
                                  .annotation = std::move(verdict->annotation),
                                  .ordering = item_.captured,
                                  .invoked = context_.now()});
    findings.save();
  }

  void forget_all() {
    const auto found = findings_.all();
    for (const auto& [name, evaluation] : found) {
      if (const auto rule = kRules.get(context_, core::Key::of(item_.scope, name)))
        findings_.forget(*rule, item_.captured);
    }
  }

  void go_on_later(const std::string& from) {
    context_.later(
        {"config.evaluate_rest",
         Object{
             {"type", item_.type}, {"id", item_.id}, {"from", from}, {"difference", difference_}}});
  }

  Context& context_;
  const Item& item_;
  const Document& difference_;
  Findings findings_;
  std::optional<Judge> judge_;
};

void evaluate_rest(Context& context, const core::Resumption& due) {
  const auto item =
      newest_item(context, context.scope(), text(due.context, "type"), text(due.context, "id"));
  if (!item) return;
  static const Document kNone;
  const auto* difference = find(due.context, "difference");
  Round(context, *item, difference ? *difference : kNone)
      .run(triggered_by(context, *item), string_of(due.context, "from"));
}

}  // namespace

void evaluate_on_change(core::Context& context, const Item& item, const Document& difference) {
  const auto names = triggered_by(context, item);
  if (names.empty() && !is_deleted(item.status)) return;
  const InScope scope(context, item.scope);
  Round(context, item, difference).run(names, {});
}

void on_changes(core::Registry& registry) {
  registry.on_resume("config.evaluate_rest", evaluate_rest);
}

}  // namespace tocsin::config
