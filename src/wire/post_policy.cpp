// SPDX-License-Identifier: Apache-2.0
#include "wire/post_policy.hpp"

#include <set>

#include "base/crypto.hpp"
#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

Failure invalid_policy(std::string_view why) {
  return fail("InvalidPolicyDocument", "Invalid Policy: " + std::string(why));
}

Failure not_allowed(std::string_view why) {
  return fail("AccessDenied", "Invalid according to Policy: " + std::string(why), 403);
}

struct Condition {
  std::string operation;  // "eq", "starts-with"
  std::string field;
  std::string value;
};

/// What the fields are compared as: the bucket stands in no field, the key may name the file.
std::string field_value(const PostForm& form, const PostedFile& file, std::string_view name) {
  if (name == "bucket") return file.bucket;
  if (name == "key") return file.key;
  return std::string(header(form.fields, name));
}

bool holds(const Condition& condition, std::string_view value) {
  if (condition.operation == "eq") return value == condition.value;
  // A list of content types must match entry by entry.
  if (condition.field != "content-type") return value.starts_with(condition.value);
  for (const auto part : split(value, ','))
    if (!trimmed(part).starts_with(condition.value)) return false;
  return true;
}

Result<Condition> read_condition(const Array& parts) {
  const auto text_at = [&](std::size_t index) {
    const auto* text = parts[index].if_string();
    return text ? std::optional(std::string(*text)) : std::nullopt;
  };
  if (parts.size() != 3 || !text_at(0)) return invalid_policy("Invalid Policy.");
  const auto field = text_at(1), value = text_at(2);
  const auto operation = to_lower(*text_at(0));
  if (!field || !value || !field->starts_with('$') ||
      (operation != "eq" && operation != "starts-with")) {
    return invalid_policy("Invalid Condition.");
  }
  return Condition{operation, to_lower(field->substr(1)), *value};
}

std::optional<std::uint64_t> bound(const Document& value) {
  if (value.is_int64() && value.get_int64() >= 0)
    return static_cast<std::uint64_t>(value.get_int64());
  return std::nullopt;
}

Result<void> check_size(const Array& parts, std::uint64_t size) {
  const auto least = parts.size() == 3 ? bound(parts[1]) : std::nullopt;
  const auto most = parts.size() == 3 ? bound(parts[2]) : std::nullopt;
  if (!least || !most) return invalid_policy("Invalid content-length-range.");
  Error error;
  if (size < *least) {
    error = {"EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"};
    error.members["MinSizeAllowed"] = std::to_string(*least);
  } else if (size > *most) {
    error = {"EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"};
    error.members["MaxSizeAllowed"] = std::to_string(*most);
  } else {
    return {};
  }
  error.members["ProposedSize"] = std::to_string(size);
  return fail(std::move(error));
}

class Check {
 public:
  Check(const PostForm& form, const PostedFile& file) : form_(form), file_(file) {}

  Result<void> condition(const Document& given) {
    if (const auto* members = given.if_object()) {
      for (const auto& entry : *members) {
        if (!entry.value().is_string()) return invalid_policy("Invalid Simple-Condition.");
        TRY(compare({"eq", to_lower(entry.key()), std::string(entry.value().get_string())}));
      }
      return {};
    }
    const auto* parts = given.if_array();
    if (!parts || parts->empty()) return invalid_policy("Invalid Condition.");
    const auto* name = parts->front().if_string();
    if (name && equals_ignore_case(*name, "content-length-range"))
      return check_size(*parts, file_.size);
    return compare(TRY(read_condition(*parts)));
  }

  Result<void> nothing_else() const {
    static const std::set<std::string_view> exempt = {"awsaccesskeyid", "signature", "policy",
                                                      "x-amz-signature", "file"};
    std::string extra;
    for (const auto& [name, value] : form_.fields) {
      if (exempt.contains(name) || name.starts_with("x-ignore-") || mentioned_.contains(name))
        continue;
      (extra += extra.empty() ? "" : ", ") += name;
    }
    return extra.empty() ? Result<void>() : not_allowed("Extra input fields: " + extra);
  }

 private:
  Result<void> compare(const Condition& condition) {
    mentioned_.insert(condition.field);
    if (holds(condition, field_value(form_, file_, condition.field))) return {};
    return not_allowed("Policy Condition failed: [\"" + condition.operation + "\", \"$" +
                       condition.field + "\", \"" + condition.value + "\"]");
  }

  const PostForm& form_;
  const PostedFile& file_;
  std::set<std::string, std::less<>> mentioned_;
};

}  // namespace

Result<void> check_post_policy(std::string_view policy, const PostForm& form,
                               const PostedFile& file, Time now) {
  const auto raw = unbase64(policy);
  const auto parsed = raw ? parse_json(*raw) : Result<Document>(invalid_policy(""));
  if (!parsed || !parsed->is_object()) return invalid_policy("Invalid JSON.");
  const auto expiration = parse_iso8601(text(*parsed, "expiration"));
  if (!expiration) return invalid_policy("Policy missing expiration.");
  const auto* conditions = find(*parsed, "conditions");
  if (!conditions || !conditions->is_array()) return invalid_policy("Policy missing conditions.");
  if (now > *expiration) return not_allowed("Policy expired.");
  Check check(form, file);
  for (const auto& condition : conditions->get_array())
    TRY(check.condition(condition));
  return check.nothing_else();
}

}  // namespace tocsin::wire
