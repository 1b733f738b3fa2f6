// SPDX-License-Identifier: Apache-2.0
// APIs as runbooks name them, which is as boto3 does: services, operations, parameters, replies,
// errors.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAwsApi.html
#pragma once

#include "core/context.hpp"
#include "engines/model/model.hpp"

namespace tocsin::ssm {

struct Api {
  const model::Service* service = nullptr;
  const model::Operation* operation = nullptr;
};

/// Error in botocore's words.
Result<Api> api_named(std::string_view service, std::string_view operation);
/// Inputs as the API's parameters: kinds are made to fit. Error "ParamValidation" in botocore's
/// words.
Result<Object> api_params(const Api& api, const Object& inputs);
/// A reply as boto3 shows it: moments and bytes as text.
Document api_reply(core::Context& context, const Api& api, const Document& reply);
/// "An error occurred (NoSuchBucket) when calling the GetBucketAcl operation: …"
std::string client_error(const Api& api, const Error& error);

}  // namespace tocsin::ssm
