// SPDX-License-Identifier: Apache-2.0
// DescribeDocument, GetDocument, ListDocuments, ListDocumentVersions; who owns what.
#include <algorithm>

#include "base/crypto.hpp"
#include "services/ssm/content.hpp"
#include "services/ssm/documents.hpp"
#include "services/ssm/lists.hpp"
#include "services/ssm/owned.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Failure no_document(std::string_view name) {
  return fail("InvalidDocument", fmt::format("Document with name {} does not exist.", name));
}

/// The parts of an ARN of a document; none where it is a name.
struct Named {
  std::string account, region, name;
};
std::optional<Named> parse_arn(std::string_view text) {
  const auto arn = Arn::parse(text);
  if (!arn || arn->service != "ssm") return std::nullopt;
  for (const std::string_view kind : {"document/", "automation-definition/"}) {
    if (!arn->resource.starts_with(kind)) continue;
    const auto name = arn->resource.substr(kind.size());
    return Named{arn->account, arn->region, name.substr(0, name.find(':'))};
  }
  return std::nullopt;
}

bool is_shared_with(const DocumentRow& document, const AccountId& account) {
  return document.shared.contains("all") || document.shared.contains(account.str());
}

std::string owner_of(const DocumentRow& document) {
  return is_owned_by_aws(document) ? "Amazon" : document.scope.account.str();
}

/// What a list and a description both tell of a version.
Object identity_of(const DocumentRow& document, const VersionRow& version,
                   const AccountId& reader) {
  Object out{{"Name", shown_name(document, reader)},
             {"Owner", owner_of(document)},
             {"CreatedDate", to_seconds(version.created)},
             {"DocumentVersion", std::to_string(version.number)},
             {"DocumentType", document.type},
             {"DocumentFormat", version.format}};
  put_unless_empty(out, "DisplayName", version.display_name);
  put_unless_empty(out, "VersionName", version.version_name);
  put_unless_empty(out, "TargetType", version.target_type);
  out["Tags"] = core::tag_list(document.tags);
  if (!document.requires_.empty()) out["Requires"] = document.requires_;
  return out;
}

std::vector<DocumentRow> visible_documents(const Call& call) {
  std::vector<DocumentRow> all;
  for (const auto& file : kOwnedFiles)
    all.push_back(owned_document(file));
  for (auto& each : kDocuments.all(call, Key::of(call.scope())))
    all.push_back(std::move(each));
  return all;
}

bool owner_matches(const Call& call, const DocumentRow& document, std::string_view owner) {
  if (owner == "All") return true;
  if (owner == "Amazon" || owner == "Public") return is_owned_by_aws(document);
  if (owner == "Self" || owner == "Private" || owner == call.account().str())
    return document.scope.account == call.account();
  return false;
}

Result<bool> matches(const Call& call, const DocumentRow& document, const VersionRow& version,
                     std::string_view key, const Array& values) {
  if (key == "Name")
    return one_of(values, [&](auto value) { return document.name.starts_with(value); });
  if (key == "Owner")
    return one_of(values, [&](auto value) { return owner_matches(call, document, value); });
  if (key == "DocumentType")
    return one_of(values, [&](auto value) { return document.type == value; });
  if (key == "TargetType")
    return one_of(values, [&](auto value) { return version.target_type == value; });
  if (key == "SearchKeyword")
    return one_of(values,
                  [&](auto value) { return document.name.find(value) != std::string::npos; });
  if (key == "PlatformTypes") {
    const auto platforms = array_of(summary_of(version, document.type), "PlatformTypes");
    return one_of(values, [&](auto value) {
      return std::ranges::find(platforms, Document(value)) != platforms.end();
    });
  }
  if (key.starts_with("tag:")) {
    const auto found = document.tags.find(std::string(key.substr(4)));
    return found != document.tags.end() &&
           one_of(values, [&](auto value) { return found->second == value; });
  }
  return fail("InvalidFilterKey", fmt::format("The specified key {} isn't valid.", key));
}

Result<bool> passes(const Call& call, const DocumentRow& document, const VersionRow& version) {
  for (const auto& filter : array_of(call.params(), "Filters")) {
    if (!TRY(matches(call, document, version, text(filter, "Key"), array_of(filter, "Values"))))
      return false;
  }
  for (const auto& filter : array_of(call.params(), "DocumentFilterList")) {
    const Array value{text(filter, "value")};
    if (!TRY(matches(call, document, version, text(filter, "key"), value))) return false;
  }
  return true;
}

}  // namespace

bool is_owned_by_aws(const DocumentRow& document) {
  return document.scope.account.empty();
}

std::string shown_name(const DocumentRow& document, const AccountId& reader) {
  if (is_owned_by_aws(document) || document.scope.account == reader) return document.name;
  return arn("ssm", document.scope, "document/" + document.name);
}

std::string document_arn(const Scope& scope, const DocumentRow& document) {
  const Scope of{document.scope.account, scope.region};
  return arn("ssm", of, "document/" + document.name);
}

Result<DocumentRow> find_document(const store::View& view, const Scope& scope,
                                  std::string_view name) {
  const auto named = parse_arn(name);
  const auto wanted = named ? std::string_view(named->name) : name;
  if (!named || named->account.empty()) {
    if (const auto* file = owned_file(wanted)) return owned_document(*file);
  }
  auto place = scope;
  if (named && !named->account.empty()) place = {AccountId(named->account), named->region};
  auto row = kDocuments.get(view, Key::of(place, wanted));
  if (!row || (place.account != scope.account && !is_shared_with(*row, scope.account)))
    return no_document(name);
  return *std::move(row);
}

Result<VersionRow> find_version(const store::View& view, const DocumentRow& document,
                                std::string_view version, std::string_view version_name) {
  if (is_owned_by_aws(document)) {
    if (version.empty() || version.starts_with('$') || version == "1")
      return owned_version(*owned_file(document.name));
  } else if (!version_name.empty()) {
    for (auto& row : kVersions.all(view, Key::of(document.scope, document.name)))
      if (row.version_name == version_name) return std::move(row);
  } else {
    auto number = std::string(version);
    if (version.empty() || version == "$DEFAULT") number = std::to_string(document.default_version);
    if (version == "$LATEST") number = std::to_string(document.latest);
    const bool sane = number.size() < 9 && !number.empty() &&
                      number.find_first_not_of("0123456789") == number.npos;
    const auto key =
        Key::of(document.scope, document.name, number_part(sane ? std::stoll(number) : 0));
    if (auto row = kVersions.get(view, key)) return *std::move(row);
  }
  return fail("InvalidDocumentVersion", "The document version is not valid or does not exist.");
}

Object description_of(const store::View&, const DocumentRow& document, const VersionRow& version,
                      const AccountId& reader) {
  auto out = identity_of(document, version, reader);
  out["Hash"] = hex(sha256(version.content));
  out["HashType"] = "Sha256";
  out["Status"] = "Active";
  out["LatestVersion"] = std::to_string(document.latest);
  out["DefaultVersion"] = std::to_string(document.default_version);
  for (auto& member : summary_of(version, document.type))
    out[member.key()] = member.value();
  return out;
}

Outcome describe_document(Call& call) {
  const auto& params = call.params();
  const auto document = TRY(find_document(call, call.scope(), text(params, "Name")));
  const auto version = TRY(
      find_version(call, document, text(params, "DocumentVersion"), text(params, "VersionName")));
  return Object{{"Document", description_of(call, document, version, call.account())}};
}

Outcome get_document(Call& call) {
  const auto& params = call.params();
  const auto document = TRY(find_document(call, call.scope(), text(params, "Name")));
  const auto version = TRY(
      find_version(call, document, text(params, "DocumentVersion"), text(params, "VersionName")));
  // A text has but one format, whatever is asked for.
  const auto format =
      version.format == "TEXT" ? "TEXT" : string_of(params, "DocumentFormat", "JSON");
  Object reply{{"Name", shown_name(document, call.account())},
               {"CreatedDate", to_seconds(version.created)},
               {"DocumentVersion", std::to_string(version.number)},
               {"Status", "Active"},
               {"Content", TRY(content_as(version, format))},
               {"DocumentType", document.type},
               {"DocumentFormat", format}};
  put_unless_empty(reply, "DisplayName", version.display_name);
  put_unless_empty(reply, "VersionName", version.version_name);
  if (!document.requires_.empty()) reply["Requires"] = document.requires_;
  return reply;
}

Outcome list_documents(Call& call) {
  Array all;
  for (const auto& document : visible_documents(call)) {
    const auto version = TRY(find_version(call, document, "$DEFAULT"));
    if (!TRY(passes(call, document, version))) continue;
    auto shown = identity_of(document, version, call.account());
    const auto summary = summary_of(version, document.type);
    for (const auto* member : {"PlatformTypes", "SchemaVersion"})
      if (const auto* found = summary.if_contains(member)) shown[member] = *found;
    all.push_back(std::move(shown));
  }
  return page_of(call, "DocumentIdentifiers", std::move(all));
}

Outcome list_document_versions(Call& call) {
  const auto document = TRY(find_document(call, call.scope(), text(call.params(), "Name")));
  std::vector<VersionRow> rows;
  if (is_owned_by_aws(document))
    rows.push_back(owned_version(*owned_file(document.name)));
  else
    rows = kVersions.all(call, Key::of(document.scope, document.name));
  Array all;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    Object shown{{"Name", shown_name(document, call.account())},
                 {"DocumentVersion", std::to_string(row->number)},
                 {"CreatedDate", to_seconds(row->created)},
                 {"IsDefaultVersion", row->number == document.default_version},
                 {"DocumentFormat", row->format},
                 {"Status", "Active"}};
    put_unless_empty(shown, "DisplayName", row->display_name);
    put_unless_empty(shown, "VersionName", row->version_name);
    all.push_back(std::move(shown));
  }
  return page_of(call, "DocumentVersions", std::move(all));
}

core::Needs needs_document(std::string action) {
  return [action = "ssm:" + std::move(action)](Call& call) -> std::vector<core::Access> {
    const auto document = find_document(call, call.scope(), text(call.params(), "Name"));
    core::Access access{
        .action = action,
        .resource = arn("ssm", call.scope(), "document/" + string_of(call.params(), "Name"))};
    if (document) {
      access.resource = document_arn(call.scope(), *document);
      core::add_resource_tags(access, document->tags);
    }
    return {std::move(access)};
  };
}

std::vector<core::Access> needs_create_document(Call& call) {
  const auto& params = call.params();
  core::Access access{
      .action = "ssm:CreateDocument",
      .resource = arn("ssm", call.scope(), "document/" + string_of(params, "Name"))};
  access.context["ssm:DocumentType"] = {string_of(params, "DocumentType", "Command")};
  core::add_request_tags(access, core::tags_of(array_of(params, "Tags")));
  std::vector<core::Access> needs{access};
  if (!array_of(params, "Tags").empty()) {
    access.action = "ssm:AddTagsToResource";
    needs.push_back(std::move(access));
  }
  return needs;
}

}  // namespace tocsin::ssm
