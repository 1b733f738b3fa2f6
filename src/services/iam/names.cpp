// SPDX-License-Identifier: Apache-2.0
#include "services/iam/names.hpp"

#include <fmt/format.h>

#include "base/glob.hpp"
#include "base/percent.hpp"
#include "base/spelling.hpp"

namespace tocsin::iam {
namespace {

using core::Call;
constexpr std::size_t kMostTags = 50;
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view("+=,.@_-").find(c) != std::string_view::npos;
  });
}

bool is_path(std::string_view path) {
  return path == "/" ||
         (path.size() > 1 && path.size() <= 512 && path.front() == '/' && path.back() == '/' &&
          std::all_of(path.begin(), path.end(), [](char c) { return c >= 0x21 && c <= 0x7e; }));
}

}  // namespace

std::string new_iam_id(core::Context& context, std::string_view prefix) {
  return std::string(prefix) + context.new_id(kIdAlphabet, 17);
}
std::string new_key_id(core::Context& context, std::string_view prefix) {
  return std::string(prefix) + context.new_id(kIdAlphabet, 16);
}

std::string fold(std::string_view name) {
  return to_lower(name);
}

Result<std::string> required_name(Call& call, std::string_view member) {
  auto name = string_of(call.params(), member);
  if (is_name(name)) return name;
  return fail("ValidationError",
              fmt::format("The specified value for {} is invalid. It must contain only "
                          "alphanumeric characters and/or the following: +=,.@_-",
                          lower_first(member)));
}

Result<std::string> path_of(Call& call, std::string_view member) {
  auto path = string_of(call.params(), member, "/");
  if (is_path(path)) return path;
  return fail("ValidationError",
              fmt::format("The specified value for {} is invalid. It must begin and end with / and "
                          "contain only alphanumeric characters and/or / characters.",
                          lower_first(member)));
}

std::string iam_arn(const AccountId& account, std::string_view kind,
                    std::string_view path_and_name) {
  return fmt::format("arn:aws:iam::{}:{}{}", account.str(), kind, path_and_name);
}

Failure no_such_entity(std::string message) {
  return fail("NoSuchEntity", std::move(message), 404);
}
Failure exists_already(std::string message) {
  return fail("EntityAlreadyExists", std::move(message), 409);
}
Failure delete_conflict(std::string message) {
  return fail("DeleteConflict", std::move(message), 409);
}
Failure limit_exceeded(std::string_view quota, std::int64_t limit) {
  return fail("LimitExceeded", fmt::format("Cannot exceed quota for {}: {}", quota, limit), 409);
}
Failure invalid(std::string message) {
  return fail("InvalidInput", std::move(message));
}

Result<void> add_tags(Call& call, Tags& tags) {
  std::set<std::string> seen;
  for (const auto& tag : array_of(call.params(), "Tags")) {
    const auto key = string_of(tag, "Key");
    if (!seen.insert(fold(key)).second) {
      return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (fold(key).starts_with("aws:"))
      return invalid("aws: prefixed tag key names are not allowed for external use.");
    // Another case of a key that is there replaces it.
    std::erase_if(tags, [&](const auto& old) { return fold(old.first) == fold(key); });
    tags[key] = text(tag, "Value");
  }
  if (tags.size() > kMostTags)
    return fail("LimitExceeded", "The number of tags has reached the maximum limit.", 409);
  return {};
}

std::string url_encoded(std::string_view text) {
  return percent_encoded(text, "-_.~");
}

std::size_t policy_size(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(document.begin(), document.end(), [](char c) {
    return c != ' ' && c != '\t' && c != '\n' && c != '\r';
  }));
}

}  // namespace tocsin::iam
