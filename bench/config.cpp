// SPDX-License-Identifier: Apache-2.0
// AWS Config's recording: RESOURCES security groups with CHANGES changes each, one call a change,
// on the machine and its state on disk, without log, signatures and HTTP; 200 rules of which 10
// apply. Prints one JSON document: microseconds of processor time for each change, with Config off,
// on, and on with rules; and what reads of the past cost. Arguments: RESOURCES CHANGES.
#include "services/config/config.hpp"

#include <filesystem>
#include <fmt/format.h>

#include "core/table.hpp"
#include "core/testing.hpp"
#include "cpu_time.hpp"

namespace {

using namespace tocsin;

const AccountId kAccount("123456789012");
const Scope kScope{kAccount, "us-east-1"};
constexpr core::Table<Document> kGroups{"bench.groups"};

/// As EC2 shows a group: some 700 bytes.
Object recorded_group(const Document& row) {
  Array permissions;
  for (const auto& port : array_of(row, "ports")) {
    permissions.push_back(
        Object{{"fromPort", port},
               {"ipProtocol", "tcp"},
               {"ipv6Ranges", Array{}},
               {"prefixListIds", Array{}},
               {"toPort", port},
               {"userIdGroupPairs", Array{}},
               {"ipv4Ranges", Array{Object{{"cidrIp", "10.0.0.0/8"}, {"description", "inside"}}}}});
  }
  return {{"description", "a group of the bench"},
          {"groupName", text(row, "id")},
          {"ipPermissions", std::move(permissions)},
          {"ownerId", kAccount.str()},
          {"groupId", text(row, "id")},
          {"ipPermissionsEgress", Array{}},
          {"tags", Array{}},
          {"vpcId", "vpc-0123456789abcdef0"}};
}

core::ResourceType group_type() {
  core::ResourceType type{.type = "AWS::EC2::SecurityGroup", .table = kGroups.name()};
  type.describe = [](const store::View&, const Document& row) {
    core::ResourceType::Description out{.id = string_of(row, "id"), .name = string_of(row, "id")};
    out.arn = arn("ec2", kScope, "security-group/" + out.id);
    out.scope = kScope;
    out.configuration = {
        {"GroupId", out.id}, {"GroupName", out.id}, {"Ports", array_of(row, "ports")}};
    out.tags = {{"team", "blue"}};
    out.relationships = {{"AWS::EC2::VPC", "vpc-0123456789abcdef0", "Is contained in Vpc"}};
    out.recorded = recorded_group(row);
    return out;
  };
  return type;
}

core::Outcome change_group(core::Call& call) {
  const auto id = string_of(call.params(), "GroupId");
  const auto port = integer(call.params(), "FromPort").value_or(0);
  kGroups.put(call, core::Key::of(call.scope(), id),
              Object{{"id", id}, {"ports", Array{22, 80, 443, port}}});
  return Object{};
}

core::Outcome accept(core::Call&) {
  return Object{};
}

void register_world(core::Registry& registry) {
  using enum core::Effect;
  registry.set_authorizer(core::allow_all());
  registry.add(
      core::Service{"ec2", "ec2", {{"AuthorizeSecurityGroupIngress", Write, change_group}}});
  registry.add(
      core::Service{"s3", "s3", {{"GetBucketAcl", Read, accept}, {"PutObject", Write, accept}}});
  registry.add(core::Service{"tocsin", "tocsin", {config::state_operation()}});
  registry.add(group_type());
  config::register_config(registry);
}

class Bench {
 public:
  explicit Bench(store::State& state, store::Blobs& blobs) : state_(state) {
    register_world(registry_);
    machine_ = *core::Machine::open(registry_, state, blobs, core::Secrets(std::string(32, 'b')));
    apply({.kind = core::Input::Kind::Bootstrap, .body = Object{{"account", kAccount.str()}}});
  }

  core::Request request(std::string_view service, std::string_view operation, Document params) {
    return {.id = fmt::format("r{}", ++requests_),
            .service = std::string(service),
            .operation = std::string(operation),
            .params = std::move(params),
            .scope = kScope,
            .credential = {.kind = core::Credential::Kind::Root, .account = kAccount}};
  }

  void call(std::string_view service, std::string_view operation, Document params) {
    apply(core::call_input(request(service, operation, std::move(params))));
    settle();
  }

  Document read(std::string_view service, std::string_view operation, Document params) {
    auto answer = machine_->read(*state_.snapshot(), request(service, operation, std::move(params)),
                                 machine_->last_time());
    if (answer.reply) return *answer.reply;
    fmt::print(stderr, "{}\n", answer.reply.error().message);
    std::exit(1);
  }

  /// Microseconds of processor time for each change.
  double change_all(int resources, int number) {
    now_ += 1'000;
    const auto begin = bench::cpu_seconds();
    for (int i = 0; i < resources; ++i)
      call("ec2", "AuthorizeSecurityGroupIngress",
           Object{{"GroupId", fmt::format("sg-{:016x}", i)}, {"FromPort", 1000 + number}});
    return (bench::cpu_seconds() - begin) * 1e6 / resources;
  }

  void tick() { now_ += 1'000; }
  std::int64_t now() const { return now_; }

 private:
  void apply(core::Input input) {
    input.version = core::Machine::kVersion;
    input.time = from_ms(now_);
    const auto applied = machine_->apply(machine_->applied() + 1, input);
    for (const auto& reply : applied->replies) {
      if (reply.result) continue;
      fmt::print(stderr, "{}: {}\n", reply.result.error().code, reply.result.error().message);
      std::exit(1);
    }
  }
  void settle() {
    for (auto due = machine_->due_timers(from_ms(now_), 100); !due.empty();
         due = machine_->due_timers(from_ms(now_), 100)) {
      for (const auto& timer : due)
        apply(core::timer_input(timer));
    }
  }

  core::Registry registry_;
  store::State& state_;
  std::unique_ptr<core::Machine> machine_;
  std::int64_t now_ = 1'790'000'000'000;
  std::uint64_t requests_ = 0;
};

void begin_recording(Bench& bench) {
  bench.call(
      "config", "PutConfigurationRecorder",
      Object{{"ConfigurationRecorder",
              Object{{"name", "default"}, {"roleARN", "arn:aws:iam::123456789012:role/r"}}}});
  bench.call("config", "PutDeliveryChannel",
             Object{{"DeliveryChannel", Object{{"name", "default"}, {"s3BucketName", "b"}}}});
  bench.call("config", "StartConfigurationRecorder",
             Object{{"ConfigurationRecorderName", "default"}});
}

void add_rules(Bench& bench) {
  for (int i = 0; i < 200; ++i) {
    const auto type = i < 10 ? "AWS::EC2::SecurityGroup" : "AWS::EC2::Volume";
    const auto text = fmt::format(
        "rule no_port_{0} when resourceType == \"{1}\" {{\n"
        "  configuration.ipPermissions[*].fromPort != {0} <<port {0} is open>>\n}}\n",
        2000 + i, type);
    bench.call(
        "config", "PutConfigRule",
        Object{
            {"ConfigRule",
             Object{{"ConfigRuleName", fmt::format("rule-{}", i)},
                    {"Scope", Object{{"ComplianceResourceTypes", Array{type}}}},
                    {"Source",
                     Object{{"Owner", "CUSTOM_POLICY"},
                            {"SourceDetails",
                             Array{Object{{"EventSource", "aws.config"},
                                          {"MessageType", "ConfigurationItemChangeNotification"}}}},
                            {"CustomPolicyDetails",
                             Object{{"PolicyRuntime", "guard-2.x.x"}, {"PolicyText", text}}}}}}}});
  }
}

/// Milliseconds for the whole account, page by page, and for one resource.
Object read_the_past(Bench& bench, std::int64_t time, int resources) {
  Object question{{"Time", time / 1000.0}, {"MaxResults", 5'000}};
  std::size_t found = 0;
  auto begin = bench::cpu_seconds();
  for (bool more = true; more;) {
    const auto page = bench.read("tocsin", "GetState", question);
    found += array_of(page, "Resources").size();
    more = find(page, "NextToken");
    if (more) question["NextToken"] = text(page, "NextToken");
  }
  const auto account = (bench::cpu_seconds() - begin) * 1e3;
  begin = bench::cpu_seconds();
  constexpr int kReads = 1'000;
  for (int i = 0; i < kReads; ++i)
    bench.read("config", "GetResourceConfigHistory",
               Object{{"resourceType", "AWS::EC2::SecurityGroup"},
                      {"resourceId", fmt::format("sg-{:016x}", i * 7919 % resources)},
                      {"laterTime", time / 1000.0},
                      {"limit", 1}});
  return {{"account_ms", account},
          {"resources", found},
          {"one_resource_ms", (bench::cpu_seconds() - begin) * 1e3 / kReads}};
}

}  // namespace

int main(int count, char** words) {
  const int resources = count > 1 ? std::atoi(words[1]) : 20'000;
  const int changes = count > 2 ? std::atoi(words[2]) : 10;
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("bench-config-{}", ::getpid());
  auto stores = store::open_folder(folder);
  if (!stores) return 1;
  {
    Bench bench(*stores->state, *stores->blobs);
    Object out{{"resources", resources}, {"changes_each", changes}};
    bench.change_all(resources, 0);
    const auto off = bench.change_all(resources, 1);
    begin_recording(bench);
    double on = 0, judged = 0;
    const auto middle = bench.now();
    for (int i = 0; i < changes / 2; ++i)
      on += bench.change_all(resources, 2 + i);
    add_rules(bench);
    const auto late = bench.now();
    for (int i = changes / 2; i < changes; ++i)
      judged += bench.change_all(resources, 2 + i);
    bench.tick();
    on /= changes / 2;
    judged /= changes - changes / 2;
    out["off_us"] = off;
    out["recorded_us"] = on;
    out["recorded_and_judged_us"] = judged;
    out["config_alone_us"] = on - off;
    out["config_and_rules_alone_us"] = judged - off;
    out["now"] = read_the_past(bench, bench.now(), resources);
    out["before_the_rules"] = read_the_past(bench, late, resources);
    out["early"] = read_the_past(bench, middle + 1'500, resources);
    fmt::print("{}\n", pretty_json(out));
  }
  stores = std::unexpected(Error{});
  std::filesystem::remove_all(folder);
  return 0;
}
