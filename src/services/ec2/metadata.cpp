// SPDX-License-Identifier: Apache-2.0
// The instance metadata service's options: of an instance, and the account's defaults for new ones.
#include <array>

#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::int64_t kMostHops = 64;

struct Defaults {
  Object options;
};
BOOST_DESCRIBE_STRUCT(Defaults, (), (options))
constexpr core::Table<Defaults> kDefaults{"ec2.metadata_defaults"};

struct Choice {
  std::string_view name, one, other;
};
constexpr std::array<Choice, 4> kChoices{{{"HttpTokens", "optional", "required"},
                                          {"HttpEndpoint", "enabled", "disabled"},
                                          {"HttpProtocolIpv6", "enabled", "disabled"},
                                          {"InstanceMetadataTags", "enabled", "disabled"}}};

constexpr std::string_view kHops = "HttpPutResponseHopLimit";

/// Those options that the parameters say.
Object said(const Document& params) {
  Object out;
  for (const auto& choice : kChoices) {
    if (const auto value = text(params, choice.name); !value.empty()) out[choice.name] = value;
  }
  if (const auto hops = integer(params, kHops)) out[kHops] = *hops;
  return out;
}

}  // namespace

Result<void> check_metadata(const Object& options) {
  for (const auto& [name, one, other] : kChoices) {
    const auto value = text(options, name);
    if (!value.empty() && value != one && value != other) return invalid_value(value, name);
  }
  const auto hops = integer(options, kHops).value_or(1);
  if (hops < 1 || hops > kMostHops) return invalid_value(std::to_string(hops), kHops);
  return {};
}

Object metadata_defaults(const core::Context& context) {
  const auto row = kDefaults.get(context, core::Key::of(context.scope()));
  return row ? row->options : Object();
}

Outcome modify_instance_metadata_options(Call& call) {
  auto instance = TRY(living(call));
  auto options = object_of(instance.shape, "MetadataOptions");
  for (const auto& [name, value] : said(call.params()))
    options[name] = value;
  TRY(check_metadata(options));
  options["State"] = "applied";
  instance.shape["MetadataOptions"] = options;
  save(call, kInstance, instance);
  options["State"] = "pending";
  return Object{{"InstanceId", instance.id}, {"InstanceMetadataOptions", std::move(options)}};
}

/// "no-preference", or -1 hops, takes a default back.
Outcome modify_metadata_defaults(Call& call) {
  auto options = metadata_defaults(call);
  for (const auto& [name, value] : said(call.params())) {
    if (value == Document("no-preference") || (value.is_int64() && value.get_int64() == -1))
      options.erase(name);
    else
      options[name] = value;
  }
  TRY(check_metadata(options));
  kDefaults.put(call, core::Key::of(call.scope()), {std::move(options)});
  return Object{{"Return", true}};
}

Outcome get_metadata_defaults(Call& call) {
  return Object{{"AccountLevel", metadata_defaults(call)}};
}

}  // namespace tocsin::ec2
