// SPDX-License-Identifier: Apache-2.0
#include "engines/model/model.hpp"

#include <zlib.h>

#include "base/assert.hpp"
#include "engines/model/table.hpp"

extern "C" {
extern const char tocsin_models_begin[];
extern const char tocsin_models_end[];
}

namespace tocsin::model {
namespace {

std::uint32_t little_endian(const char* at) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

std::string short_text(const char*& at) {
  const auto length = static_cast<unsigned char>(*at++);
  std::string text(at, length);
  at += length;
  return text;
}

/// The embedded file of models/build.py: an index, and each service's table inflated on first use.
class Catalog {
 public:
  Catalog() {
    const char* at = tocsin_models_begin;
    TOCSIN_ASSERT(std::string_view(at, 8) == "TOCSINM1");
    const auto count = little_endian(at + 8);
    at += 12;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto& entry = entries_.emplace_back();
      entry.id = short_text(at);
      entry.target_prefix = short_text(at);
      entry.offset = little_endian(at);
      entry.packed_size = little_endian(at + 4);
      entry.size = little_endian(at + 8);
      at += 12;
      ids_.push_back(entry.id);
    }
  }

  const Service* find(std::string_view id) {
    for (auto& entry : entries_) {
      if (entry.id == id) return entry.open();
    }
    return nullptr;
  }

  const Service* find_target(std::string_view prefix) {
    for (auto& entry : entries_) {
      if (same_target(entry.target_prefix, prefix)) return entry.open();
    }
    return nullptr;
  }

  const std::vector<std::string>& ids() const { return ids_; }

 private:
  struct Entry {
    const Service* open() {
      std::call_once(once, [this] {
        std::string raw(size, '\0');
        uLongf length = size;
        const auto* packed = reinterpret_cast<const Bytef*>(tocsin_models_begin + offset);
        TOCSIN_ASSERT(tocsin_models_begin + offset + packed_size <= tocsin_models_end);
        const int status =
            uncompress(reinterpret_cast<Bytef*>(raw.data()), &length, packed, packed_size);
        TOCSIN_ASSERT(status == Z_OK && length == size);
        read_table(std::move(raw), loaded);
      });
      return &loaded.service;
    }

    std::string id, target_prefix;
    std::uint32_t offset = 0, packed_size = 0, size = 0;
    std::once_flag once;
    LoadedService loaded;
  };

  std::deque<Entry> entries_;
  std::vector<std::string> ids_;
};

Catalog& catalog() {
  static Catalog instance;
  return instance;
}

}  // namespace

const Member* Shape::member(std::string_view name) const {
  if (type != Type::Structure) return nullptr;
  for (const auto& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

const Member* Operation::idempotency_token() const {
  if (!input) return nullptr;
  for (const auto& member : input->shape->members) {
    if (member.idempotency_token) return &member;
  }
  return nullptr;
}

bool Service::speaks(Protocol protocol) const {
  return std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
}

const Operation* Service::operation(std::string_view name) const {
  auto found = std::lower_bound(operations.begin(), operations.end(), name,
                                [](const Operation& o, std::string_view n) { return o.name < n; });
  return found != operations.end() && found->name == name ? &*found : nullptr;
}

const ErrorShape* Service::error(std::string_view name_or_code) const {
  for (const auto& error : errors) {
    if (error.name == name_or_code || error.code == name_or_code) return &error;
  }
  return nullptr;
}

const Service* service(std::string_view id) {
  return catalog().find(id);
}

const std::vector<std::string>& service_ids() {
  return catalog().ids();
}

bool same_target(std::string_view target_prefix, std::string_view prefix) {
  const auto last = [](std::string_view text) { return text.substr(text.rfind('.') + 1); };
  return !prefix.empty() && last(target_prefix) == last(prefix);
}

const Service* service_of_target(std::string_view prefix) {
  return catalog().find_target(prefix);
}

}  // namespace tocsin::model
