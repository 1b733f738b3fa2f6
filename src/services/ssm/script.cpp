// SPDX-License-Identifier: Apache-2.0
// aws:executeScript: the script becomes a function's code, which a sandbox runs as the assumed
// role (workers/function_worker.hpp).
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
#include <algorithm>

#include "base/crypto.hpp"
#include "services/ssm/actions.hpp"
#include "services/ssm/zip.hpp"

namespace tocsin::ssm {
namespace {

constexpr std::string_view kFile = "customer_script";

std::optional<Ended> refusal(const At& at) {
  const auto runtime = at.input("Runtime");
  if (at.inputs().contains("Attachment")) return failed("Attachments of scripts are not served");
  if (!runtime.starts_with("python3."))
    return failed(fmt::format("The runtime {} is not served; python3.x is", runtime));
  const auto handler = at.input("Handler");
  const auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  if (handler.empty() || !std::ranges::all_of(handler, is_word))
    return failed(fmt::format("The handler {} is no name of a function", handler));
  return std::nullopt;
}

Move packed(const At& at) {
  const auto zip = zip_of(std::string(kFile) + ".py", at.input("Script"));
  return core::JobSpec{.kind = "function.inspect_code",
                       .payload = Object{{"ZipBase64", base64(zip)}}};
}

/// Keys of a session of the assumed role; a script of an automation without a role has none.
Move credentials_wanted(const At& at) {
  auto spec = at.run.call(
      "sts", "AssumeRole",
      Object{{"RoleArn", at.run.row.role}, {"RoleSessionName", "Automation-" + at.run.row.id}});
  spec.credential.role_arn.clear();
  return spec;
}

Object job_payload(At& at, Object credentials) {
  auto& context = at.run.context;
  const auto& inputs = at.inputs();
  const auto* input = inputs.if_contains("InputPayload");
  const auto event = input ? to_json(*input) : std::string("{}");
  Object payload{{"FunctionArn", execution_arn(at.run.scope(), at.run.row.id)},
                 {"FunctionName", "Automation-" + at.step.name},
                 {"Generation", at.step.id + " " + std::to_string(at.step.attempts)},
                 {"Code", at.step.work.at("code")},
                 {"CodeSha256", text(at.step.work, "sha256")},
                 {"Runtime", at.input("Runtime")},
                 {"Handler", fmt::format("{}.{}", kFile, at.input("Handler"))},
                 {"MemorySize", 512},
                 {"Timeout", std::clamp<std::int64_t>(at.step.timeout_s, 1, 600)},
                 {"Environment", Object{}},
                 {"Payload", context.seal(event)},
                 {"RequestId", context.new_uuid()},
                 {"TraceId", core::trace_header(context.cause(), context.now())},
                 {"Region", at.run.scope().region},
                 {"AccountId", at.run.scope().account.str()},
                 {"LogGroup", "/aws/ssm/automation/executeScript"}};
  if (!credentials.empty()) payload["Credentials"] = std::move(credentials);
  return payload;
}

Move started(At& at, Object credentials) {
  at.step.phase = 2;
  return core::JobSpec{.kind = "function.invoke",
                       .payload = job_payload(at, std::move(credentials)),
                       .secret_results = {"Payload"}};
}

Object sealed_credentials(core::Context& context, const Document& assumed) {
  const auto& given = object_of(assumed, "Credentials");
  const auto opened = [&](std::string_view member) {
    const auto* found = given.if_contains(member);
    return context.seal(found ? context.open(*found).value_or("") : "");
  };
  return {{"AccessKeyId", text(given, "AccessKeyId")},
          {"SecretAccessKey", opened("SecretAccessKey")},
          {"SessionToken", opened("SessionToken")}};
}

/// As Python shows it, with Automation's own last line.
std::string traceback_of(const Document& error) {
  std::string out;
  if (const auto& trace = array_of(error, "stackTrace"); !trace.empty()) {
    out = "Traceback (most recent call last):\n";
    for (const auto& line : trace)
      out += automation::text_of(line);
    out += '\n';
  }
  return out + fmt::format("{} - {}", text(error, "errorType"), text(error, "errorMessage"));
}

Move finished(At& at, const Document& result) {
  const auto* sealed = find(result, "Payload");
  const auto payload = sealed ? at.run.context.open(*sealed).value_or("null") : "null";
  auto value = parse_json(payload);
  if (find(result, "FunctionError")) return failed_waiting(value ? traceback_of(*value) : payload);
  auto shown = value ? *std::move(value) : Document(payload);
  Object reply;
  reply["Payload"] = std::move(shown);
  return Ended{.values = {{"Payload", reply.at("Payload")}}, .reply = Document(reply)};
}

}  // namespace

Move advance_script(At& at, const Result<Document>* answer) {
  if (!answer) {
    if (auto refused = refusal(at)) return *std::move(refused);
    return packed(at);
  }
  if (!*answer) return failed((*answer).error().message);
  const auto& reply = **answer;
  if (at.step.phase == 0) {
    const auto* code = find(reply, "Code");
    at.step.work["code"] = code ? *code : Document(nullptr);
    at.step.work["sha256"] = text(reply, "CodeSha256");
    if (at.run.row.role.empty()) return started(at, {});
    at.step.phase = 1;
    return credentials_wanted(at);
  }
  if (at.step.phase == 1) return started(at, sealed_credentials(at.run.context, reply));
  return finished(at, reply);
}

}  // namespace tocsin::ssm
