// SPDX-License-Identifier: Apache-2.0
#include "core/input.hpp"

#include <fmt/format.h>

namespace tocsin::core {

std::string to_bytes(const Input& input) {
  return to_json(Object{{"v", input.version},
                        {"k", encode(input.kind)},
                        {"t", to_ms(input.time)},
                        {"b", input.body}});
}

Result<Input> input_from(std::string_view bytes) {
  auto parsed = parse_json(bytes);
  if (!parsed) return fail(internal_error("log entry: " + parsed.error().message));
  Input input;
  input.version = static_cast<int>(integer(*parsed, "v").value_or(0));
  const auto kind = string_of(*parsed, "k");
  if (!boost::describe::enum_from_string(kind.c_str(), input.kind)) {
    return fail(internal_error(fmt::format("log entry of the unknown kind \"{}\"", kind)));
  }
  input.time = from_ms(integer(*parsed, "t").value_or(0));
  if (auto* body = parsed->as_object().if_contains("b")) input.body = std::move(*body);
  return input;
}

Document to_document(const Error& error) {
  return Object{{"code", error.code},
                {"message", error.message},
                {"status", error.status},
                {"server", error.fault == Fault::Server},
                {"members", error.members}};
}

Error error_from(const Document& document) {
  return {string_of(document, "code"), string_of(document, "message"),
          static_cast<int>(integer(document, "status").value_or(500)),
          flag(document, "server") ? Fault::Server : Fault::Client, object_of(document, "members")};
}

Object to_object(const Result<Document>& outcome) {
  if (outcome) return {{"reply", *outcome}};
  return {{"error", to_document(outcome.error())}};
}

Result<Document> outcome_from(const Document& document) {
  if (const auto* error = find(document, "error")) return fail(error_from(*error));
  const auto* reply = find(document, "reply");
  return reply ? *reply : Document(nullptr);
}

Input call_input(const Request& request) {
  return {.kind = Input::Kind::Call, .body = to_document(request)};
}

Input timer_input(std::string_view timer_id) {
  return {.kind = Input::Kind::Timer, .body = Object{{"timer", timer_id}}};
}

Input job_result_input(std::string_view job_id, const Result<Document>& outcome) {
  auto body = to_object(outcome);
  body["job"] = job_id;
  return {.kind = Input::Kind::JobResult, .body = std::move(body)};
}

}  // namespace tocsin::core
