// SPDX-License-Identifier: Apache-2.0
// Where code comes from (the call, or S3), how it is looked at before anything is kept, and how it
// is fetched again.
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// The payload of the job "function.inspect_code" for ZipFile, or S3Bucket, S3Key and
/// S3ObjectVersion. Errors: InvalidParameterValueException; what the caller may not read in S3.
Result<Object> code_source(core::Call& call, const Document& given);

/// Parks the call until a worker has looked at the code; `state` says what is then done with it:
/// "kind" create, update or layer.
core::Outcome inspect(core::Call& call, const Object& code, Object state);
void code_inspected(core::Context& context, const core::Resumption& end);

/// "http://host:port" as the caller knows this server.
std::string base_url(const core::Call& call);
/// An address from which the zip can be fetched without a signature, for ten minutes.
std::string code_location(const core::Context& context, const store::BlobRef& code,
                          std::string_view base);
/// tocsin's own operation behind such an address.
core::Outcome get_code(core::Call& call);

}  // namespace tocsin::lambda
