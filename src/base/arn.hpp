// SPDX-License-Identifier: Apache-2.0
// Names of things: accounts, regions and Amazon Resource Names.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// The twelve digits of an account.
class AccountId {
 public:
  AccountId() = default;
  explicit AccountId(std::string digits) : digits_(std::move(digits)) {}
  const std::string& str() const { return digits_; }
  bool empty() const { return digits_.empty(); }
  auto operator<=>(const AccountId&) const = default;

 private:
  std::string digits_;
};

/// Whether it is twelve digits.
bool is_account_id(std::string_view text);

/// Where a call acts and a regional resource lives.
struct Scope {
  AccountId account;
  std::string region;
  auto operator<=>(const Scope&) const = default;
};
BOOST_DESCRIBE_STRUCT(Scope, (), (account, region))

/// arn:partition:service:region:account:resource
struct Arn {
  std::string partition = "aws";
  std::string service;
  std::string region;
  std::string account;
  std::string resource;

  static std::optional<Arn> parse(std::string_view text);
  std::string str() const;
  bool operator==(const Arn&) const = default;
};

/// "arn:aws:sns:us-east-1:123456789012:alerts"
std::string arn(std::string_view service, const Scope& scope, std::string_view resource);

}  // namespace tocsin
