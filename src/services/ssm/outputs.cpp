// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/outputs.hpp"

#include "engines/asl/path.hpp"

namespace tocsin::ssm {
namespace {

void keep(At& at, const std::string& name, Document value) {
  at.step.outputs[name] = automation::shown(value);
  at.run.row.values[at.step.name + "." + name] = std::move(value);
}

}  // namespace

Result<std::optional<Document>> selected(const Document& reply, std::string_view selector) {
  const auto path = TRY(asl::Path::parse(selector));
  Document storage;
  const auto found = path.read(reply, storage);
  if (!found || !*found) return std::optional<Document>();
  return std::optional<Document>(**found);
}

Result<void> keep_outputs(At& at, const Ended& ended) {
  for (const auto& value : ended.values)
    keep(at, std::string(value.key()), value.value());
  if (!ended.reply) return {};
  for (const auto& output : at.place.step->outputs) {
    const auto found = TRY(selected(*ended.reply, output.selector));
    if (!found || found->is_null()) continue;
    auto value = automation::converted(*found, output.type);
    if (!value) {
      return fail("Output", fmt::format("Output {} with the selector {} is not of its type: {}",
                                        output.name, output.selector, to_json(*found)));
    }
    keep(at, output.name, *std::move(value));
  }
  keep(at, "OutputPayload", *ended.reply);
  return {};
}

Object outputs_of(const Execution& row, const automation::Runbook& runbook) {
  Object out;
  for (const auto& name : runbook.outputs) {
    if (const auto* value = row.values.if_contains(name))
      out[name] = automation::shown(*value);
    else
      out[name] = Array{"No output available yet because the step is not successfully executed"};
  }
  return out;
}

}  // namespace tocsin::ssm
