// SPDX-License-Identifier: Apache-2.0
// Addresses of Lambda functions: "/_tocsin/lambda-url/<id>/…", which Lambda gives out since it
// needs no name service, and AWS's form, where the Host begins with "<id>.lambda-url.". What comes
// there is one call of lambda:InvokeFunctionUrl (models/overlay/lambda.json), whatever its method
// and path.
#pragma once

#include <optional>
#include <string>

#include "base/document.hpp"
#include "wire/http_server.hpp"

namespace tocsin::wire {

struct FunctionUrl {
  std::string id;
  std::string path;  // as the function sees it, still percent-encoded
};

/// None where the request is not for a function.
std::optional<FunctionUrl> function_url(const RequestHead& head);
/// The call's parameters.
Object function_url_params(const FunctionUrl& url, const RequestHead& head,
                           const std::string& body);
/// The reply of the function.
Reply function_url_reply(const Document& answer);
/// As a function's address words an error.
Error function_url_error(const Error& error);

}  // namespace tocsin::wire
