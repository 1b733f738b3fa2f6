// SPDX-License-Identifier: Apache-2.0
// Values as text: in query strings, headers, URIs and XML. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/document.hpp"
#include "engines/model/model.hpp"

namespace tocsin::wire::detail {

bool valid_utf8(std::string_view text);

/// %XX to bytes. None for a broken escape or what is not UTF-8. In forms and query strings '+' is a
/// space.
enum class Plus { Literal, Space };
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

using Pairs = std::vector<std::pair<std::string, std::string>>;
/// "a=1&b" decoded; none where something in it cannot be.
std::optional<Pairs> parse_form(std::string_view text);

/// A member's scalar from text; none where the text is not of its kind. Timestamps are taken in
/// every format.
std::optional<Document> scalar_from_text(const model::Shape& shape, std::string_view text);

/// How a service prints timestamps: with milliseconds, or (IAM, STS) without.
enum class Precision { Seconds, Milliseconds };
Precision precision_of(const model::Service& service);

/// `fallback` is the format of a timestamp whose member names none. A value of another kind than
/// the model's is printed as what it is.
std::string scalar_to_text(const model::Member& member, const Document& value,
                           model::TimestampFormat fallback, Precision precision);

}  // namespace tocsin::wire::detail
