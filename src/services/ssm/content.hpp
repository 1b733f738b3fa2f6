// SPDX-License-Identifier: Apache-2.0
// What is in a document: read, checked and told about.
#pragma once

#include "engines/automation/automation.hpp"
#include "services/ssm/state.hpp"

namespace tocsin::ssm {

/// Content of a format as JSON. Error InvalidDocumentContent.
Result<Document> read_content(std::string_view content, std::string_view format);
/// Whether a document of that type may say this. Errors InvalidDocumentContent,
/// InvalidDocumentSchemaVersion.
Result<void> check_content(const Document& content, std::string_view type);

/// The version's content in another format. Error InvalidDocumentContent: a text has no other.
Result<std::string> content_as(const VersionRow& version, std::string_view format);

/// What DescribeDocument tells of the content: Description, SchemaVersion, Parameters,
/// PlatformTypes.
Object summary_of(const VersionRow& version, std::string_view type);

}  // namespace tocsin::ssm
