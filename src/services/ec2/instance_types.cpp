// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
#include "services/ec2/instance_types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/regions.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

struct Size {
  std::string_view name;
  std::int64_t processors, mib;
};
constexpr std::array<Size, 7> kT3Sizes{{{"nano", 2, 512},
                                        {"micro", 2, 1024},
                                        {"small", 2, 2048},
                                        {"medium", 2, 4096},
                                        {"large", 2, 8192},
                                        {"xlarge", 4, 16384},
                                        {"2xlarge", 8, 32768}}};
constexpr std::array<Size, 7> kT2Sizes{{{"nano", 1, 512},
                                        {"micro", 1, 1024},
                                        {"small", 1, 2048},
                                        {"medium", 2, 4096},
                                        {"large", 2, 8192},
                                        {"xlarge", 4, 16384},
                                        {"2xlarge", 8, 32768}}};

/// Of the families that are not burstable the memory follows from the processors.
struct Family {
  std::string_view name, architecture, hypervisor;
  std::int64_t gib_a_processor;  // 0: burstable
  std::string_view sizes;        // of those that are not burstable
};
constexpr std::string_view kNitroSizes = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";
constexpr std::string_view kArmSizes =
    "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";
constexpr std::array<Family, 19> kFamilies{{{"t2", "x86_64", "xen", 0, ""},
                                            {"t3", "x86_64", "nitro", 0, ""},
                                            {"t3a", "x86_64", "nitro", 0, ""},
                                            {"t4g", "arm64", "nitro", 0, ""},
                                            {"m5", "x86_64", "nitro", 4, kNitroSizes},
                                            {"m5a", "x86_64", "nitro", 4, kNitroSizes},
                                            {"m6i", "x86_64", "nitro", 4, kNitroSizes},
                                            {"m6a", "x86_64", "nitro", 4, kNitroSizes},
                                            {"m6g", "arm64", "nitro", 4, kArmSizes},
                                            {"m7g", "arm64", "nitro", 4, kArmSizes},
                                            {"m7i", "x86_64", "nitro", 4, kNitroSizes},
                                            {"c6i", "x86_64", "nitro", 2, kNitroSizes},
                                            {"c6g", "arm64", "nitro", 2, kArmSizes},
                                            {"c7g", "arm64", "nitro", 2, kArmSizes},
                                            {"c7i", "x86_64", "nitro", 2, kNitroSizes},
                                            {"r5", "x86_64", "nitro", 8, kNitroSizes},
                                            {"r6i", "x86_64", "nitro", 8, kNitroSizes},
                                            {"r6g", "arm64", "nitro", 8, kArmSizes},
                                            {"r7g", "arm64", "nitro", 8, kArmSizes}}};

constexpr std::array<Filter, 13> kFilters{
    {{"bare-metal", "BareMetal"},
     {"burstable-performance-supported", "BurstablePerformanceSupported"},
     {"current-generation", "CurrentGeneration"},
     {"free-tier-eligible", "FreeTierEligible"},
     {"hypervisor", "Hypervisor"},
     {"instance-storage-supported", "InstanceStorageSupported"},
     {"instance-type", "InstanceType"},
     {"memory-info.size-in-mib", "MemoryInfo.SizeInMiB"},
     {"processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures"},
     {"supported-root-device-type", "SupportedRootDeviceTypes"},
     {"supported-usage-class", "SupportedUsageClasses"},
     {"supported-virtualization-type", "SupportedVirtualizationTypes"},
     {"vcpu-info.default-vcpus", "VCpuInfo.DefaultVCpus"}}};
constexpr std::array<Filter, 2> kOfferingFilters{
    {{"instance-type", "InstanceType"}, {"location", "Location"}}};

std::string_view size_in(std::string_view type) {
  return type.substr(type.find('.') + 1);
}

std::int64_t processors_of_size(std::string_view size) {
  std::int64_t times = 0;
  std::from_chars(size.data(), size.data() + size.size(), times);
  if (size.ends_with("xlarge")) return 4 * std::max<std::int64_t>(times, 1);
  return size == "medium" ? 1 : 2;
}

std::vector<Size> sizes_of(const Family& family) {
  if (family.name == "t2") return {kT2Sizes.begin(), kT2Sizes.end()};
  if (family.gib_a_processor == 0) return {kT3Sizes.begin(), kT3Sizes.end()};
  std::vector<Size> out;
  for (std::string_view rest = family.sizes; !rest.empty();) {
    const auto size = rest.substr(0, rest.find(' '));
    const auto processors = processors_of_size(size);
    out.push_back({size, processors, processors * family.gib_a_processor * 1024});
    rest.remove_prefix(std::min(rest.size(), size.size() + 1));
  }
  return out;
}

Object shape_of(const Family& family, const Size& size) {
  const bool single = family.architecture == "arm64" || size.processors == 1 || family.name == "t2";
  const std::int64_t threads = single ? 1 : 2;
  const bool nitro = family.hypervisor == "nitro";
  return {
      {"InstanceType", fmt::format("{}.{}", family.name, size.name)},
      {"CurrentGeneration", true},
      {"FreeTierEligible", size.name == "micro" && (family.name == "t2" || family.name == "t3")},
      {"SupportedUsageClasses", Array{"on-demand"}},
      {"SupportedRootDeviceTypes", Array{"ebs"}},
      {"SupportedVirtualizationTypes", Array{"hvm"}},
      {"BareMetal", false},
      {"Hypervisor", family.hypervisor},
      {"ProcessorInfo", Object{{"SupportedArchitectures", Array{family.architecture}}}},
      {"VCpuInfo", Object{{"DefaultVCpus", size.processors},
                          {"DefaultCores", size.processors / threads},
                          {"DefaultThreadsPerCore", threads}}},
      {"MemoryInfo", Object{{"SizeInMiB", size.mib}}},
      {"InstanceStorageSupported", false},
      {"EbsInfo", Object{{"EbsOptimizedSupport", nitro ? "default" : "unsupported"},
                         {"EncryptionSupport", "supported"},
                         {"NvmeSupport", nitro ? "required" : "unsupported"}}},
      {"BurstablePerformanceSupported", family.gib_a_processor == 0}};
}

Array known_types() {
  Array out;
  for (const auto& family : kFamilies) {
    for (const auto& size : sizes_of(family))
      out.push_back(shape_of(family, size));
  }
  return out;
}

}  // namespace

bool is_instance_type(std::string_view type) {
  constexpr std::array<std::string_view, 8> kSizes{"nano",  "micro",  "small", "medium",
                                                   "large", "xlarge", "metal", "metal-24xl"};
  const auto dot = type.find('.');
  if (dot == std::string_view::npos || dot < 2) return false;
  const auto size = size_in(type);
  if (size.ends_with("xlarge")) {
    const auto number = size.substr(0, size.size() - 6);
    return number.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return std::find(kSizes.begin(), kSizes.end(), size) != kSizes.end();
}

std::int64_t virtual_processors(std::string_view type) {
  for (const auto& family : kFamilies) {
    if (family.name != type.substr(0, type.find('.'))) continue;
    for (const auto& size : sizes_of(family)) {
      if (size.name == size_in(type)) return size.processors;
    }
  }
  return processors_of_size(size_in(type));
}

Outcome describe_instance_types(Call& call) {
  auto absent = texts(call.params(), "InstanceTypes");
  const auto asked = absent;
  Array items;
  for (auto& item : known_types()) {
    const auto name = string_of(item, "InstanceType");
    std::erase(absent, name);
    if (asked_for(asked, name)) items.push_back(std::move(item));
  }
  if (!absent.empty()) {
    return fail("InvalidInstanceType",
                fmt::format("The following supplied instance types do not exist: [{}]",
                            fmt::join(absent, ", ")));
  }
  return TRY(filtered_page(call, items, "InstanceTypes", kFilters));
}

/// Every type in every zone.
Outcome describe_instance_type_offerings(Call& call) {
  const auto kind = text(call.params(), "LocationType", "region");
  if (kind != "region" && kind != "availability-zone" && kind != "availability-zone-id")
    return invalid_value(kind, "locationType");
  std::vector<std::string> places;
  for (const auto& zone : zones_of(call.region()))
    places.push_back(kind == "availability-zone" ? zone.name : zone.id);
  if (kind == "region") places = {call.region()};
  Array items;
  for (const auto& type : known_types()) {
    for (const auto& place : places)
      items.push_back(Object{{"InstanceType", text(type, "InstanceType")},
                             {"LocationType", kind},
                             {"Location", place}});
  }
  return TRY(filtered_page(call, items, "InstanceTypeOfferings", kOfferingFilters));
}

}  // namespace tocsin::ec2
