// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
#include "services/s3/account.hpp"

#include "services/s3/configuration.hpp"
#include "services/s3/errors.hpp"
#include "services/s3/state.hpp"

namespace tocsin::s3 {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

/// Only of the caller's own account.
Result<AccountId> account_of(const Call& call) {
  const auto asked = text(call.params(), "AccountId");
  if (asked == call.account().str()) return call.account();
  return access_denied();
}

Outcome put_block(Call& call) {
  const auto account = TRY(account_of(call));
  kAccountBlocks.put(call, Key{account.str()},
                     block_from(object_of(call.params(), "PublicAccessBlockConfiguration")));
  return Object{};
}

Outcome get_block(Call& call) {
  const auto account = TRY(account_of(call));
  const auto block = kAccountBlocks.get(call, Key{account.str()});
  if (block) {
    Object reply;
    reply["PublicAccessBlockConfiguration"] = block_document(*block);
    return reply;
  }
  Error error{"NoSuchPublicAccessBlockConfiguration",
              "The public access block configuration was not found", 404};
  error.members = {{"AccountId", account.str()}};
  return error;
}

Outcome delete_block(Call& call) {
  const auto account = TRY(account_of(call));
  kAccountBlocks.erase(call, Key{account.str()});
  return Object{};
}

core::Needs needs(std::string action) {
  return [action = std::move(action)](Call&) -> std::vector<core::Access> {
    return {{.action = action}};
  };
}

}  // namespace

core::Service control_service() {
  using enum core::Effect;
  return {
      "s3control",
      "s3",
      {{"PutPublicAccessBlock", Write, put_block, needs("s3:PutAccountPublicAccessBlock")},
       {"GetPublicAccessBlock", Read, get_block, needs("s3:GetAccountPublicAccessBlock")},
       {"DeletePublicAccessBlock", Write, delete_block, needs("s3:PutAccountPublicAccessBlock")}}};
}

}  // namespace tocsin::s3
