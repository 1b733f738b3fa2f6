// SPDX-License-Identifier: Apache-2.0
#include "services/sns/sms.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;

bool is_percent(const std::string& text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= 100;
}

bool is_sender(const std::string& id) {
  const bool letters = std::ranges::any_of(id, [](unsigned char c) { return std::isalpha(c); });
  return letters && id.size() <= 11 &&
         std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

Result<void> check_setting(const std::string& name, const std::string& value) {
  const auto refused = [&](std::string_view why) {
    return invalid(fmt::format("{} Reason: {}", name, why));
  };
  if (name == "DefaultSenderID")
    return value.empty() || is_sender(value) ? Result<void>()
                                             : refused("1 to 11 letters and digits");
  if (name == "DefaultSMSType")
    return value == "Promotional" || value == "Transactional"
               ? Result<void>()
               : refused("must be Promotional or Transactional");
  if (name == "DeliveryStatusSuccessSamplingRate")
    return is_percent(value) ? Result<void>() : refused("must be from 0 to 100");
  if (name == "MonthlySpendLimit" || name == "DeliveryStatusIAMRole" ||
      name == "UsageReportS3Bucket")
    return value.empty() ? Result<void>() : refused("not supported by Tocsin");
  return invalid(fmt::format("{} is not a valid attribute", name));
}

std::string number_of(Call& call, std::string_view member) {
  const auto* given = find(call.params(), member);
  return given ? call.open(*given).value_or("") : "";
}

Outcome bad_number(const std::string& number) {
  return invalid(fmt::format("PhoneNumber Reason: input incorrectly formatted: {}", number));
}

}  // namespace

bool is_phone_number(std::string_view number) {
  if (number.starts_with('+')) number.remove_prefix(1);
  return number.size() >= 2 && number.size() <= 15 && number[0] != '0' &&
         number.find_first_not_of("0123456789") == number.npos;
}

Result<void> check_reachable(core::Context& context, const Scope& scope,
                             const std::string& number) {
  if (kOptedOut.contains(context, Key::of(scope, number)))
    return fail("OptedOut", "Phone number is opted out");
  return {};
}

void opt_out(core::Context& context, const Scope& scope, const std::string& number) {
  kOptedOut.put(context, Key::of(scope, number), {context.now()});
}

std::string sender_of(core::Context& context, const Publication& publication) {
  if (const auto own =
          string_of(object_of(publication.attributes, "AWS.SNS.SMS.SenderID"), "StringValue");
      !own.empty())
    return own;
  const auto settings = kSmsSettings.get(context, Key::of(publication.scope));
  return settings ? attribute_of(settings->attributes, "DefaultSenderID") : "";
}

Outcome set_sms_attributes(Call& call) {
  auto settings = kSmsSettings.get(call, Key::of(call.scope())).value_or(SmsSettings{});
  for (const auto& entry : object_of(call.params(), "attributes")) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (auto checked = check_setting(name, value); !checked) return checked.error();
    settings.attributes[name] = value;
  }
  kSmsSettings.put(call, Key::of(call.scope()), settings);
  return Object{};
}

Outcome get_sms_attributes(Call& call) {
  const auto settings = kSmsSettings.get(call, Key::of(call.scope())).value_or(SmsSettings{});
  const auto& wanted = array_of(call.params(), "attributes");
  Object out;
  for (const auto& [name, value] : settings.attributes) {
    if (wanted.empty() ||
        std::ranges::find(wanted, Document(boost::json::string(name))) != wanted.end())
      out[name] = value;
  }
  return Object{{"attributes", std::move(out)}};
}

Outcome check_if_phone_number_is_opted_out(Call& call) {
  const auto number = number_of(call, "phoneNumber");
  if (!is_phone_number(number)) return bad_number(number);
  return Object{{"isOptedOut", kOptedOut.contains(call, Key::of(call.scope(), number))}};
}

Outcome opt_in_phone_number(Call& call) {
  const auto number = number_of(call, "phoneNumber");
  if (!is_phone_number(number)) return bad_number(number);
  kOptedOut.erase(call, Key::of(call.scope(), number));
  return Object{};
}

Outcome list_phone_numbers_opted_out(Call& call) {
  const auto after = string_of(call.params(), "nextToken");
  Array numbers;
  std::string last, next;
  kOptedOut.scan(
      call, Key::of(call.scope()),
      [&](const auto& key, const Moment&) {
        if (numbers.size() == kPage)
          next = last;
        else
          numbers.emplace_back(boost::json::string(key[2]));
        last = key[2];
        return next.empty();
      },
      store::Direction::Forward,
      after.empty() ? std::nullopt : std::optional(Key::of(call.scope(), after)));
  Object reply{{"phoneNumbers", std::move(numbers)}};
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
}

}  // namespace tocsin::sns
