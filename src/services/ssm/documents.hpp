// SPDX-License-Identifier: Apache-2.0
// Documents: runbooks, commands, policies, session preferences.
#pragma once

#include "services/ssm/names.hpp"

namespace tocsin::ssm {

core::Outcome create_document(core::Call& call);
core::Outcome update_document(core::Call& call);
core::Outcome update_document_default_version(core::Call& call);
core::Outcome delete_document(core::Call& call);
core::Outcome describe_document(core::Call& call);
core::Outcome get_document(core::Call& call);
core::Outcome list_documents(core::Call& call);
core::Outcome list_document_versions(core::Call& call);
core::Outcome describe_document_permission(core::Call& call);
core::Outcome modify_document_permission(core::Call& call);

/// The document that a name or an ARN means to an account: its own, AWS's, or one that is shared
/// with it. Error InvalidDocument.
Result<DocumentRow> find_document(const store::View& view, const Scope& scope,
                                  std::string_view name);
/// $LATEST, $DEFAULT (also where nothing is said), a number, or a version's name. Error
/// InvalidDocumentVersion.
Result<VersionRow> find_version(const store::View& view, const DocumentRow& document,
                                std::string_view version, std::string_view version_name = {});
bool is_owned_by_aws(const DocumentRow& document);
/// As members of replies name it: with its ARN where it is another account's.
std::string shown_name(const DocumentRow& document, const AccountId& reader);
std::string document_arn(const Scope& scope, const DocumentRow& document);

std::vector<core::Access> needs_create_document(core::Call& call);
/// Needs: `ssm:<action>` on the document that `Name` means.
core::Needs needs_document(std::string action);

/// DocumentDescription of a version.
Object description_of(const store::View& view, const DocumentRow& document,
                      const VersionRow& version, const AccountId& reader);

core::ResourceType document_type();

}  // namespace tocsin::ssm
