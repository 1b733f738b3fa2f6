// SPDX-License-Identifier: Apache-2.0
// The functions that a template may use where a value stands.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
#pragma once

#include <map>
#include <optional>
#include <set>

#include "base/document.hpp"

namespace tocsin::config {

class TemplateFunctions {
 public:
  /// `names`: what Ref gives: parameters, pseudo parameters, and the rules by their logical ids.
  TemplateFunctions(std::map<std::string, Document> names, Object conditions, Object mappings)
      : names_(std::move(names)),
        conditions_(std::move(conditions)),
        mappings_(std::move(mappings)) {}

  /// The value with its functions carried out; none: AWS::NoValue, so that the member is left out.
  /// Error ConformancePackTemplateValidationException.
  Result<std::optional<Document>> resolve(const Document& value);
  Result<bool> condition(const std::string& name);
  Result<bool> truth(const Document& expression);

 private:
  using Value = Result<std::optional<Document>>;
  Value call(std::string_view function, const Document& argument);
  Value reference(std::string_view name) const;
  Value choose(const Document& argument);
  Value join(const Document& argument);
  Value split(const Document& argument);
  Value select(const Document& argument);
  Value substitute(const Document& argument);
  Value find_in_map(const Document& argument);
  Value of_object(const Object& object);
  Value of_array(const Array& array);
  Result<std::string> text_of(const Document& value);
  Result<Array> list_of(const Document& value, std::string_view function);

  std::map<std::string, Document> names_;
  Object conditions_, mappings_;
  std::set<std::string> deciding_;  // conditions, so that none depends on itself
};

/// A scalar as text: what a parameter's value is.
std::optional<std::string> scalar_text(const Document& value);

}  // namespace tocsin::config
