// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/structure.hpp"

#include <simdjson.h>

namespace tocsin::pattern {

struct Structure::State {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  std::size_t capacity = 0;

  simdjson::error_code reserve(std::size_t size) {
    if (parser && capacity >= size) return simdjson::SUCCESS;
    const std::size_t wanted = std::max<std::size_t>(4096, size * 2);
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        wanted, simdjson::DEFAULT_MAX_DEPTH, parser);
    capacity = error ? 0 : wanted;
    return error;
  }

  simdjson::error_code index(std::string_view text) {
    if (const auto error = reserve(text.size())) return error;
    return parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          simdjson::stage1_mode::regular);
  }
};

Structure::Structure() : state_(std::make_unique<State>()) {}
Structure::~Structure() = default;
Structure::Structure(Structure&&) noexcept = default;
Structure& Structure::operator=(Structure&&) noexcept = default;

Result<void> Structure::read(std::string_view text) {
  if (const auto error = state_->index(text)) {
    return fail("SerializationException", simdjson::error_message(error));
  }
  return {};
}

std::span<const std::uint32_t> Structure::positions() const {
  const auto& parser = *state_->parser;
  return {parser.structural_indexes.get(), parser.n_structural_indexes};
}

}  // namespace tocsin::pattern
