// SPDX-License-Identifier: Apache-2.0
// What a handler may do. A Context is valid during one input, on the machine's thread (or, for
// reads, on the thread of the reader, where every effect but a nested read is an assertion
// failure). Nothing here reads a clock, draws randomness or touches the world.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/event.hpp"
#include "core/ports.hpp"
#include "core/request.hpp"
#include "core/secrets.hpp"
#include "core/task.hpp"
#include "core/transaction.hpp"
#include "store/blobs.hpp"

namespace tocsin::core {

class Machine;
class Call;
struct Turn;
struct TraceNode;

/// Names a reply that is not there yet.
struct Token {
  std::string id;
};

/// How a handler answers: with a document, an error, or a promise to resolve `token` later.
class Outcome {
 public:
  Outcome(Document reply) : value_(std::move(reply)) {}
  Outcome(Object reply) : value_(Document(std::move(reply))) {}
  Outcome(Token pending) : value_(std::move(pending)) {}
  Outcome(Failure failure) : value_(std::move(failure).error()) {}
  Outcome(Error error) : value_(std::move(error)) {}
  Outcome(Result<Document> result) {
    if (result)
      value_ = *std::move(result);
    else
      value_ = std::move(result).error();
  }

  const Token* pending() const { return std::get_if<Token>(&value_); }
  /// None while pending, and of an error.
  const Document* reply() const { return std::get_if<Document>(&value_); }
  /// Not while pending.
  Result<Document> result() && {
    if (auto* error = std::get_if<Error>(&value_)) return std::unexpected(std::move(*error));
    return std::get<Document>(std::move(value_));
  }

 private:
  std::variant<Document, Error, Token> value_;
};

class Context {
 public:
  Context(Machine& machine, Turn& turn, Transaction& transaction, Scope scope, std::string cause)
      : machine_(machine),
        turn_(turn),
        transaction_(transaction),
        scope_(std::move(scope)),
        cause_(std::move(cause)) {}

  // --- what is given -------------------------------------------------------------------------
  Time now() const;
  std::uint64_t sequence() const;
  const Scope& scope() const { return scope_; }
  const AccountId& account() const { return scope_.account; }
  const std::string& region() const { return scope_.region; }
  void set_scope(Scope scope) { scope_ = std::move(scope); }

  /// The state, this input's own changes included. Contexts convert to it, so tables take them
  /// directly.
  Transaction& state() const { return transaction_; }
  operator Transaction&() const { return transaction_; }
  operator const store::View&() const { return transaction_; }

  // --- ids and secrets: the same on replay ----------------------------------------------------
  std::string new_bytes(std::size_t count);  // unpredictable without the master key
  std::string new_uuid();
  std::string new_id(std::string_view alphabet, std::size_t length);
  double new_fraction();  // [0, 1), for jitter
  Document seal(std::string_view plaintext);
  /// The text of a parameter that the model marks as sensitive, sealed or plain.
  std::optional<std::string> open(const Document& sealed) const;
  const Secrets& secrets() const;

  // --- effects --------------------------------------------------------------------------------
  /// Hands the event to all who react to events, later in this same input. Returns its id.
  std::string emit(Event event);
  /// Starts a durable task; returns its id.
  std::string start(Task task);
  /// Runs `then` in an input of its own, as soon as possible: for what would be too much work in
  /// this one.
  std::string later(Continuation then);
  /// Runs `then` once, at `due` or as soon after as the machine runs. Returns the timer's id.
  std::string at(Time due, Continuation then);
  /// As `at`, for keeping the house (what has expired is swept): virtual time does not jump for it,
  /// so that a house at rest stays at rest.
  std::string upkeep(Time due, Continuation then);
  /// No effect where the timer has fired or does not exist.
  void cancel(const std::string& timer_id);

  /// A nested call, now: authorised, audited, its changes undone if it fails. In a read, of reads.
  Outcome call(const CallSpec& spec);

  /// Resolves a token that a handler returned: the waiting caller (a client, or a task) goes on.
  /// False where nobody waits any more.
  bool resolve(const Token& token, const Result<Document>& result);

  /// Who a credential is now: whether a service may assume a role, before it is used. Errors as
  /// Authorizer::identify.
  Result<Principal> identify(const Credential& credential) const;

  // --- blobs: content-addressed, hence deterministic --------------------------------------------
  /// A blob lives as long as a row of the state names it (core/blob_sweep.hpp).
  Result<std::string> blob(const store::BlobRef& ref) const;
  store::Blobs& blobs() const;

  // --- what followed from what --------------------------------------------------------------
  const std::string& cause() const { return cause_; }
  void set_cause(std::string node) { cause_ = std::move(node); }
  /// Adds a node under cause() and returns its id. `event_id`: a name by which `tocsin timeline`
  /// finds it (may be empty).
  std::string trace(std::string_view kind, std::string_view name, std::string_view outcome = {},
                    std::string_view event_id = {});
  /// Notes how a node ended.
  void trace_outcome(const std::string& node, std::string_view outcome);

  /// Steps of this input's budget that are left: loops stop at zero and go on with `later`.
  int budget() const;
  void spend(int steps = 1);

 protected:
  friend class Machine;
  std::string set_timer(Time due, Continuation then, std::string_view mark);
  std::string next_request_id();
  std::string next_node();
  void put_node(TraceNode node);
  void seal_sensitive(std::string_view service, std::string_view operation, Document& params);
  Machine& machine_;
  Turn& turn_;
  Transaction& transaction_;
  Scope scope_;
  std::string cause_;
};

/// A Context with the call that is being handled.
class Call : public Context {
 public:
  Call(Context context, const Request& request, const Principal& principal)
      : Context(std::move(context)), request_(request), principal_(principal) {}

  const Request& request() const { return request_; }
  const Document& params() const { return request_.params; }
  const Principal& principal() const { return principal_; }

  /// A further permission that the call needs (iam:PassRole …). Error AccessDenied.
  Result<void> authorize(const Access& access);

  /// A token for a reply that comes later; return it from the handler.
  Token park();

  /// A CallSpec that goes on as this call's own principal.
  CallSpec as_caller(std::string service, std::string operation, Document params) const;

 private:
  const Request& request_;
  const Principal& principal_;
};

/// X-Amzn-Trace-Id for a trace node, and back: how the calls of a function are joined to its
/// invocation.
std::string trace_header(std::string_view node, Time now);
std::string node_of_trace_header(std::string_view header);

}  // namespace tocsin::core
