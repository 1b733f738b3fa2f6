// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_items.hpp"

#include "services/states/map_reader.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

// Of a chunk, whichever is reached first.
constexpr std::size_t kMostItems = 100;
constexpr std::size_t kMostBytes = 64 * 1024;

}  // namespace

Document sealed(Context& context, const Document& value) {
  return context.seal(to_json(value));
}

Document unsealed(const Context& context, const Document& value) {
  auto parsed = parse_json(context.open(value).value_or("null"));
  return parsed ? *std::move(parsed) : Document(nullptr);
}

Object parameters_of(const Document& part) {
  const auto& parameters = object_of(part, "Parameters");
  return parameters.empty() ? object_of(part, "Arguments") : parameters;
}

core::CallSpec s3_call(const Scope& scope, const MapRunData& data, std::string operation,
                       Object params) {
  return call_as_role(scope, data.revision, "s3", std::move(operation), std::move(params));
}

void keep_items(Context& context, const Scope& scope, MapRun& run, const Array& items) {
  for (std::size_t at = 0; at < items.size();) {
    std::string chunk = "[";
    std::int64_t count = 0;
    for (; at < items.size() && count < static_cast<std::int64_t>(kMostItems); ++at, ++count) {
      if (count && chunk.size() > kMostBytes) break;
      if (count) chunk += ',';
      chunk += to_json(items[at]);
    }
    kMapItems.put(context, Key::of(scope, run.machine, run.name, number_part(run.total)),
                  {context.seal(chunk + "]")});
    run.total += count;
  }
}

void ItemCursor::fetch() {
  const auto key = Key::of(scope_, run_.machine, run_.name, number_part(run_.first));
  const auto chunk = kMapItems.get(context_, key);
  values_ = chunk ? unsealed(context_, chunk->values).as_array() : Array{};
}

bool ItemCursor::load() {
  if (values_.empty()) fetch();
  for (;;) {
    const auto behind = run_.first + static_cast<std::int64_t>(values_.size());
    if (run_.next < behind) return true;
    if (values_.empty()) return false;
    kMapItems.erase(context_, Key::of(scope_, run_.machine, run_.name, number_part(run_.first)));
    run_.first = behind;
    fetch();
  }
}

Result<const Document*> ItemCursor::peek() {
  while (run_.next >= run_.total) {
    if (!run_.reading) return nullptr;
    TRY(read_some(context_, scope_, run_, data_));
  }
  if (!load()) return nullptr;
  return &values_[static_cast<std::size_t>(run_.next - run_.first)];
}

}  // namespace tocsin::states
