// SPDX-License-Identifier: Apache-2.0
// bench_durable_states waiting|map COUNT FOLDER: Step Functions in process, on a store in FOLDER.
//   waiting  COUNT executions that wait, half for a time and half for a token: what one takes in
//            memory and on disk; then the store is opened again, and all of them go on
//   map      a distributed Map over COUNT objects of a bucket, each with an Express child that
//            passes: how long, and what memory it takes at most
// Prints one JSON document.
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <malloc.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "cpu_time.hpp"
#include "services/s3/s3.hpp"
#include "services/states/states.hpp"

namespace {

using namespace tocsin;
namespace fs = std::filesystem;

constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/flow";

double mib(std::string_view field) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(field)) return std::stod(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

double resident() {
  malloc_trim(0);
  return mib("VmRSS");
}

/// What the folder's files take.
double on_disk(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder))
    if (file.is_regular_file()) bytes += file.file_size();
  return static_cast<double>(bytes);
}

void register_services(core::Registry& registry) {
  s3::register_s3(registry);
  states::register_states(registry);
}

class House {
 public:
  explicit House(const fs::path& folder) {
    auto stores = store::open_folder(folder);
    if (!stores) throw std::runtime_error(stores.error().message);
    cloud_ = std::make_unique<core::TestCloud>(register_services, *std::move(stores));
  }
  core::TestCloud& cloud() { return *cloud_; }

  Document done(std::string_view service, std::string_view operation, Object params) {
    auto reply = cloud_->call(service, operation, std::move(params));
    if (!reply) throw std::runtime_error(reply.error().code + ": " + reply.error().message);
    return *std::move(reply);
  }
  /// TestCloud keeps what was emitted, for tests to look at.
  void forget_events() { const_cast<std::vector<core::Event>&>(cloud_->events()).clear(); }

  std::string create(std::string_view name, Object states) {
    Object definition{{"StartAt", states.begin()->key()}};
    definition["States"] = std::move(states);
    return string_of(
        done("states", "CreateStateMachine",
             {{"name", name}, {"definition", to_json(definition)}, {"roleArn", kRole}}),
        "stateMachineArn");
  }

 private:
  std::unique_ptr<core::TestCloud> cloud_;
};

const Object kWait{{"Hold", Object{{"Type", "Wait"}, {"Seconds", 86'400}, {"End", true}}}};
const Object kAsk{
    {"Ask", Object{{"Type", "Task"},
                   {"Resource", "arn:aws:states:::aws-sdk:s3:listBuckets.waitForTaskToken"},
                   {"TimeoutSeconds", 86'400},
                   {"End", true}}}};

Object waiting(int count, const fs::path& folder) {
  Object report;
  const auto start = bench::cpu_seconds();
  double before = 0, disk_before = 0;
  {
    House house(folder);
    const std::string machines[]{house.create("hold", kWait), house.create("ask", kAsk)};
    before = resident();
    disk_before = on_disk(folder);
    for (int i = 0; i < count; ++i) {
      const auto input = fmt::format(R"({{"finding":"f-{}","severity":5}})", i);
      house.done("states", "StartExecution",
                 {{"stateMachineArn", machines[i % 2]}, {"input", input}});
      house.forget_events();
    }
    report["seconds"] = bench::cpu_seconds() - start;
    report["resident_mib"] = resident();
    report["bytes_in_memory"] = (resident() - before) * 1024 * 1024 / count;
    report["timers"] = house.cloud().machine().timers();
    if (!house.cloud().stores().state->checkpoint()) return report;
    report["bytes_of_state"] = (on_disk(folder / "state") - disk_before) / count;
    report["bytes_on_disk"] = (on_disk(folder) - disk_before) / count;
  }
  const auto reopened = bench::cpu_seconds();
  House house(folder);
  report["reopened_seconds"] = bench::cpu_seconds() - reopened;
  report["reopened_resident_mib"] = resident();
  report["reopened_timers"] = house.cloud().machine().timers();
  return report;
}

Object map(int count, const fs::path& folder) {
  House house(folder);
  house.done("s3", "CreateBucket", {{"Bucket", "items"}});
  for (int i = 0; i < count; ++i) {
    house.done("s3", "PutObject",
               {{"Bucket", "items"}, {"Key", fmt::format("finding-{:07}.json", i)}, {"Body", ""}});
  }
  Object each{{"Type", "Map"}, {"Label", "Each"}, {"End", true}, {"MaxConcurrency", 1000}};
  each["ItemReader"] = Object{{"Resource", "arn:aws:states:::s3:listObjectsV2"},
                              {"Parameters", Object{{"Bucket", "items"}}}};
  Object processor{
      {"ProcessorConfig", Object{{"Mode", "DISTRIBUTED"}, {"ExecutionType", "EXPRESS"}}},
      {"StartAt", "Note"}};
  processor["States"] = Object{{"Note", Object{{"Type", "Pass"}, {"End", true}}}};
  each["ItemProcessor"] = std::move(processor);
  each["ResultWriter"] = Object{{"Resource", "arn:aws:states:::s3:putObject"},
                                {"Parameters", Object{{"Bucket", "items"}, {"Prefix", "out"}}}};
  const auto machine = house.create("map", {{"Each", std::move(each)}});
  Object report{{"resident_before_mib", resident()}};
  const auto start = bench::cpu_seconds();
  const auto execution = string_of(
      house.done("states", "StartExecution", {{"stateMachineArn", machine}}), "executionArn");
  report["seconds"] = bench::cpu_seconds() - start;
  report["resident_mib"] = resident();
  report["peak_mib"] = mib("VmHWM");
  report["disk_bytes"] = on_disk(folder);
  report["status"] =
      text(house.done("states", "DescribeExecution", {{"executionArn", execution}}), "status");
  return report;
}

}  // namespace

int main(int, char** words) {
  const fs::path folder = words[3];
  const int count = std::atoi(words[2]);
  const auto report =
      std::string_view(words[1]) == "map" ? map(count, folder) : waiting(count, folder);
  fmt::print("{}\n", to_json(report));
  return 0;
}
