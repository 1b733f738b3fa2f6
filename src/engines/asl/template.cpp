// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/template.hpp"

#include <fmt/format.h>

namespace tocsin::asl {

Result<const Document*> read_path(const Path& path, const Scope& scope, Document& storage) {
  if (path.root() == Path::Root::Input) return path.read(scope.input, storage);
  if (path.root() == Path::Root::Context) return path.read(scope.around.context(), storage);
  const auto* variable = scope.around.variable(path.variable());
  if (!variable)
    return fail("JsonPath", fmt::format("The variable '{}' is not defined", path.variable()));
  return path.read(*variable, storage);
}

class Template::Compiler {
 public:
  Compiler(Language language, std::vector<TemplateProblem>& problems)
      : language_(language), problems_(problems) {}

  Node node(const Document& json, const std::string& at) {
    if (const auto* object = json.if_object()) return members(*object, at);
    if (const auto* array = json.if_array()) return elements(*array, at);
    if (const auto* text = json.if_string();
        text && language_ == Language::Jsonata && text->starts_with("{%"))
      return query(*text, at);
    return {json};
  }

 private:
  static bool plain(const Node& node) { return std::holds_alternative<Document>(node.of); }

  Node members(const Object& object, const std::string& at) {
    Members out;
    bool all_plain = true;
    for (const auto& member : object) {
      const std::string key(member.key());
      const auto place = at + "/" + key;
      if (language_ == Language::JsonPath && key.ends_with(".$")) {
        out.emplace_back(key.substr(0, key.size() - 2), reference(member.value(), key, place));
      } else {
        out.emplace_back(key, node(member.value(), place));
      }
      all_plain &= plain(out.back().second);
    }
    if (all_plain) return {Document(object)};
    return {std::move(out)};
  }

  Node elements(const Array& array, const std::string& at) {
    Elements out;
    bool all_plain = true;
    for (std::size_t i = 0; i < array.size(); ++i) {
      out.push_back(node(array[i], fmt::format("{}[{}]", at, i)));
      all_plain &= plain(out.back());
    }
    if (all_plain) return {Document(array)};
    return {std::move(out)};
  }

  Node reference(const Document& json, const std::string& key, const std::string& at) {
    const auto* text = json.if_string();
    if (text && std::string_view(*text).starts_with("$")) {
      if (auto path = Path::parse(*text)) return {Reference{std::move(*path), key}};
    } else if (text) {
      if (auto call = Intrinsic::parse(*text)) return {Call{std::move(*call), key}};
    }
    problems_.push_back(
        {at, fmt::format("The value for the field '{}' must be a valid JSONPath or a valid "
                         "intrinsic function call",
                         key)});
    return {};
  }

  Node query(std::string_view text, const std::string& at) {
    if (!is_query(text)) {
      problems_.push_back({at, "JSONata string must start with {% and end with %}"});
      return {};
    }
    auto parsed = Query::parse(text, at.substr(1));
    if (parsed) return {std::move(*parsed)};
    problems_.push_back({at, fmt::format("The JSONata expression '{}' is not valid: {}", text,
                                         parsed.error().message)});
    return {};
  }

  Language language_;
  std::vector<TemplateProblem>& problems_;
};

Template Template::compile(const Document& json, Language language, const std::string& field,
                           std::vector<TemplateProblem>& problems) {
  Template out;
  out.root_ = Compiler(language, problems).node(json, "/" + field);
  if (auto* plain = std::get_if<Document>(&out.root_.of)) out.constant_ = Value(std::move(*plain));
  return out;
}

namespace {

Failure unresolved(const Error& error, const Path& path, const std::string& key,
                   const Scope& scope) {
  if (path.root() == Path::Root::Variable && error.message.find("not defined") != std::string::npos)
    return query_error(error.message, key);
  return runtime_error(fmt::format(
      "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
      path.text(), key, to_json(scope.input)));
}

}  // namespace

Result<Document> Template::evaluate(const Node& node, const Scope& scope) {
  if (const auto* plain = std::get_if<Document>(&node.of)) return *plain;
  if (const auto* reference = std::get_if<Reference>(&node.of)) {
    Document storage;
    const auto found = read_path(reference->path, scope, storage);
    if (!found) return unresolved(found.error(), reference->path, reference->key, scope);
    return *found == &storage ? std::move(storage) : Document(**found);
  }
  if (const auto* call = std::get_if<Call>(&node.of)) return call->intrinsic.call(scope);
  if (const auto* query = std::get_if<Query>(&node.of)) return query->evaluate(scope);
  if (const auto* members = std::get_if<Members>(&node.of)) {
    Object out;
    out.reserve(members->size());
    for (const auto& [key, value] : *members)
      out.insert_or_assign(key, TRY(evaluate(value, scope)));
    return out;
  }
  const auto& elements = std::get<Elements>(node.of);
  Array out;
  out.reserve(elements.size());
  for (const auto& element : elements)
    out.push_back(TRY(evaluate(element, scope)));
  return out;
}

Result<Document> Template::document(const Scope& scope) const {
  if (constant_) return *constant_;
  return evaluate(root_, scope);
}

Result<Value> Template::evaluate(const Scope& scope) const {
  if (constant_) return constant_;
  return Value(TRY(evaluate(root_, scope)));
}

}  // namespace tocsin::asl
