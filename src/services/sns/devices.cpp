// SPDX-License-Identifier: Apache-2.0
#include "services/sns/devices.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;
constexpr std::string_view kPlatforms[] = {
    "ADM",   "APNS",          "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM",
    "MACOS", "MACOS_SANDBOX", "MPNS",         "WNS"};

std::string arn_of(const PlatformApplication& application) {
  return arn("sns", application.scope,
             fmt::format("app/{}/{}", application.platform, application.name));
}
std::string arn_of(const Endpoint& device) {
  return arn("sns", device.scope,
             fmt::format("endpoint/{}/{}/{}", device.platform, device.application, device.id));
}
Key key_of(const PlatformApplication& each) {
  return Key::of(each.scope, each.platform, each.name);
}
Key key_of(const Endpoint& each) {
  return Key::of(each.scope, each.platform, each.application, each.id);
}
Key token_key(const Endpoint& each) {
  return Key::of(each.scope, each.platform, each.application, each.token);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// The key of app/PLATFORM/NAME or endpoint/PLATFORM/NAME/ID.
std::optional<Key> key_named(std::string_view name, std::string_view kind, std::size_t parts) {
  const auto parsed = Arn::parse(name);
  if (!parsed || parsed->service != "sns") return std::nullopt;
  const auto path = split(parsed->resource);
  if (path.size() != parts || path[0] != kind) return std::nullopt;
  Key key{parsed->account, parsed->region};
  for (std::size_t i = 1; i < parts; ++i)
    key.add(path[i]);
  return key;
}

Result<PlatformApplication> application_of(Call& call) {
  const auto key = key_named(text(call.params(), "PlatformApplicationArn"), "app", 3);
  if (!key)
    return invalid(
        "PlatformApplicationArn Reason: Wrong number of slashes in relative portion of the ARN.");
  auto found = kApplications.get(call, *key);
  if (!found) return fail("NotFound", "PlatformApplication does not exist", 404);
  return *std::move(found);
}

Result<Endpoint> device_of(Call& call) {
  if (!key_named(text(call.params(), "EndpointArn"), "endpoint", 4))
    return invalid("EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.");
  auto found = device_named(call, text(call.params(), "EndpointArn"));
  if (!found) return fail("NotFound", "Endpoint does not exist", 404);
  return *std::move(found);
}

/// Credentials are not kept: what carries the messages does not ask for them.
Result<void> set_application(PlatformApplication& application, const Object& attributes) {
  constexpr std::string_view kSecrets[] = {"PlatformCredential", "PlatformPrincipal",
                                           "ApplePlatformTeamID", "ApplePlatformBundleID"};
  for (const auto& entry : attributes) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (name == "Enabled") {
      if (value != "true" && value != "false") return invalid("Attributes Reason: Enabled");
      application.attributes[name] = value;
    } else if (std::ranges::find(kSecrets, name) == std::end(kSecrets)) {
      return invalid(fmt::format("Attributes Reason: {} is not supported by Tocsin", name));
    }
  }
  return {};
}

Result<void> set_device(Endpoint& device, const Object& attributes) {
  for (const auto& entry : attributes) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (name == "Enabled") {
      if (value != "true" && value != "false")
        return invalid("Attributes Reason: Invalid value for attribute: Enabled: " + value);
      device.enabled = value == "true";
    } else if (name == "CustomUserData") {
      if (value.size() > 2048)
        return invalid(
            "Attributes Reason: Invalid value for attribute: CustomUserData: must be at "
            "most 2048 bytes long in UTF-8 encoding");
      device.user_data = value;
    } else if (name == "Token") {
      if (value.empty()) return invalid("Attributes Reason: Invalid value for attribute: Token");
      device.token = value;
    } else {
      return invalid("Attributes Reason: Invalid attribute name: " + name);
    }
  }
  return {};
}

Object attributes_of(const Endpoint& device) {
  Object out{{"Enabled", device.enabled ? "true" : "false"}, {"Token", device.token}};
  if (!device.user_data.empty()) out["CustomUserData"] = device.user_data;
  return out;
}

template <class Row>
Object page(Call& call, const core::Table<Row>& table, const Key& prefix, std::string_view member,
            const std::function<Object(const Row&)>& shown) {
  const auto after = string_of(call.params(), "NextToken");
  std::optional<Key> from;
  if (!after.empty()) {
    from = Key::of(call.scope());
    for (const auto& part : split(after))
      from->add(part);
  }
  Array rows;
  std::string last, next;
  table.scan(
      call, prefix,
      [&](const auto& key, const Row& row) {
        if (rows.size() == kPage)
          next = last;
        else
          rows.push_back(shown(row));
        last.clear();
        for (std::size_t i = 2; i < key.size(); ++i)
          last += (i > 2 ? "/" : "") + key[i];
        return next.empty();
      },
      store::Direction::Forward, from);
  Object reply{{member, std::move(rows)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

void drop_devices(core::Context& context, const core::Resumption& step) {
  const auto application = decoded<PlatformApplication>(step.context);
  if (kApplications.contains(context, key_of(application))) return;
  std::vector<Endpoint> found;
  kDevices.scan(context, key_of(application), [&](const auto&, const Endpoint& each) {
    found.push_back(each);
    return found.size() < kPage;
  });
  for (const auto& each : found) {
    kDevices.erase(context, key_of(each));
    kDeviceTokens.erase(context, token_key(each));
  }
  if (found.size() == kPage) context.later({"sns.drop_devices", step.context});
}

}  // namespace

bool is_device_arn(std::string_view arn) {
  return key_named(arn, "endpoint", 4).has_value();
}

std::optional<Endpoint> device_named(const store::View& view, std::string_view arn) {
  const auto key = key_named(arn, "endpoint", 4);
  return key ? kDevices.get(view, *key) : std::nullopt;
}

Result<Endpoint> enabled_device(const store::View& view, std::string_view arn) {
  auto device = device_named(view, arn);
  if (!device) return fail("NotFound", "Endpoint does not exist", 404);
  if (!device->enabled) return fail("EndpointDisabled", "Endpoint is disabled");
  return *std::move(device);
}

void disable_device(core::Context& context, std::string_view arn) {
  auto device = device_named(context, arn);
  if (!device) return;
  device->enabled = false;
  kDevices.put(context, key_of(*device), *device);
}

core::Needs needs_application(std::string operation, std::string parameter) {
  return [action = "sns:" + std::move(operation),
          parameter = std::move(parameter)](Call& call) -> std::vector<core::Access> {
    const auto name = Arn::parse(text(call.params(), parameter));
    if (!name) return {{.action = action}};
    return {{.action = action, .resource = name->str(), .owner = AccountId(name->account)}};
  };
}

Outcome create_platform_application(Call& call) {
  const auto& params = call.params();
  PlatformApplication made{.scope = call.scope(),
                           .platform = string_of(params, "Platform"),
                           .name = string_of(params, "Name")};
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  };
  if (std::ranges::find(kPlatforms, made.platform) == std::end(kPlatforms))
    return invalid(fmt::format("Platform Reason: {} is not supported", made.platform));
  if (made.name.empty() || made.name.size() > 256 || !std::ranges::all_of(made.name, allowed))
    return invalid("Name Reason: must contain only characters a-zA-Z0-9_-. and be 1 to 256 long");
  const auto& attributes = object_of(params, "Attributes");
  if (text(attributes, "PlatformCredential").empty())
    return invalid("Attributes Reason: Platform credentials are required");
  if (auto checked = set_application(made, attributes); !checked) return checked.error();
  kApplications.put(call, key_of(made), made);
  return Object{{"PlatformApplicationArn", arn_of(made)}};
}

Outcome get_platform_application_attributes(Call& call) {
  const auto found = application_of(call);
  if (!found) return found.error();
  Object out{{"Enabled", "true"}};
  for (const auto& [name, value] : found->attributes)
    out[name] = value;
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_platform_application_attributes(Call& call) {
  auto found = application_of(call);
  if (!found) return found.error();
  if (auto set = set_application(*found, object_of(call.params(), "Attributes")); !set)
    return set.error();
  kApplications.put(call, key_of(*found), *found);
  return Object{};
}

Outcome delete_platform_application(Call& call) {
  const auto found = application_of(call);
  if (!found && found.error().code == "NotFound") return Object{};
  if (!found) return found.error();
  kApplications.erase(call, key_of(*found));
  call.later({"sns.drop_devices", encode(*found)});
  return Object{};
}

Outcome list_platform_applications(Call& call) {
  return page<PlatformApplication>(
      call, kApplications, Key::of(call.scope()), "PlatformApplications",
      [](const PlatformApplication& each) {
        Object attributes{{"Enabled", attribute_of(each.attributes, "Enabled", "true")}};
        return Object{{"PlatformApplicationArn", arn_of(each)},
                      {"Attributes", std::move(attributes)}};
      });
}

Outcome create_platform_endpoint(Call& call) {
  const auto application = application_of(call);
  if (!application) return application.error();
  const auto& params = call.params();
  Endpoint made{.scope = application->scope,
                .platform = application->platform,
                .application = application->name,
                .token = string_of(params, "Token"),
                .user_data = string_of(params, "CustomUserData")};
  if (made.token.empty()) return invalid("Token Reason: iOS device tokens must not be empty");
  if (auto set = set_device(made, object_of(params, "Attributes")); !set) return set.error();
  if (const auto known = kDeviceTokens.get(call, token_key(made))) {
    made.id = known->id;
    const auto existing = kDevices.get(call, key_of(made));
    if (existing && attributes_of(*existing) != attributes_of(made))
      return invalid(
          fmt::format("Token Reason: Endpoint {} already exists with the same Token, "
                      "but different attributes.",
                      arn_of(made)));
    return Object{{"EndpointArn", arn_of(made)}};
  }
  made.id = call.new_uuid();
  kDevices.put(call, key_of(made), made);
  kDeviceTokens.put(call, token_key(made), {made.id});
  return Object{{"EndpointArn", arn_of(made)}};
}

Outcome get_endpoint_attributes(Call& call) {
  const auto found = device_of(call);
  if (!found) return found.error();
  return Object{{"Attributes", attributes_of(*found)}};
}

Outcome set_endpoint_attributes(Call& call) {
  auto found = device_of(call);
  if (!found) return found.error();
  kDeviceTokens.erase(call, token_key(*found));
  if (auto set = set_device(*found, object_of(call.params(), "Attributes")); !set)
    return set.error();
  kDeviceTokens.put(call, token_key(*found), {found->id});
  kDevices.put(call, key_of(*found), *found);
  return Object{};
}

Outcome delete_endpoint(Call& call) {
  const auto found = device_of(call);
  if (!found && found.error().code == "NotFound") return Object{};
  if (!found) return found.error();
  kDevices.erase(call, key_of(*found));
  kDeviceTokens.erase(call, token_key(*found));
  return Object{};
}

Outcome list_endpoints_by_platform_application(Call& call) {
  const auto application = application_of(call);
  if (!application) return application.error();
  return page<Endpoint>(
      call, kDevices, key_of(*application), "Endpoints", [](const Endpoint& each) {
        return Object{{"EndpointArn", arn_of(each)}, {"Attributes", attributes_of(each)}};
      });
}

void on_device_steps(core::Registry& registry) {
  registry.on_resume("sns.drop_devices", drop_devices);
}

}  // namespace tocsin::sns
