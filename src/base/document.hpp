// SPDX-License-Identifier: Apache-2.0
// A Document is what requests, replies, events and stored records are made of: a Boost.JSON value.
// Members keep the order in which they were inserted, so output is deterministic.
//
// Conventions for values of the AWS models: a timestamp is a number of seconds since the epoch
// (double, milliseconds kept); a blob is base64 text; a streamed blob is a BlobRef
// (store/blobs.hpp).
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin {

using Document = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

/// The member `key`, or null where `document` is no object or has none. Each accessor takes an
/// Object as it is, too: converted to a Document it would be copied, and a view of the copy would
/// dangle.
const Document* find(const Document& document, std::string_view key);
const Document* find(const Object& object, std::string_view key);

/// Follows `path` ("detail.userIdentity.arn") through objects; null where it ends.
const Document* find_path(const Document& document, std::string_view path);

/// The text of a string member; `fallback` where absent or of another kind.
std::string_view text(const Document& document, std::string_view key,
                      std::string_view fallback = {});
std::string_view text(const Object& object, std::string_view key, std::string_view fallback = {});
/// The same as an owned string.
std::string string_of(const Document& document, std::string_view key,
                      std::string_view fallback = {});
std::string string_of(const Object& object, std::string_view key, std::string_view fallback = {});
/// A whole number: an integer, a double without fraction, or absent.
std::optional<std::int64_t> integer(const Document& document, std::string_view key);
std::optional<std::int64_t> integer(const Object& object, std::string_view key);
bool flag(const Document& document, std::string_view key, bool fallback = false);
bool flag(const Object& object, std::string_view key, bool fallback = false);
/// A member that is an array (or object); a shared empty one where it is absent or of another kind.
const Array& array_of(const Document& document, std::string_view key);
const Array& array_of(const Object& object, std::string_view key);
const Object& object_of(const Document& document, std::string_view key);
const Object& object_of(const Object& object, std::string_view key);

/// Parses one JSON text. Error: SerializationException 400, with the position. Depth is limited to
/// 128.
Result<Document> parse_json(std::string_view text);
/// Numbers are written as JavaScript writes them: 21.5, 5 (of a double, too), 1e+21, 1e-7.
std::string to_json(const Document& document);
/// Members sorted by name at every level: equal documents give equal text.
std::string canonical_json(const Document& document);
/// Indented by two spaces, for people.
std::string pretty_json(const Document& document);

}  // namespace tocsin
