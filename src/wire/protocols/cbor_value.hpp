// SPDX-License-Identifier: Apache-2.0
// Documents as CBOR bodies have them, by the model: blobs as byte strings, timestamps with tag 1.
// Private to this room.
#pragma once

#include "base/document.hpp"
#include "engines/model/model.hpp"
#include "wire/protocols/cbor.hpp"

namespace tocsin::wire::detail {

/// The next item as a value of the shape; nulls and unknown members left out. Error:
/// SerializationException where it is malformed or of another kind.
Result<Document> from_cbor(CborReader& in, const model::Shape& shape);

/// A whole body; an empty one is a structure without members.
Result<Object> body_from_cbor(const model::Shape& shape, std::string_view body);

void to_cbor(CborWriter& out, const model::Shape& shape, const Document& value);

/// A value without a model: errors' further members, documents.
void to_cbor(CborWriter& out, const Document& value);

}  // namespace tocsin::wire::detail
