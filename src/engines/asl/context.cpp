// SPDX-License-Identifier: Apache-2.0
// The context object.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
#include "engines/asl/run.hpp"

namespace tocsin::asl {

std::optional<Document> Run::map_item() const {
  const auto made = [](const Join& join, std::uint32_t index) {
    Object item{{"Index", index}};
    item["Value"] = join.items->get_array()[index];
    return Document(std::move(item));
  };
  if (selecting_ && seen_->join) return made(*seen_->join, *selecting_);
  for (const auto* branch = seen_; branch->parent;) {
    const auto& parent = execution_.branches.at(branch->parent);
    if (parent.join && parent.join->items) return made(*parent.join, branch->index);
    branch = &parent;
  }
  return execution_.map_item;
}

const Document& Run::context() {
  if (context_) return *context_;
  if (environment_.context) {
    context_ = *environment_.context;
    if (auto item = map_item(); item && context_->is_object())
      context_->get_object()["Map"] = Object{{"Item", std::move(*item)}};
    return *context_;
  }
  const auto& state = state_of(*seen_);
  Object execution{{"Id", execution_.arn}};
  execution["Input"] = *execution_.input;
  execution["StartTime"] = iso8601_ms(execution_.started);
  execution["Name"] = execution_.name;
  execution["RoleArn"] = execution_.role_arn;
  execution["RedriveCount"] = execution_.redrives;
  Object current{{"Name", state.name}, {"EnteredTime", iso8601_ms(seen_->entered)}};
  if (state.type == StateType::Task) current["RetryCount"] = seen_->retries;
  Object context;
  context["Execution"] = std::move(execution);
  context["StateMachine"] =
      Object{{"Id", execution_.machine_arn}, {"Name", execution_.machine_name}};
  context["State"] = std::move(current);
  if (!seen_->token.empty()) context["Task"] = Object{{"Token", seen_->token}};
  if (auto item = map_item()) {
    Object map;
    map["Item"] = std::move(*item);
    context["Map"] = std::move(map);
  }
  context_ = std::move(context);
  return *context_;
}

const Document* Run::variable(std::string_view name) {
  for (const auto* branch = seen_; branch;) {
    for (const auto& [known, value] : branch->variables)
      if (known == name) return &*value;
    branch = branch->parent ? &execution_.branches.at(branch->parent) : nullptr;
  }
  return nullptr;
}

}  // namespace tocsin::asl
