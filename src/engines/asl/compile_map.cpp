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
  if (given->empty()) schema("Value cannot be empty", location);
  if (given->size() > 40)
    report("INVALID_LABEL_NAME",
           fmt::format("Invalid Label name: {} exceeds the 40-character limit allowed by the "
                       "service",
                       *given),
           location);
  if (!std::all_of(given->begin(), given->end(), label_character))
    report("INVALID_LABEL_NAME",
           fmt::format("Invalid Label name: {} contains invalid characters", *given), location);
  if (!labels_.insert(*given).second)
    report("DUPLICATE_LABEL_NAME", fmt::format("Duplicate Label name: {}", *given), location);
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
  const auto number = [&](std::string_view field, std::string_view path_field, Range range) {
    exclusive(place.json, {field, path_field}, place.at);
    whole_number(place.json, field, range, place.at, place.state.language);
    return setting(place, field, path_field);
  };
  part.max_concurrency = number("MaxConcurrency", "MaxConcurrencyPath", {0, INT64_MAX});
  part.tolerated_count =
      number("ToleratedFailureCount", "ToleratedFailureCountPath", {0, INT64_MAX});
  exclusive(place.json, {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}, place.at);
  part.tolerated_percentage =
      setting(place, "ToleratedFailurePercentage", "ToleratedFailurePercentagePath");
  if (const auto& literal = part.tolerated_percentage.literal; literal && literal->is_number()) {
    const auto location = place.at + "/ToleratedFailurePercentage";
    if (literal->to_number<double>() < 0) schema("Minimum value is 0", location);
    if (literal->to_number<double>() > 100) schema("Maximum value is 100", location);
  }
  reader(place);
  part.selector = payload(place, "ItemSelector");
  part.reader = payload(place, "ItemReader");
  part.writer = payload(place, "ResultWriter");
  part.batcher = payload(place, "ItemBatcher");
  // Of old definitions: Parameters is the Map's ItemSelector.
  if (!part.selector && place.state.parameters) part.selector = std::move(place.state.parameters);
  place.state.parameters.reset();
}

void Builder::reader(Place& place) {
  const auto* given = find(place.json, "ItemReader");
  if (!given || !given->is_object()) return;
  const auto at = place.at + "/ItemReader";
  const auto resource = text(*given, "Resource");
  if (required(given->get_object(), {"Resource"}, at) &&
      !resource.ends_with(":states:::s3:getObject") &&
      !resource.ends_with(":states:::s3:listObjectsV2"))
    schema("The field 'Resource' does not match any of the allowed values", at + "/Resource");
  const auto& config = object_of(*given, "ReaderConfig");
  const auto config_at = at + "/ReaderConfig";
  enumerated(config, "InputType", {"CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"}, config_at);
  const bool csv = text(config, "InputType") == "CSV",
             located = config.contains("CSVHeaderLocation");
  if (csv && !located) schema("The field 'CSVHeaderLocation' is required", config_at);
  if (!csv && located && config.contains("InputType"))
    schema("Field 'CSVHeaderLocation' is not supported", config_at);
  enumerated(config, "CSVHeaderLocation", {"FIRST_ROW", "GIVEN"}, config_at);
  if (text(config, "CSVHeaderLocation") == "GIVEN") required(config, {"CSVHeaders"}, config_at);
}

void Builder::processor(Place& place, MapPart& part) {
  exclusive(place.json, {"ItemProcessor", "Iterator"}, place.at, Presence::Required);
  const std::string field = place.json.contains("ItemProcessor") ? "ItemProcessor" : "Iterator";
  const auto* processor = find(place.json, field);
  if (!processor) return;
  const auto at = fmt::format("{}/{}", place.at, field);
  if (!processor->is_object()) return schema("Expected value of type [OBJECT]", at);
  const auto& json = processor->get_object();
  supported(json, {"Comment", "ProcessorConfig", "StartAt", "States"}, at);
  const auto& config = object_of(json, "ProcessorConfig");
  const auto config_at = at + "/ProcessorConfig";
  enumerated(config, "Mode", {"INLINE", "DISTRIBUTED"}, config_at);
  part.distributed = text(config, "Mode") == "DISTRIBUTED";
  if (part.distributed && machine_->type == MachineType::Express)
    schema(
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state "
        "machines",
        config_at + "/Mode");
  if (part.distributed)
    required(config, {"ExecutionType"}, config_at);
  else if (config.contains("ExecutionType"))
    schema("Field 'ExecutionType' is not supported", config_at);
  enumerated(config, "ExecutionType", {"STANDARD", "EXPRESS"}, config_at);
  part.express = text(config, "ExecutionType") == "EXPRESS";
  part.processor = flow(json, at);
}

void Builder::map(Place& place) {
  auto part = std::make_unique<MapPart>();
  map_settings(place, *part);
  label(place, *part);
  processor(place, *part);
  place.state.map = std::move(part);
}

}  // namespace tocsin::asl
