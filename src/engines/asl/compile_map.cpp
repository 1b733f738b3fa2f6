// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {
namespace {

bool label_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f && !std::strchr("?*<>{}[]:;,\\|^~$#%&`\"/", c);
}

}  // namespace

void Builder::label(Place& place, MapPart& part) {
  const auto given = text_field(place, "Label", false);
  if (!given) return;
  const auto location = place.at + "/Label";
  if (given->empty() || given->size() > 40)
    schema("The value for 'Label' must have 1 to 40 characters", location);
  if (!std::all_of(given->begin(), given->end(), label_character))
    report("INVALID_LABEL_NAME", "The label contains an invalid character", location);
  if (!labels_.insert(*given).second)
    report("DUPLICATE_LABEL_NAME", fmt::format("Duplicate label name: {}", *given), location);
  part.label = *given;
}

void Builder::map_settings(Place& place, MapPart& part) {
  if (!place.state.jsonata()) {
    part.items = setting(place, "Items", "ItemsPath");
  } else if (const auto* items = find(place.json, "Items")) {
    if (items->is_string())
      part.items = setting(place, "Items", "ItemsPath");
    else
      part.items_template = payload(place, "Items");
  }
  part.max_concurrency = setting(place, "MaxConcurrency", "MaxConcurrencyPath");
  part.tolerated_count = setting(place, "ToleratedFailureCount", "ToleratedFailureCountPath");
  part.tolerated_percentage =
      setting(place, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath");
  whole_number(place, "MaxConcurrency", 0, INT64_MAX);
  whole_number(place, "ToleratedFailureCount", 0, INT64_MAX);
  part.selector = payload(place, "ItemSelector");
  part.reader = payload(place, "ItemReader");
  part.writer = payload(place, "ResultWriter");
  part.batcher = payload(place, "ItemBatcher");
  // Of old definitions: Parameters is the Map's ItemSelector.
  if (!part.selector && place.state.parameters) part.selector = std::move(place.state.parameters);
  place.state.parameters.reset();
}

void Builder::map(Place& place) {
  auto part = std::make_unique<MapPart>();
  map_settings(place, *part);
  label(place, *part);
  const auto* processor = find(place.json, "ItemProcessor");
  const std::string field = processor ? "/ItemProcessor" : "/Iterator";
  if (!processor) processor = find(place.json, "Iterator");
  if (!processor || !processor->is_object()) {
    schema("The field 'ItemProcessor' is required but was missing", place.at);
  } else {
    const auto& config = object_of(*processor, "ProcessorConfig");
    part->distributed = text(config, "Mode") == "DISTRIBUTED";
    part->express = text(config, "ExecutionType") == "EXPRESS";
    if (part->distributed && machine_->type == MachineType::Express)
      schema("Express state machine does not support 'DISTRIBUTED' mode",
             place.at + field + "/ProcessorConfig/Mode");
    part->processor = flow(processor->get_object(), place.at + field, place.state.language);
  }
  place.state.map = std::move(part);
}

}  // namespace tocsin::asl
