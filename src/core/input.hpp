// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/document.hpp"
#include "base/time.hpp"
#include "core/request.hpp"
#include "core/worker.hpp"

namespace tocsin::core {

/// What the machine applies: one entry of the log.
struct Input {
  enum class Kind {
    Call,       // a request
    Timer,      // {"timer": id}: the durable timer `id` has come due
    JobResult,  // {"job": id, "reply": …} or {"job": id, "error": …}
    Audit,      // a read that was answered: {"request": …, "principal": …, "error": …}
    Bootstrap,  // {"account": …}: the first input of an empty machine
    Reset,      // {"account": …}: empties the machine and begins a new epoch
    Upgrade     // {"from": n, "to": m}: the machine's version changes here
  };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, Call, Timer, JobResult, Audit, Bootstrap, Reset, Upgrade)
  int version = 0;  // of the machine that wrote it
  Kind kind = Kind::Call;
  Time time{};
  Document body;
};

std::string to_bytes(const Input& input);
/// Error "InternalFailure" naming what is wrong with the entry.
Result<Input> input_from(std::string_view bytes);

Document to_document(const Error& error);
Error error_from(const Document& document);
/// {"reply": …} or {"error": …}.
Object to_object(const Result<Document>& outcome);
Result<Document> outcome_from(const Document& document);

Input call_input(const Request& request);
Input timer_input(std::string_view timer_id);
Input job_result_input(std::string_view job_id, const Result<Document>& outcome);

}  // namespace tocsin::core
