// SPDX-License-Identifier: Apache-2.0
// AWS::SSM::Document.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-document.html
#include "services/ssm/content.hpp"
#include "services/ssm/documents.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Outcome ask(Call& call, std::string operation, Object params) {
  return call.call(call.as_caller("ssm", std::move(operation), std::move(params)));
}

/// Properties under the API's names: Content may be written as an object.
Object params_of(const std::string& name, const Object& properties,
                 std::initializer_list<std::string_view> members) {
  Object params{{"Name", name}};
  for (const auto member : members)
    if (const auto* found = properties.if_contains(member)) params[member] = *found;
  if (auto* content = params.if_contains("Content"); content && !content->is_string())
    *content = Document(to_json(*content));
  return params;
}

Object id_of(const std::string& name) {
  return {{"Id", name}};
}

Outcome create(Call& call, const Object& properties) {
  auto name = string_of(properties, "Name");
  if (name.empty()) name = "document-" + call.new_id("abcdefghijklmnopqrstuvwxyz0123456789", 12);
  TRY(ask(call, "CreateDocument",
          params_of(name, properties,
                    {"Content", "Requires", "Attachments", "VersionName", "DocumentType",
                     "DocumentFormat", "TargetType", "Tags"}))
          .result());
  return id_of(name);
}

Result<void> retag(Call& call, const std::string& name, const Object& properties) {
  const auto wanted = core::tags_of(array_of(properties, "Tags"));
  const auto row = kDocuments.get(call, Key::of(call.scope(), name));
  const auto present = row ? row->tags : Tags{};
  Array gone;
  for (const auto& [key, value] : present)
    if (!wanted.contains(key)) gone.push_back(Document(key));
  const Object of{{"ResourceType", "Document"}, {"ResourceId", name}};
  if (!gone.empty()) {
    auto params = of;
    params["TagKeys"] = std::move(gone);
    TRY(ask(call, "RemoveTagsFromResource", std::move(params)).result());
  }
  if (!wanted.empty() && wanted != present) {
    auto params = of;
    params["Tags"] = core::tag_list(wanted);
    TRY(ask(call, "AddTagsToResource", std::move(params)).result());
  }
  return {};
}

/// A new version of the content, which becomes the default.
Result<void> new_version(Call& call, const std::string& name, const Object& properties) {
  auto params = params_of(
      name, properties, {"Content", "Attachments", "VersionName", "DocumentFormat", "TargetType"});
  params["DocumentVersion"] = "$LATEST";
  const auto updated = ask(call, "UpdateDocument", std::move(params)).result();
  if (!updated) {
    if (updated.error().code == "DuplicateDocumentContent") return {};
    return fail(updated.error());
  }
  TRY(ask(call, "UpdateDocumentDefaultVersion",
          {{"Name", name},
           {"DocumentVersion",
            text(object_of(*updated, "DocumentDescription"), "DocumentVersion")}})
          .result());
  return {};
}

Outcome update(Call& call, const std::string& id, const Object& properties) {
  TRY(new_version(call, id, properties));
  TRY(retag(call, id, properties));
  return id_of(id);
}

Outcome remove(Call& call, const std::string& id) {
  return ask(call, "DeleteDocument", {{"Name", id}});
}

core::ResourceType::Description describe(const store::View& view, const Document& row) {
  const auto document = decoded<DocumentRow>(row);
  Object configuration{{"Name", document.name}, {"DocumentType", document.type}};
  if (const auto version = find_version(view, document, "$DEFAULT")) {
    const auto content = read_content(version->content, version->format);
    if (content) configuration["Content"] = *content;
    configuration["DocumentFormat"] = version->format;
    if (!version->target_type.empty()) configuration["TargetType"] = version->target_type;
    if (!version->version_name.empty()) configuration["VersionName"] = version->version_name;
  }
  if (!document.requires_.empty()) configuration["Requires"] = document.requires_;
  return {.id = document.name,
          .name = document.name,
          .arn = document_arn(document.scope, document),
          .scope = document.scope,
          .configuration = std::move(configuration),
          .tags = document.tags,
          .created = document.created};
}

}  // namespace

core::ResourceType document_type() {
  return {.type = "AWS::SSM::Document",
          .table = kDocuments.name(),
          .describe = describe,
          .create = create,
          .update = update,
          .remove = remove};
}

}  // namespace tocsin::ssm
