// SPDX-License-Identifier: Apache-2.0
// One page of a listing: keys below a prefix, those beyond a delimiter rolled up.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/context.hpp"

namespace tocsin::s3 {

/// What a listing asks for. Errors of `from`: InvalidArgument.
struct ListRequest {
  std::string prefix, delimiter;
  std::string after;  // keys and common prefixes up to and including it have been told already
  std::int64_t limit = 1000;
  bool encoded = false;  // encoding-type url

  static Result<ListRequest> from(const Document& params, std::string_view limit_member,
                                  std::string_view limit_name);
  /// A key as the reply shows it.
  std::string shown(std::string_view key) const;
};

/// Gathers a page in the order of keys.
class ListPage {
 public:
  explicit ListPage(const ListRequest& request) : request_(request) {}

  enum class Next {
    Take,  // the key belongs to the page
    Pass,  // it does not
    Skip,  // it was rolled up: go on behind `skip_to`
    Stop   // the page is full, or the prefix is behind
  };
  Next offer(const std::string& key);
  /// Counts one entry that was taken; `last` is what a next page continues after.
  void took(const std::string& last) {
    ++count_;
    last_ = last;
  }

  const std::string& skip_to() const { return skip_to_; }
  bool truncated() const { return truncated_; }
  std::int64_t count() const { return count_; }
  const std::string& last() const { return last_; }
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  /// [{"Prefix": …}]
  Array common_prefixes() const;

 private:
  Next roll_up(std::string prefix);
  const ListRequest& request_;
  std::vector<std::string> prefixes_;
  std::string skip_to_, last_;
  std::int64_t count_ = 0;
  bool truncated_ = false;
};

}  // namespace tocsin::s3
