// SPDX-License-Identifier: Apache-2.0
#include "services/config/managed.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "services/config/managed_content.hpp"
#include "services/config/managed_rules.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMostAnnotation = 256;

/// All rules, and beside each what judges it.
struct Shipped {
  std::vector<ManagedRule> rules;
  std::vector<guard::Rules> guards;
};

Shipped read_all() {
  std::vector<Judged> all;
  for (const auto file : managed_rule_files()) {
    auto read = read_managed_rule(file);
    TOCSIN_ASSERT(read.has_value());  // managed_test reads every file
    all.push_back(*std::move(read));
  }
  std::ranges::sort(all, {}, [](const Judged& each) { return each.rule.identifier; });
  Shipped out;
  for (auto& each : all) {
    out.rules.push_back(std::move(each.rule));
    out.guards.push_back(std::move(each.guard));
  }
  return out;
}

const Shipped& shipped() {
  static const Shipped all = read_all();
  return all;
}

bool is_json(const Document& value) {
  const auto* text = value.if_string();
  return text && !text->empty() && (text->front() == '{' || text->front() == '[');
}

constexpr std::string_view kReadable[]{"configuration", "supplementaryConfiguration"};

bool is_readable(const Document& item) {
  return std::ranges::none_of(kReadable, [&](std::string_view part) {
    const auto* value = find(item, part);
    if (!value || is_json(*value)) return value != nullptr;
    return value->is_object() && std::ranges::any_of(value->get_object(), [](const auto& member) {
             return is_json(member.value());
           });
  });
}

void read_text(Document& value) {
  if (!is_json(value)) return;
  auto parsed = parse_json(value.get_string());
  if (parsed) value = *std::move(parsed);
}

std::string shortened(std::string text) {
  if (text.size() <= kMostAnnotation) return text;
  auto end = kMostAnnotation;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;  // not within a character
  text.resize(end);
  return text;
}

/// The first message that says why.
std::string annotation_of(const guard::Report& report) {
  for (const auto& rule : report.rules) {
    for (const auto& failed : rule.failures) {
      if (!failed.message.empty()) return shortened(failed.message);
    }
  }
  return {};
}

Verdict of_item(const guard::Rules& rules, const Document& item, const Document& known) {
  const auto& all = known.as_object();
  const guard::Inputs inputs{.variables = &object_of(known, "parameters"),
                             .more = &all,
                             .now = integer(known, "now").value_or(0)};
  const auto status = rules.judge(item, inputs);
  if (!status) return {"INSUFFICIENT_DATA", shortened(status.error().message)};
  if (*status == guard::Status::Pass) return {"COMPLIANT", {}};
  if (*status == guard::Status::Skip) return {"NOT_APPLICABLE", {}};
  const auto report = rules.evaluate(item, inputs);
  return {"NON_COMPLIANT", report ? annotation_of(*report) : std::string()};
}

}  // namespace

const ManagedRule* managed_rule(std::string_view identifier) {
  const auto& rules = shipped().rules;
  const auto found = std::ranges::lower_bound(rules, identifier, {}, &ManagedRule::identifier);
  return found != rules.end() && found->identifier == identifier ? &*found : nullptr;
}

std::span<const ManagedRule> managed_rules() {
  return shipped().rules;
}

Document readable_item(const Document& item) {
  auto out = item;
  for (const auto part : kReadable) {
    auto* value = out.is_object() ? out.get_object().if_contains(part) : nullptr;
    if (!value) continue;
    read_text(*value);
    if (!value->is_object()) continue;
    for (auto& member : value->get_object())
      read_text(member.value());
  }
  return out;
}

Verdict judge(const ManagedRule& rule, const Document& known) {
  const auto& all = shipped();
  const auto place = static_cast<std::size_t>(&rule - all.rules.data());
  TOCSIN_ASSERT(place < all.rules.size());  // one of managed_rules()
  const auto* item = find(known, "item");
  if (!item) return {"NOT_APPLICABLE", {}};
  const auto& guard = all.guards[place];
  return is_readable(*item) ? of_item(guard, *item, known)
                            : of_item(guard, readable_item(*item), known);
}

}  // namespace tocsin::config
