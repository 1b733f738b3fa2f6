// SPDX-License-Identifier: Apache-2.0
#include "rehearsal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <regex>
#include <thread>

#include "base/crypto.hpp"

namespace tocsin::app {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);

class Run {
 public:
  Run(core::Cloud& cloud, const Mailbox& mailbox, const Scenario& scenario,
      std::chrono::milliseconds patience)
      : cloud_(cloud), mailbox_(mailbox), scenario_(scenario), patience_(patience) {}

  Result<Rehearsal> run() {
    for (const auto& step : scenario_.setup)
      TRY(carry_out(step));
    before_ = TRY(attack_events())
    .size();
    for (const auto& step : scenario_.attack)
      TRY(carry_out(step));
    Rehearsal rehearsal {
      .scenario = scenario_.name, .title = scenario_.title, .event_id = TRY(attack_event())
    };
    for (const auto& truth : scenario_.truth)
      rehearsal.phases.push_back(measure(truth, rehearsal.event_id));
    return rehearsal;
  }

 private:
  Result<Document> call(std::string_view name, Document params, std::string_view key = {},
                        std::string_view from = {}) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos)
      return fail("InvalidScenario", fmt::format("\"{}\" is not service:Operation", name));
    core::Credential credential{.kind = core::Credential::Kind::Root,
                                .account = AccountId(scenario_.account)};
    if (!key.empty())
      credential = {.kind = core::Credential::Kind::Key, .access_key_id = std::string(key)};
    std::promise<Result<Document>> promise;
    cloud_.call({.id = uuid_from(random_bytes(16)),
                 .service = std::string(name.substr(0, colon)),
                 .operation = std::string(name.substr(colon + 1)),
                 .params = std::move(params),
                 .scope = {AccountId(scenario_.account), "us-east-1"},
                 .credential = std::move(credential),
                 .source_ip = std::string(from.empty() ? "127.0.0.1" : from),
                 .user_agent = "tocsin-gameday"},
                [&](Result<Document> reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get();
  }

  Result<Document> resolve(const Document& step, std::string_view member) {
    const auto* value = find(step, member);
    return value ? resolved(scenario_, variables_, *value) : Result<Document>(Document(Object{}));
  }

  Result<void> carry_out(const Document& step) {
    if (find(step, "mail")) return wait_for_mail(string_of(step, "mail"), string_of(step, "save"));
    const auto name = string_of(step, "call");
    const auto key = TRY(resolved(scenario_, variables_, boost::json::string(text(step, "key"))));
    const auto reply = call(name, TRY(resolve(step, "with")), key.as_string(), text(step, "from"));
    if (!reply)
      return fail(reply.error().code, name + ": " + reply.error().message, reply.error().status);
    for (const auto& saved : object_of(step, "save")) {
      const auto* found = find_path(*reply, std::string_view(saved.value().as_string()));
      if (!found || !found->is_string())
        return fail("InvalidScenario", fmt::format("{}: the reply has no text at \"{}\"", name,
                                                   std::string_view(saved.value().as_string())));
      variables_[std::string(saved.key())] = found->as_string();
    }
    return {};
  }

  template <class Condition>
  bool wait_until(const Condition& condition) const {
    const auto end = std::chrono::steady_clock::now() + patience_;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(kPoll);
    }
    return true;
  }

  Result<void> wait_for_mail(const std::string& expression, const std::string& variable) {
    const std::regex wanted(expression);
    const bool came = wait_until([&] {
      for (const auto& mail : mailbox_.mails()) {
        std::smatch found;
        if (!std::regex_search(mail, found, wanted)) continue;
        variables_[variable] = found.size() > 1 ? found[1] : found[0];
        return true;
      }
      return false;
    });
    if (!came) return fail("NoMail", "no mail came that matches " + expression);
    return {};
  }

  /// The audit records of the attack's last operation.
  Result<Array> attack_events() {
    const auto name = string_of(scenario_.attack.back(), "call");
    const Object attribute{{"AttributeKey", "EventName"},
                           {"AttributeValue", name.substr(name.find(':') + 1)}};
    const auto found =
        TRY(call("cloudtrail:LookupEvents", Object{{"LookupAttributes", Array{attribute}}}));
    return array_of(found, "Events");
  }

  Result<std::string> attack_event() {
    Array events;
    const bool there = wait_until([&] {
      events = attack_events().value_or(Array{});
      return events.size() > before_;
    });
    if (!there) return fail("NoRecord", "the attack's call was not recorded");
    return string_of(events.front(), "EventId");  // the newest comes first
  }

  /// Milliseconds from the root of the timeline to the end of the first node that the truth names.
  std::optional<std::int64_t> reached(const Document& wanted, const std::string& event_id) {
    const auto reply = call("tocsin:GetTimeline", Object{{"EventId", event_id}});
    if (!reply) return std::nullopt;
    const auto& nodes = array_of(*reply, "Nodes");
    const auto is_it = [&](const Document& node) {
      return text(node, "Kind") == text(wanted, "Kind") &&
             text(node, "Name") == text(wanted, "Name") && text(node, "Outcome") == "ok";
    };
    const auto found = std::find_if(nodes.begin(), nodes.end(), is_it);
    if (found == nodes.end()) return std::nullopt;
    const auto* ended = find(*found, "Ended");
    const auto seconds = (ended ? ended : find(*found, "Time"))->to_number<double>() -
                         find(nodes[0], "Time")->to_number<double>();
    return std::llround(seconds * 1000);
  }

  std::string untrue(const Document& truth) {
    const auto& words = array_of(truth, "mail");
    const auto holds_all = [&](const std::string& mail) {
      return std::all_of(words.begin(), words.end(), [&](const Document& word) {
        return mail.find(word.as_string().c_str()) != std::string::npos;
      });
    };
    const auto mails = mailbox_.mails();
    if (!words.empty() && std::none_of(mails.begin(), mails.end(), holds_all))
      return "no mail says what it should";
    if (!find(truth, "call")) return {};
    const auto reply = call(text(truth, "call"), resolve(truth, "with").value_or(Object{}));
    if (!reply) return string_of(truth, "call") + ": " + reply.error().message;
    for (const auto& member : object_of(truth, "is")) {
      const auto* value = find_path(*reply, member.key());
      if (!value || *value != member.value())
        return fmt::format("{} is {}", std::string_view(member.key()),
                           value ? to_json(*value) : "not there");
    }
    return {};
  }

  Phase measure(const Document& truth, const std::string& event_id) {
    const auto node = find(truth, "node") ? *find(truth, "node") : Document(Object{});
    Phase phase{.name = string_of(truth, "phase"),
                .reached_by = fmt::format("{} {}", text(node, "Kind"), text(node, "Name")),
                .within_ms = integer(truth, "within_ms").value_or(patience_.count())};
    (void)wait_until([&] { return (phase.ms = reached(node, event_id)).has_value(); });
    if (!phase.ms)
      phase.problem = "not reached";
    else if (*phase.ms > phase.within_ms)
      phase.problem = "too late";
    else
      phase.problem = untrue(truth);
    return phase;
  }

  core::Cloud& cloud_;
  const Mailbox& mailbox_;
  const Scenario& scenario_;
  const std::chrono::milliseconds patience_;
  Variables variables_;
  std::size_t before_ = 0;
};

}  // namespace

void Mailbox::run(core::Job job, core::JobDone done) {
  {
    const std::lock_guard lock(mutex_);
    mails_.push_back(string_of(job.payload, "Subject") + "\n\n" + string_of(job.payload, "Text"));
  }
  done(Document(Object{}));
}

std::vector<std::string> Mailbox::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

bool Rehearsal::passed() const {
  return std::all_of(phases.begin(), phases.end(),
                     [](const Phase& phase) { return phase.problem.empty(); });
}

Result<Rehearsal> rehearse(core::Cloud& cloud, const Mailbox& mailbox, const Scenario& scenario,
                           std::chrono::milliseconds patience) {
  return Run(cloud, mailbox, scenario, patience).run();
}

}  // namespace tocsin::app
