// SPDX-License-Identifier: Apache-2.0
// The table of contents of the cloud: every service states here what it serves and what it reacts
// to.
#pragma once

#include <functional>
#include <map>
#include <memory>
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
};

/// One change of one resource in one input.
struct Change {
  std::string_view type;  // "AWS::SNS::Topic"
  std::string id;
  std::string arn;
  Scope scope;
  Document before;  // configuration as `describe` gives it; null: created
  Document after;   // null: deleted
  std::string cause;
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
    Object configuration;  // with CloudFormation's property names where the type has them
    std::map<std::string, std::string> tags;
    struct Relationship {
      std::string type, id, name;  // "AWS::IAM::Role", …, "Is associated with"
    };
    std::vector<Relationship> relationships;
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
  const Authorizer& authorizer() const;

 private:
  friend class Machine;
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tocsin::core
