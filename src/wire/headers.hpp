// SPDX-License-Identifier: Apache-2.0
// HTTP header fields and the percent-encoding of URIs (RFC 3986), shared by the server and SigV4.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::wire {

/// Name and value; names of a request are in lower case.
using Header = std::pair<std::string, std::string>;
using Headers = std::vector<Header>;

/// The first value of `name` (case is ignored); null where there is none.
const std::string* find_header(const Headers& headers, std::string_view name);
/// The same; empty where there is none.
std::string_view header(const Headers& headers, std::string_view name);

/// Everything but A-Z a-z 0-9 - . _ ~ becomes %XX, as AWS's UriEncode says; '/' on demand.
enum class Slash { Keep, Encode };
std::string uri_encode(std::string_view text, Slash slash);
/// %XX becomes its byte; what is no valid escape stays as it is, and so does '+'.
std::string uri_decode(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);
/// Without spaces and tabs at its ends.
std::string_view trimmed(std::string_view text);

/// The parameters of a query string, decoded ('+' is a space), in order.
Headers query_parameters(std::string_view query);

}  // namespace tocsin::wire
