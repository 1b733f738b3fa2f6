// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
#include <algorithm>

#include "base/glob.hpp"
#include "services/ssm/documents.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostAtOnce = 20, kMostAccounts = 1000;

Result<DocumentRow> shareable(const Call& call) {
  const auto kind = text(call.params(), "PermissionType");
  if (kind != "Share") {
    return fail(
        "InvalidPermissionType",
        "The permission type isn't supported. Share is the only supported permission type.");
  }
  const auto name = text(call.params(), "Name");
  auto document = TRY(find_document(call, call.scope(), name));
  if (document.scope != call.scope())
    return fail("InvalidDocument", fmt::format("Document with name {} does not exist.", name));
  return document;
}

Result<std::vector<std::string>> accounts_of(const Call& call, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& each : array_of(call.params(), member)) {
    auto account = std::string(each.get_string());
    if (equals_ignore_case(account, "all")) account = "all";
    if (account != "all" && !is_account_id(account)) {
      return violation(account, member,
                       "Member must satisfy regular expression pattern: (?i)all|[0-9]{12}");
    }
    out.push_back(std::move(account));
  }
  if (out.size() <= kMostAtOnce) return out;
  return fail("DocumentPermissionLimit",
              "The document can't be shared with more Amazon Web Services user accounts. You can "
              "specify a maximum of 20 accounts per API operation to share a private document.");
}

}  // namespace

Outcome describe_document_permission(Call& call) {
  const auto document = TRY(shareable(call));
  Array accounts, sharing;
  for (const auto& [account, version] : document.shared) {
    accounts.push_back(Document(account));
    sharing.push_back(Object{{"AccountId", account}, {"SharedDocumentVersion", version}});
  }
  auto reply = TRY(page_of(call, "AccountIds", std::move(accounts), 200).result());
  auto others = TRY(page_of(call, "AccountSharingInfoList", std::move(sharing), 200).result());
  reply.as_object()["AccountSharingInfoList"] = others.as_object()["AccountSharingInfoList"];
  return reply;
}

Outcome modify_document_permission(Call& call) {
  auto document = TRY(shareable(call));
  const auto added = TRY(accounts_of(call, "AccountIdsToAdd"));
  const auto removed = TRY(accounts_of(call, "AccountIdsToRemove"));
  const auto version = string_of(call.params(), "SharedDocumentVersion", "$DEFAULT");
  for (const auto& account : removed)
    document.shared.erase(account);
  for (const auto& account : added)
    document.shared[account] = version;
  if (document.shared.contains("all") && document.shared.size() > 1) {
    return fail("InvalidDocumentOperation",
                "A document that is public can't be shared with accounts as well.");
  }
  if (document.shared.size() > kMostAccounts) {
    return fail("DocumentPermissionLimit",
                "You can share a document with a maximum of 1000 Amazon Web Services accounts.");
  }
  kDocuments.put(call, Key::of(document.scope, document.name), document);
  return Object{};
}

}  // namespace tocsin::ssm
