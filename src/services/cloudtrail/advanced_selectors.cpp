// SPDX-License-Identifier: Apache-2.0
// Advanced event selectors: a record is chosen where all field selectors of one selector fit.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "services/cloudtrail/parts.hpp"
#include "services/cloudtrail/record.hpp"

namespace tocsin::cloudtrail {
namespace {

using Fields = std::set<std::string_view>;

constexpr std::size_t kMostValues = 500;

struct Operator {
  std::string_view name;
  bool (*fits)(std::string_view field, std::string_view value);
};
bool equals(std::string_view field, std::string_view value) {
  return field == value;
}
bool starts(std::string_view field, std::string_view value) {
  return field.starts_with(value);
}
bool ends(std::string_view field, std::string_view value) {
  return field.ends_with(value);
}
constexpr std::array<Operator, 3> kSelecting{
    {{"Equals", equals}, {"StartsWith", starts}, {"EndsWith", ends}}};
constexpr std::array<Operator, 3> kDeselecting{
    {{"NotEquals", equals}, {"NotStartsWith", starts}, {"NotEndsWith", ends}}};

const Fields kManagement{"eventCategory", "eventSource", "readOnly"};
const Fields kData{
    "eventCategory",   "eventName",     "eventSource",    "eventType",
    "readOnly",        "resources.ARN", "resources.type", "sessionCredentialFromConsole",
    "userIdentity.arn"};
const Fields kNetwork{"eventCategory", "eventSource", "eventName", "errorCode", "vpcEndpointId"};
const Fields kEqualsOnly{"eventCategory", "readOnly", "resources.type",
                         "sessionCredentialFromConsole"};

Failure invalid(std::string message) {
  return fail("InvalidEventSelectorsException", std::move(message));
}

std::size_t count(const Document& field, const std::array<Operator, 3>& operators) {
  std::size_t values = 0;
  for (const auto& each : operators)
    values += array_of(field, each.name).size();
  return values;
}

const Document* field_named(const Document& selector, std::string_view name) {
  for (const auto& field : array_of(selector, "FieldSelectors")) {
    if (text(field, "Field") == name) return &field;
  }
  return nullptr;
}

/// The only value of the field's Equals; empty where there are more, or none.
std::string_view only_value(const Document& selector, std::string_view name) {
  const auto* field = field_named(selector, name);
  if (!field || array_of(*field, "Equals").size() != 1) return {};
  return std::string_view(array_of(*field, "Equals")[0].get_string());
}

const Fields* fields_of(std::string_view category) {
  if (category == "Management") return &kManagement;
  if (category == "Data") return &kData;
  if (category == "NetworkActivity") return &kNetwork;
  return nullptr;
}

Failure bad_value(std::string_view field, std::string_view value) {
  return invalid(fmt::format("Value {} for field {} is invalid.", value, field));
}

Result<void> check_equal_values(std::string_view name, const Document& field) {
  for (const auto& value : array_of(field, "Equals")) {
    const std::string_view given(value.get_string());
    const bool yes_or_no = name == "readOnly" || name == "sessionCredentialFromConsole";
    if (yes_or_no && given != "true" && given != "false") return bad_value(name, given);
    if (name == "resources.type" && !given.starts_with("AWS::")) return bad_value(name, given);
    if (name == "resources.ARN" && !given.starts_with("arn:")) return bad_value(name, given);
    if (name == "errorCode" && given != "VpceAccessDenied") return bad_value(name, given);
  }
  return {};
}

Result<void> check_excluded_sources(const Document& field) {
  if (count(field, kSelecting) > 0 ||
      count(field, kDeselecting) != array_of(field, "NotEquals").size()) {
    return invalid("Field eventSource of a management event selector supports NotEquals only.");
  }
  for (const auto& value : array_of(field, "NotEquals")) {
    const std::string_view given(value.get_string());
    if (given != "kms.amazonaws.com" && given != "rdsdata.amazonaws.com")
      return bad_value("eventSource", given);
  }
  return {};
}

Result<void> check_field(std::string_view category, const Document& field) {
  const auto name = text(field, "Field");
  if (!fields_of(category)->contains(name)) {
    return invalid(
        fmt::format("Field {} is not supported for the event category {}.", name, category));
  }
  const auto given = count(field, kSelecting) + count(field, kDeselecting);
  if (given == 0) return invalid(fmt::format("Field {} has no operator.", name));
  if (kEqualsOnly.contains(name) && given != array_of(field, "Equals").size())
    return invalid(fmt::format("Field {} supports the operator Equals only.", name));
  if (category == "Management" && name == "eventSource") return check_excluded_sources(field);
  return check_equal_values(name, field);
}

Result<void> check_selector(const Document& selector) {
  const auto category = only_value(selector, "eventCategory");
  if (category.empty())
    return invalid("Each advanced event selector must have one eventCategory, with Equals.");
  if (!fields_of(category)) return bad_value("eventCategory", category);
  Fields seen;
  for (const auto& field : array_of(selector, "FieldSelectors")) {
    if (!seen.insert(text(field, "Field")).second)
      return invalid(fmt::format("Field {} is given more than once.", text(field, "Field")));
    TRY(check_field(category, field));
  }
  if (category == "Data" && only_value(selector, "resources.type").empty())
    return invalid("A data event selector must have one resources.type, with Equals.");
  if (category == "NetworkActivity" && only_value(selector, "eventSource").empty())
    return invalid("A network activity event selector must have one eventSource, with Equals.");
  return {};
}

std::string value_of(std::string_view field, const Object& record) {
  if (field == "resources.ARN") return data_resource(record).second;
  if (field == "resources.type") return data_resource(record).first;
  if (field == "sessionCredentialFromConsole" && !record.contains(field)) return "false";
  const auto dot = field.find('.');
  const auto& holder =
      dot == std::string_view::npos ? record : object_of(record, field.substr(0, dot));
  const auto* found = find(holder, field.substr(dot + 1));
  if (!found) return {};
  if (const auto* flag = found->if_bool()) return *flag ? "true" : "false";
  return found->is_string() ? std::string(found->get_string()) : std::string();
}

bool any_fits(const Document& field, const std::array<Operator, 3>& operators,
              std::string_view value) {
  return std::ranges::any_of(operators, [&](const Operator& each) {
    return std::ranges::any_of(array_of(field, each.name), [&](const Document& wanted) {
      return wanted.is_string() && each.fits(value, std::string_view(wanted.get_string()));
    });
  });
}

/// What selects is joined by "or", what deselects by "and", and the two by "and".
bool field_fits(const Document& field, const Object& record) {
  const auto value = value_of(text(field, "Field"), record);
  if (any_fits(field, kDeselecting, value)) return false;
  return count(field, kSelecting) == 0 || any_fits(field, kSelecting, value);
}

}  // namespace

Result<void> check_advanced_selectors(const Array& selectors) {
  std::size_t values = 0;
  for (const auto& selector : selectors) {
    TRY(check_selector(selector));
    for (const auto& field : array_of(selector, "FieldSelectors"))
      values += count(field, kSelecting) + count(field, kDeselecting);
  }
  if (values > kMostValues) {
    return invalid(
        "Specify up to 500 values for all conditions in all advanced event selectors for a "
        "trail.");
  }
  return {};
}

bool advanced_selects(const Array& selectors, const Object& record) {
  return std::ranges::any_of(selectors, [&](const Document& selector) {
    return std::ranges::all_of(array_of(selector, "FieldSelectors"),
                               [&](const Document& field) { return field_fits(field, record); });
  });
}

}  // namespace tocsin::cloudtrail
