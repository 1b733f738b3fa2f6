// SPDX-License-Identifier: Apache-2.0
// The requests of a rule's calls, and where their replies are kept.
#include "services/config/managed.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kPath = "$.";

Document filled(const Document& value, const Document& known) {
  if (const auto* text = value.if_string(); text && text->starts_with(kPath)) {
    const auto* found = find_path(known, std::string_view(*text).substr(kPath.size()));
    return found ? *found : Document(nullptr);
  }
  if (const auto* list = value.if_array()) {
    Array out;
    for (const auto& each : *list)
      out.push_back(filled(each, known));
    return Document(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    Object out;
    for (const auto& [name, member] : *object) {
      auto made = filled(member, known);
      if (!made.is_null()) out[name] = std::move(made);
    }
    return Document(std::move(out));
  }
  return value;
}

Object request_of(const RuleCall& call, const Document& known) {
  auto made = filled(Document(call.params), known);
  return std::move(made.as_object());
}

/// The list that `call` goes through; empty where it is not there.
Array elements_of(const RuleCall& call, const Document& known) {
  const auto* found = find_path(known, std::string_view(call.for_each).substr(kPath.size()));
  return found && found->is_array() ? found->get_array() : Array{};
}

}  // namespace

std::vector<Object> requests_of(const RuleCall& call, const Document& known) {
  if (call.for_each.empty()) return {request_of(call, known)};
  std::vector<Object> out;
  auto with = known;
  for (auto& each : elements_of(call, known)) {
    with.as_object()["each"] = std::move(each);
    out.push_back(request_of(call, with));
  }
  return out;
}

void keep_replies(const RuleCall& call, Document& known, std::vector<Document> replies) {
  auto& all = known.as_object();
  auto elements = call.for_each.empty() ? Array{} : elements_of(call, known);
  auto& calls = all["calls"];
  if (!calls.is_object()) calls = Object{};
  if (call.for_each.empty()) {
    calls.as_object()[call.as] = replies.empty() ? Document(nullptr) : std::move(replies[0]);
    return;
  }
  Array kept;
  for (std::size_t at = 0; at < elements.size() && at < replies.size(); ++at)
    kept.push_back(Object{{"each", std::move(elements[at])}, {"reply", std::move(replies[at])}});
  calls.as_object()[call.as] = std::move(kept);
}

}  // namespace tocsin::config
