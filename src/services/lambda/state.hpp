// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::lambda {

struct Function {
  std::string name;
  std::string arn;
  std::string role;
  std::string runtime;
  std::string handler;
  std::string description;
  std::int64_t memory_mb = 128;
  std::int64_t timeout_s = 3;
  Object environment;       // values sealed
  store::BlobRef code;      // a zip that has been inspected
  std::string code_sha256;  // base64
  std::int64_t code_size = 0;
  Time modified{};
  std::string revision;                         // UUID, new with each change
  std::map<std::string, Document> permissions;  // statements of the resource policy, by Sid
  std::map<std::string, std::string> tags;
  Object credentials;  // of the role's session, secrets sealed
  Time credentials_until{};
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Function, (),
                      (name, arn, role, runtime, handler, description, memory_mb, timeout_s,
                       environment, code, code_sha256, code_size, modified, revision, permissions,
                       tags, credentials, credentials_until, unknown))

inline constexpr core::Table<Function> kFunctions{"lambda.functions"};  // account, region, name

/// The function that FunctionName (a name, a partial or whole ARN) means. Error
/// ResourceNotFoundException.
Result<Function> function_of(core::Call& call);
/// Its name alone; empty where the parameter is not a function's.
std::string name_in(std::string_view function_name);
/// The function's role as Lambda takes it.
core::Credential as_function(const core::Context& context, const Function& function);
std::string policy_text(const Function& function);
/// FunctionConfiguration as the API shows it.
Object configuration(const core::Secrets& secrets, const Function& function);

core::Outcome create_function(core::Call& call);
core::Outcome update_function_code(core::Call& call);
core::Outcome update_function_configuration(core::Call& call);
void code_inspected(core::Context& context, const core::Resumption& end);

core::Outcome invoke(core::Call& call);
void invoked(core::Context& context, const core::Resumption& end);
void run_again(core::Context& context, const core::Resumption& end);

/// What an invocation printed (`result`: of its job) goes to the function's log group, if its role
/// may write there.
void write_logs(core::Context& context, const Function& function, const Document& result);
void logs_written(core::Context& context, const core::Resumption& end);

}  // namespace tocsin::lambda
