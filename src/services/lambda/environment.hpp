// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// Environment.Variables of a call, its values sealed. Errors: keys that are reserved or malformed,
/// more than 4 KB.
Result<Object> read_environment(core::Call& call);

}  // namespace tocsin::lambda
