// SPDX-License-Identifier: Apache-2.0
#include "core/context.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "core/machine.hpp"
#include "core/sensitive.hpp"
#include "core/trace.hpp"
#include "core/turn.hpp"

namespace tocsin::core {

Time Context::now() const {
  return turn_.time;
}
std::uint64_t Context::sequence() const {
  return turn_.sequence;
}
const Secrets& Context::secrets() const {
  return machine_.secrets();
}
store::Blobs& Context::blobs() const {
  return machine_.blobs();
}
int Context::budget() const {
  return turn_.steps;
}
void Context::spend(int steps) {
  turn_.steps -= steps;
}

std::string Context::new_bytes(std::size_t count) {
  TOCSIN_ASSERT(!turn_.read_only);
  auto& drawn = turn_.drawn;
  while (drawn.size() < count) {
    drawn += hmac_sha256(machine_.id_key_,
                         fmt::format("{} {} {}", turn_.epoch, turn_.sequence, ++turn_.ids));
  }
  auto bytes = drawn.substr(drawn.size() - count);
  drawn.erase(drawn.size() - count);
  return bytes;
}

std::string Context::new_uuid() {
  return uuid_from(new_bytes(16));
}

std::string Context::new_id(std::string_view alphabet, std::size_t length) {
  std::string id;
  for (const unsigned char byte : new_bytes(length))
    id += alphabet[byte % alphabet.size()];
  return id;
}

double Context::new_fraction() {
  std::uint32_t bits = 0;
  for (const unsigned char byte : new_bytes(4))
    bits = bits << 8 | byte;
  return bits / 4294967296.0;
}

Document Context::seal(std::string_view plaintext) {
  return secrets().seal(plaintext,
                        fmt::format("{} {} {}", turn_.epoch, turn_.sequence, ++turn_.ids));
}

void Context::seal_sensitive(std::string_view service, std::string_view operation,
                             Document& params) {
  core::seal_sensitive(service, operation, params,
                       [this](std::string_view plain) { return seal(plain); });
}

std::optional<std::string> Context::open(const Document& sealed) const {
  return secrets().open(sealed);
}

std::string Context::emit(Event event) {
  TOCSIN_ASSERT(!turn_.read_only);
  if (event.id.empty()) event.id = new_uuid();
  if (event.time == Time{}) event.time = now();
  if (event.scope.account.empty()) event.scope = scope_;
  const auto under = event.cause.empty() ? cause_ : event.cause;
  const auto outer = std::exchange(cause_, under);
  event.cause = trace("event", event.source + " " + event.detail_type, "ok", event.id);
  cause_ = outer;
  turn_.events.push_back(std::move(event));
  return turn_.events.back().id;
}

std::string Context::start(Task task) {
  TOCSIN_ASSERT(!turn_.read_only);
  spend();
  return machine_.start_task(*this, std::move(task));
}

std::string Context::later(Continuation then) {
  return at(now(), std::move(then));
}

std::string Context::at(Time due, Continuation then) {
  return set_timer(due, std::move(then), {});
}

std::string Context::upkeep(Time due, Continuation then) {
  return set_timer(due, std::move(then), kUpkeepMark);
}

std::string Context::set_timer(Time due, Continuation then, std::string_view mark) {
  TOCSIN_ASSERT(!turn_.read_only);
  const auto id =
      fmt::format("{:x}-{:016x}-{:08x}{}", turn_.epoch, turn_.sequence, ++turn_.ids, mark);
  const auto moment = fmt::format("{:016x}", to_ms(std::max(due, now())));
  kTimers.put(*this, Key{moment, id}, {std::move(then), scope_, cause_});
  kTimerDue.put(*this, Key{id}, {moment});
  return id;
}

void Context::cancel(const std::string& timer_id) {
  const auto due = kTimerDue.get(*this, Key{timer_id});
  if (!due) return;
  kTimers.erase(*this, Key{due->due, timer_id});
  kTimerDue.erase(*this, Key{timer_id});
}

/// Of a nested call. A read draws nothing, so its calls are numbered under its own id.
std::string Context::next_request_id() {
  if (!turn_.read_only) return new_uuid();
  return uuid_from(sha256(fmt::format("{} {}", turn_.request_id, ++turn_.ids)).substr(0, 16));
}

Outcome Context::call(const CallSpec& spec) {
  spend();
  Request request{.id = next_request_id(),
                  .service = spec.service,
                  .operation = spec.operation,
                  .params = spec.params,
                  .scope = spec.scope,
                  .credential = spec.credential,
                  .source_ip = spec.credential.service,
                  .user_agent = spec.credential.service};
  const bool as_session = spec.credential.kind == Credential::Kind::Session;
  return machine_.perform(*this, request, as_session ? &spec.principal : nullptr, {});
}

Result<Principal> Context::identify(const Credential& credential) const {
  return machine_.registry().authorizer().identify(transaction_, credential, now());
}

bool Context::resolve(const Token& token, const Result<Document>& result) {
  TOCSIN_ASSERT(!turn_.read_only);
  return machine_.resolve(*this, token, result);
}

Result<std::string> Context::blob(const store::BlobRef& ref) const {
  return blobs().get(ref);
}

Result<void> Call::authorize(const Access& access) {
  const auto& authorizer = machine_.registry().authorizer();
  auto allowed = authorizer.authorize(*this, principal_, request_, access, now());
  if (allowed) return {};
  return fail(authorizer.told(std::move(allowed).error(), secrets()));
}

Token Call::park() {
  TOCSIN_ASSERT(!turn_.read_only);
  return Token{fmt::format("{:x}-{:x}-{:x}", turn_.epoch, turn_.sequence, ++turn_.ids)};
}

CallSpec Call::as_caller(std::string service, std::string operation, Document params) const {
  return {std::move(service),
          std::move(operation),
          std::move(params),
          scope(),
          Credential{.kind = Credential::Kind::Session, .access_key_id = principal_.access_key_id},
          principal_};
}

}  // namespace tocsin::core
