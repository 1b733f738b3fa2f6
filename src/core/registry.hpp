// SPDX-License-Identifier: Apache-2.0
// The table of contents of the cloud: every service states here what it serves and what it reacts
// to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/context.hpp"

namespace tocsin::core {

using Handler = std::function<Outcome(Call&)>;
/// Which permissions a call needs, from its parameters and the state. Empty: none
/// (GetCallerIdentity).
using Needs = std::function<std::vector<Access>(Call&)>;

enum class Effect {
  Read,  // changes no state at all: runs in parallel, on a snapshot
  Write
};

struct Operation {
  std::string_view name;
  Effect effect;
  Handler handler;
  Needs needs = {};  // where absent: one Access, "<action prefix>:<name>" on "*"
  /// An array or blob member ("Code.ZipFile") which, when long, is moved to a blob before the call
  /// enters the log; the handler then finds a BlobRef document in its place: of an array one JSON
  /// element a line, of base64 text the decoded bytes.
  std::string_view bulk = {};
  /// The parameter that is a client token ("ClientToken"), for operations that AWS makes
  /// idempotent by one (core/idempotency.hpp).
  std::string_view token = {};
  /// Whether the bulk member may lie open nowhere (events of a log group under a key), from the
  /// state before the call enters the log; the handler then reads it by core/hidden.hpp.
  std::function<bool(const store::View&, const Request&)> hides = {};
};

/// How one kind of resource is described, once: Config, CloudFormation, Cloud Control, tags and
/// checks stand on it.
struct ResourceType {
  std::string_view type;   // "AWS::SNS::Topic"
  std::string_view table;  // rows of this table are the resources

  struct Description {
    std::string id;
    std::string name;
    std::string arn;
    Scope scope;
    /// CloudFormation's properties and read-only attributes, under its names, without Tags.
    Object configuration;
    std::map<std::string, std::string> tags;
    struct Relationship {
      std::string type, id, name;  // "AWS::IAM::Role", …, "Is associated with "
      bool operator==(const Relationship&) const = default;
    };
    std::vector<Relationship> relationships;
    /// A configuration item's `configuration` and `supplementaryConfiguration`, of the types that
    /// AWS Config shows in a shape of its own (EC2's Describe shapes in camel case, …). Empty: the
    /// item's configuration is `configuration`.
    Object recorded = {};
    Object supplementary = {};
    Time created{};                      // zero: not known
    std::string availability_zone = {};  // empty: the resource is the region's, or global
    bool operator==(const Description&) const = default;
  };
  std::function<Description(const store::View&, const Document& row)> describe;

  /// Declarative life cycle, as calls to the service's own operations with `call` (made by
  /// `context` as its caller).
  using Make = std::function<Outcome(Call& call, const Object& properties)>;
  using Change =
      std::function<Outcome(Call& call, const std::string& id, const Object& properties)>;
  using Remove = std::function<Outcome(Call& call, const std::string& id)>;
  Make create = {};
  Change update = {};
  Remove remove = {};
};

/// One change of one resource in one input.
struct Change {
  std::string_view type;  // "AWS::SNS::Topic"
  std::string id;
  std::string arn;
  Scope scope;
  std::optional<ResourceType::Description> before;  // none: created
  std::optional<ResourceType::Description> after;   // none: deleted
  std::string cause;                                // trace node of the input
};

struct Service {
  std::string_view id;             // the model's id: "sns"
  std::string_view action_prefix;  // of IAM actions: "sns", "monitoring" → "cloudwatch"
  std::vector<Operation> operations;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  void add(Service service);
  void add(ResourceType type);
  void on_resume(std::string name, Resume resume);
  void on_event(std::function<void(Context&, const Event&)> react);
  /// Sees every change of a resource, in the input that makes it, after the events of that input.
  void on_change(std::function<void(Context&, const Change&)> react);
  /// Sees what the audit sees: every call that ended, nested ones and answered reads included.
  void on_call(std::function<void(Context&, const CallRecord&)> react);
  /// Runs in the first input of an empty machine and after each reset.
  void on_bootstrap(std::function<void(Context&)> make);
  void set_authorizer(std::unique_ptr<Authorizer> authorizer);
  void set_audit(std::unique_ptr<Audit> audit);

  const Service* service(std::string_view id) const;
  const Operation* operation(std::string_view service, std::string_view name) const;
  const std::map<std::string, Service, std::less<>>& services() const;
  const std::vector<ResourceType>& resource_types() const;
  /// None where no service declares it.
  const ResourceType* resource_type(std::string_view type) const;
  const Authorizer& authorizer() const;

 private:
  friend class Machine;
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tocsin::core
