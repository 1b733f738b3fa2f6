// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_items.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "store/blobs.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::size_t kChunk = 100;

Failure unreadable(std::string message) {
  return fail("States.ItemReaderFailed", std::move(message));
}

Object parameters_of(const Document& reader) {
  const auto& parameters = object_of(reader, "Parameters");
  return parameters.empty() ? object_of(reader, "Arguments") : parameters;
}

std::int64_t most_items(const Object& config) {
  const auto given = integer(config, "MaxItems").value_or(0);
  return given > 0 ? given : std::int64_t{100'000'000};
}

Result<std::string> object_text(Context& context, const Scope& scope, const MapRun& run,
                                Object params) {
  const auto where = fmt::format("s3://{}/{}", text(params, "Bucket"), text(params, "Key"));
  auto reply = context.call(s3_call(scope, run, "GetObject", std::move(params))).result();
  if (!reply) return unreadable(fmt::format("Unable to read {}: {}", where, reply.error().message));
  const auto* body = find(*reply, "Body");
  if (!body) return std::string();
  if (const auto blob = store::blob_ref(*body)) return TRY(context.blob(*blob));
  return unbase64(context.open(*body).value_or("")).value_or("");
}

Result<Array> json_items(const std::string& text) {
  auto parsed = parse_json(text);
  if (!parsed) return unreadable("Attempting to map over a file that is not valid JSON.");
  if (auto* array = parsed->if_array()) return std::move(*array);
  const auto* object = parsed->if_object();
  if (!object) return unreadable("Attempting to map over non-iterable node.");
  Array items;
  for (const auto& member : *object) {
    Object item{{"Key", member.key()}};
    item["Value"] = member.value();
    items.push_back(std::move(item));
  }
  return items;
}

Result<Array> line_items(const std::string& text) {
  Array items;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    auto parsed = parse_json(line);
    if (!parsed) return unreadable("Attempting to map over a line that is not valid JSON.");
    items.push_back(*std::move(parsed));
  }
  return items;
}

/// An S3 inventory: manifest.json names gzipped CSV files and their columns.
Result<Array> inventory_items(Context& context, const Scope& scope, const MapRun& run,
                              const std::string& manifest, std::int64_t most) {
  const auto parsed = parse_json(manifest);
  if (!parsed || text(*parsed, "fileFormat") != "CSV")
    return unreadable("The manifest is not one of an S3 inventory in CSV.");
  Object config{{"CSVHeaderLocation", "GIVEN"}};
  Array headers;
  std::string_view schema = text(*parsed, "fileSchema");
  while (!schema.empty()) {
    const auto name = schema.substr(0, schema.find(','));
    headers.emplace_back(name.substr(std::min(name.find_first_not_of(' '), name.size())));
    schema.remove_prefix(std::min(schema.size(), name.size() + 1));
  }
  config["CSVHeaders"] = std::move(headers);
  auto bucket = string_of(*parsed, "destinationBucket");
  if (const auto arn = Arn::parse(bucket)) bucket = arn->resource;
  Array items;
  for (const auto& file : array_of(*parsed, "files")) {
    const auto packed =
        TRY(object_text(context, scope, run, {{"Bucket", bucket}, {"Key", text(file, "key")}}));
    const auto plain = gunzip(packed, std::size_t{1} << 30);
    for (auto& item : TRY(csv_items(plain ? *plain : packed, config))) {
      if (static_cast<std::int64_t>(items.size()) == most) return items;
      items.push_back(std::move(item));
    }
  }
  return items;
}

Result<void> list_objects(Context& context, const Scope& scope, MapRun& run,
                          const Document& reader) {
  auto params = parameters_of(reader);
  if (!run.continuation.empty()) params["ContinuationToken"] = run.continuation;
  const auto reply = context.call(s3_call(scope, run, "ListObjectsV2", std::move(params))).result();
  if (!reply) return unreadable(fmt::format("Unable to list objects: {}", reply.error().message));
  const auto most = most_items(object_of(reader, "ReaderConfig"));
  Array items;
  for (const auto& object : array_of(*reply, "Contents")) {
    if (run.total + static_cast<std::int64_t>(items.size()) == most) break;
    Object item;
    if (const auto* etag = find(object, "ETag")) item["Etag"] = *etag;
    item["Key"] = text(object, "Key");
    if (const auto* modified = find(object, "LastModified"); modified && modified->is_number())
      item["LastModified"] = static_cast<std::int64_t>(modified->to_number<double>());
    item["Size"] = integer(object, "Size").value_or(0);
    item["StorageClass"] = text(object, "StorageClass", "STANDARD");
    items.push_back(std::move(item));
  }
  keep_items(context, scope, run, items);
  run.continuation = string_of(*reply, "NextContinuationToken");
  run.listing = flag(*reply, "IsTruncated") && run.total < most;
  return {};
}

}  // namespace

Document sealed(Context& context, const Document& value) {
  return context.seal(to_json(value));
}

Document unsealed(const Context& context, const Document& value) {
  auto parsed = parse_json(context.open(value).value_or("null"));
  return parsed ? *std::move(parsed) : Document(nullptr);
}

core::CallSpec s3_call(const Scope& scope, const MapRun& run, std::string operation,
                       Object params) {
  return {.service = "s3",
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = scope,
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = scope.account,
                         .service = std::string(kPrincipal),
                         .role_arn = run.revision.role,
                         .session_name = "states"},
          .principal = {}};
}

void keep_items(Context& context, const Scope& scope, MapRun& run, const Array& items) {
  for (std::size_t at = 0; at < items.size(); at += kChunk) {
    const auto count = std::min(kChunk, items.size() - at);
    const Array chunk(items.begin() + static_cast<std::ptrdiff_t>(at),
                      items.begin() + static_cast<std::ptrdiff_t>(at + count));
    kMapItems.put(context, Key::of(scope, run.machine, run.name, number_part(run.total)),
                  {sealed(context, chunk)});
    run.total += static_cast<std::int64_t>(count);
  }
}

Result<void> read_items(Context& context, const Scope& scope, MapRun& run) {
  run.listing = false;
  const auto reader = unsealed(context, run.reader);
  if (text(reader, "Resource").ends_with("listObjectsV2"))
    return list_objects(context, scope, run, reader);
  const auto& config = object_of(reader, "ReaderConfig");
  const auto content = TRY(object_text(context, scope, run, parameters_of(reader)));
  const auto type = text(config, "InputType");
  const auto most = most_items(config);
  Array items;
  if (type == "CSV")
    items = TRY(csv_items(content, config));
  else if (type == "JSONL")
    items = TRY(line_items(content));
  else if (type == "MANIFEST")
    items = TRY(inventory_items(context, scope, run, content, most));
  else
    items = TRY(json_items(content));
  if (static_cast<std::int64_t>(items.size()) > most)
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(most), items.end());
  keep_items(context, scope, run, items);
  return {};
}

bool ItemCursor::load() {
  const auto within = [&] {
    return first_ >= 0 && run_.next >= first_ &&
           run_.next < first_ + static_cast<std::int64_t>(values_.size());
  };
  if (within()) return true;
  if (first_ >= 0) {
    kMapItems.erase(context_, Key::of(scope_, run_.machine, run_.name, number_part(first_)));
    first_ = -1;
  }
  const auto of_run = Key::of(scope_, run_.machine, run_.name);
  kMapItems.scan(context_, of_run, [&](const auto& key, const Chunk& chunk) {
    first_ = std::stoll(key.back());
    values_ = unsealed(context_, chunk.values).as_array();
    return false;
  });
  if (first_ >= 0 && !within()) {  // taken whole, but not yet erased
    kMapItems.erase(context_, Key::of(scope_, run_.machine, run_.name, number_part(first_)));
    first_ = -1;
    return load();
  }
  return within();
}

Result<const Document*> ItemCursor::peek() {
  while (run_.next >= run_.total) {
    if (!run_.listing) return nullptr;
    TRY(read_items(context_, scope_, run_));
  }
  if (!load()) return nullptr;
  return &values_[static_cast<std::size_t>(run_.next - first_)];
}

void ItemCursor::take() {
  ++run_.next;
}

}  // namespace tocsin::states
