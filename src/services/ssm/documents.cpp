// SPDX-License-Identifier: Apache-2.0
// CreateDocument, UpdateDocument, UpdateDocumentDefaultVersion, DeleteDocument.
#include "services/ssm/documents.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/ssm/content.hpp"
#include "services/ssm/tags.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostDocuments = 500, kMostVersions = 1000, kMostBytes = 64 * 1024;

constexpr std::string_view kTypes[]{"Command",
                                    "Policy",
                                    "Automation",
                                    "Session",
                                    "Package",
                                    "ApplicationConfiguration",
                                    "ApplicationConfigurationSchema",
                                    "DeploymentStrategy",
                                    "ChangeCalendar",
                                    "Automation.ChangeTemplate",
                                    "ProblemAnalysis",
                                    "ProblemAnalysisTemplate",
                                    "CloudFormation",
                                    "ConformancePackTemplate",
                                    "QuickSetup",
                                    "ManualApprovalPolicy",
                                    "AutoApprovalPolicy"};

bool is_name(std::string_view text, std::size_t least) {
  return text.size() >= least && text.size() <= 128 &&
         std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

Result<void> check_name(std::string_view name) {
  if (!is_name(name, 3)) {
    return violation(name, "name",
                     "Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$");
  }
  for (const std::string_view reserved : {"aws", "amazon", "amzn"}) {
    if (equals_ignore_case(name.substr(0, reserved.size()), reserved)) {
      return invalid(fmt::format(
          "The document name {} begins with {}, which is reserved for documents of AWS.", name,
          reserved));
    }
  }
  return {};
}

Result<void> check_version_name(const Call& call) {
  const auto* given = find(call.params(), "VersionName");
  if (!given || is_name(given->get_string(), 1)) return {};
  return violation(text(call.params(), "VersionName"), "versionName",
                   "Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{1,128}$");
}

Result<std::string> format_of(const Call& call, std::string_view usual) {
  auto format = string_of(call.params(), "DocumentFormat", usual);
  if (format == "JSON" || format == "YAML" || format == "TEXT") return format;
  return violation(format, "documentFormat",
                   "Member must satisfy enum value set: [YAML, TEXT, JSON]");
}

/// What a call says of a version, checked.
Result<VersionRow> version_given(const Call& call, std::string_view type,
                                 std::string_view usual_format) {
  const auto& params = call.params();
  VersionRow version{.version_name = string_of(params, "VersionName"),
                     .display_name = string_of(params, "DisplayName"),
                     .target_type = string_of(params, "TargetType"),
                     .content = string_of(params, "Content"),
                     .created = call.now()};
  TRY(check_version_name(call));
  version.format = TRY(format_of(call, usual_format));
  if (version.content.size() > kMostBytes)
    return fail("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
  if (!array_of(params, "Attachments").empty())
    return invalid("Attachments of documents are not served.");
  if (!version.target_type.empty() && !version.target_type.starts_with('/')) {
    return violation(version.target_type, "targetType",
                     "Member must satisfy regular expression pattern: ^\\/[\\w\\.\\-\\:\\/]*$");
  }
  const auto content = TRY(read_content(version.content, version.format));
  TRY(check_content(content, type));
  return version;
}

Result<void> check_room(const Call& call) {
  std::size_t count = 0;
  kDocuments.scan(call, Key::of(call.scope()),
                  [&](const auto&, const auto&) { return ++count < kMostDocuments; });
  if (count < kMostDocuments) return {};
  return fail("DocumentLimitExceeded", "You can have at most 500 active SSM documents.");
}

Key version_key(const DocumentRow& document, std::int64_t number) {
  return Key::of(document.scope, document.name, number_part(number));
}

void put(Call& call, const DocumentRow& document) {
  kDocuments.put(call, Key::of(document.scope, document.name), document);
}

/// The account's own document; AWS's and others' are not changed.
Result<DocumentRow> own_document(Call& call) {
  auto document = TRY(find_document(call, call.scope(), text(call.params(), "Name")));
  if (document.scope != call.scope()) {
    return fail("InvalidDocument",
                fmt::format("Document with name {} does not exist.", text(call.params(), "Name")));
  }
  return document;
}

Result<void> check_new(Call& call, const DocumentRow& document, const VersionRow& version) {
  std::size_t count = 0;
  Result<void> verdict;
  kVersions.scan(call, Key::of(document.scope, document.name),
                 [&](const auto&, const VersionRow& row) {
                   ++count;
                   if (!version.version_name.empty() && row.version_name == version.version_name) {
                     verdict = fail("DuplicateDocumentVersionName",
                                    "The version name has already been used in this document. "
                                    "Specify a different version name, and then try again.");
                   }
                   return true;
                 });
  TRY(std::move(verdict));
  if (count >= kMostVersions) {
    return fail("DocumentVersionLimitExceeded",
                "The document has too many versions. Delete one or more document versions and try "
                "again.");
  }
  const auto latest = kVersions.get(call, version_key(document, document.latest));
  if (latest && latest->content == version.content && latest->format == version.format) {
    return fail("DuplicateDocumentContent",
                "The content of the association document matches another document. Change the "
                "content of the document and try again.");
  }
  return {};
}

Outcome described(Call& call, const DocumentRow& document, const VersionRow& version,
                  std::string_view status) {
  auto shown = description_of(call, document, version, call.account());
  shown["Status"] = status;
  return Object{{"DocumentDescription", std::move(shown)}};
}

Outcome delete_version(Call& call, const DocumentRow& document) {
  const auto version = TRY(find_version(call, document, text(call.params(), "DocumentVersion"),
                                        text(call.params(), "VersionName")));
  if (version.number == document.default_version) {
    return fail("InvalidDocumentOperation", "Default version of the document can't be deleted.");
  }
  kVersions.erase(call, version_key(document, version.number));
  put(call, document);
  return Object{};
}

}  // namespace

Outcome create_document(Call& call) {
  const auto& params = call.params();
  const auto name = string_of(params, "Name");
  TRY(check_name(name));
  const auto type = string_of(params, "DocumentType", "Command");
  if (std::ranges::find(kTypes, type) == std::end(kTypes)) {
    return violation(
        type, "documentType",
        fmt::format("Member must satisfy enum value set: [{}]", fmt::join(kTypes, ", ")));
  }
  if (kDocuments.contains(call, Key::of(call.scope(), name)))
    return fail("DocumentAlreadyExists", "The specified document already exists.");
  TRY(check_room(call));
  const auto version = TRY(version_given(call, type, "JSON"));
  DocumentRow document {
    .scope = call.scope(), .name = name, .type = type, .tags = TRY(new_tags(call.params()))
    , .created = call.now()
  };
  document.requires_ = array_of(params, "Requires");
  put(call, document);
  kVersions.put(call, version_key(document, 1), version);
  return described(call, document, version, "Creating");
}

Outcome update_document(Call& call) {
  auto document = TRY(own_document(call));
  const auto latest = kVersions.get(call, version_key(document, document.latest));
  const auto asked = text(call.params(), "DocumentVersion", "$LATEST");
  if (asked != "$LATEST" && asked != std::to_string(document.latest)) {
    return fail("InvalidDocumentVersion", "The document version is not valid or does not exist.");
  }
  auto version = TRY(version_given(call, document.type, latest ? latest->format : "JSON"));
  TRY(check_new(call, document, version));
  version.number = ++document.latest;
  if (version.target_type.empty() && latest) version.target_type = latest->target_type;
  put(call, document);
  kVersions.put(call, version_key(document, version.number), version);
  return described(call, document, version, "Updating");
}

Outcome update_document_default_version(Call& call) {
  auto document = TRY(own_document(call));
  const auto asked = text(call.params(), "DocumentVersion");
  const auto version = TRY(find_version(call, document, asked));
  document.default_version = version.number;
  put(call, document);
  Object shown{{"Name", document.name}, {"DefaultVersion", std::to_string(version.number)}};
  if (!version.version_name.empty()) shown["DefaultVersionName"] = version.version_name;
  return Object{{"Description", std::move(shown)}};
}

Outcome delete_document(Call& call) {
  const auto document = TRY(own_document(call));
  if (find(call.params(), "DocumentVersion") || find(call.params(), "VersionName"))
    return delete_version(call, document);
  if (!document.shared.empty()) {
    return fail("InvalidDocumentOperation", "Must unshare the document before deleting it.");
  }
  std::vector<Key> keys;
  kVersions.scan(call, Key::of(document.scope, document.name), [&](const auto& key, const auto&) {
    keys.push_back(Key::from(key));
    return true;
  });
  for (const auto& key : keys)
    kVersions.erase(call, key);
  kDocuments.erase(call, Key::of(document.scope, document.name));
  return Object{};
}

}  // namespace tocsin::ssm
