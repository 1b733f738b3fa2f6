// SPDX-License-Identifier: Apache-2.0
// Documents as JSON bodies have them: AWS JSON and REST-JSON. Private to this room.
#pragma once

#include "base/document.hpp"
#include "engines/model/model.hpp"

namespace tocsin::wire::detail {

/// Which names JSON members go by: those of the model, or their locationName.
enum class Naming { Names, LocationNames };

/// A value of a request: names to the model's, nulls and unknown members left out, timestamps to
/// seconds. Error: SerializationException where a value is of the wrong kind.
Result<Document> from_json_value(const model::Shape& shape, Document value, Naming naming);

/// A value of a reply.
Document to_json_value(const model::Member& member, const Document& value, Naming naming);

/// The members of a structure that stand in the body.
Result<Object> body_from_json(const model::Shape& shape, std::string_view body, Naming naming);
Object body_to_json(const model::Shape& shape, const Document& value, Naming naming);

}  // namespace tocsin::wire::detail
