// SPDX-License-Identifier: Apache-2.0
// What Query and EC2 Query share: finding the operation, and parameters by the model. Private to
// this room.
#pragma once

#include "wire/protocols/codec.hpp"
#include "wire/protocols/query_params.hpp"

namespace tocsin::wire::detail {

/// How a protocol names parameters. Query: "Tags.member.1.Key". EC2: "Tag.1.Key", every list flat,
/// names with a capital.
enum class QueryDialect { Query, Ec2 };

/// Those of the query string, then those of the form. Error: MalformedQueryString.
Result<Pairs> query_parameters(const HttpMessage& message);

/// The first value of `name`; empty where it is absent.
std::string_view query_parameter(const Pairs& pairs, std::string_view name);

/// The members of the structure. Errors: MalformedInput; in EC2 UnknownParameter (EC2 refuses what
/// it does not know) and InvalidParameterValue.
Result<Object> query_members(const model::Shape& shape, const QueryNode& node,
                             QueryDialect dialect);

}  // namespace tocsin::wire::detail
