// SPDX-License-Identifier: Apache-2.0
// What the steps' actions do. An action is a small machine: it is asked for its next move at first,
// after each answer to a call that it made, and each time it has slept. What it remembers meanwhile
// is `phase` and `work` of its row.
#pragma once

#include "services/ssm/run.hpp"

namespace tocsin::ssm {

struct Sleep {
  Duration until_next;
};
/// Somebody will tell: a person (Waiting), or an execution that was started (InProgress).
struct Park {
  Status status = Status::Waiting;
};
using Move = std::variant<Ended, core::CallSpec, core::JobSpec, Sleep, Park>;

/// `answer`: of the call or job; null at first and after a sleep.
using Advance = Move (*)(At& at, const Result<Document>* answer);

/// Null where the action is not served.
Advance action_named(std::string_view action);
/// How long a step may take where it does not say; zero: as long as it needs.
std::int64_t usual_timeout_s(std::string_view action);

Move advance_api(At& at, const Result<Document>* answer);
Move advance_assert(At& at, const Result<Document>* answer);
Move advance_wait(At& at, const Result<Document>* answer);
Move advance_branch(At& at, const Result<Document>* answer);
Move advance_sleep(At& at, const Result<Document>* answer);
Move advance_pause(At& at, const Result<Document>* answer);
Move advance_variable(At& at, const Result<Document>* answer);
Move advance_approve(At& at, const Result<Document>* answer);
Move advance_lambda(At& at, const Result<Document>* answer);
Move advance_state_machine(At& at, const Result<Document>* answer);
Move advance_automation(At& at, const Result<Document>* answer);
Move advance_script(At& at, const Result<Document>* answer);
Move advance_instance_state(At& at, const Result<Document>* answer);
Move advance_create_tags(At& at, const Result<Document>* answer);
Move advance_create_image(At& at, const Result<Document>* answer);
Move advance_delete_image(At& at, const Result<Document>* answer);
Move advance_copy_image(At& at, const Result<Document>* answer);
Move advance_run_instances(At& at, const Result<Document>* answer);

/// The call of an API, in boto3's names, as the run makes it; or how the step ends at once.
Move api_call(const At& at, std::string_view service, std::string_view operation,
              const Object& inputs);
/// What was answered, as boto3 shows it. Error: botocore's words.
Result<Document> api_answer(At& at, std::string_view service, std::string_view operation,
                            const Result<Document>& answer);

}  // namespace tocsin::ssm
