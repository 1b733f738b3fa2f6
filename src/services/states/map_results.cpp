// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_results.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/endings.hpp"
#include "services/states/history.hpp"
#include "services/states/map_items.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::int64_t kMostBytes = 256 * 1024;

/// A child as the files of ResultWriter tell of it.
Object entry(const Context& context, const Place& place, const Execution& child,
             const asl::Finished& finished) {
  Object out;
  if (finished.cause) out["Cause"] = *finished.cause;
  if (finished.error) out["Error"] = *finished.error;
  out["ExecutionArn"] = execution_arn(place.scope, child);
  if (child.type == Type::STANDARD) {
    out["Input"] = input_of(context, place.key());
    out["InputDetails"] = Object{{"Included", true}};
  }
  out["Name"] = child.name;
  if (finished.output) {
    out["Output"] = to_json(*finished.output);
    out["OutputDetails"] = Object{{"Included", true}};
  }
  out["RedriveCount"] = 0;
  out["RedriveStatus"] =
      child.status == Status::SUCCEEDED ? "NOT_REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN";
  out["StartDate"] = iso8601_ms(child.start);
  out["StateMachineArn"] = machine_arn(place.scope, child);
  out["Status"] = encode(child.status);
  out["StopDate"] = iso8601_ms(child.stop);
  return out;
}

struct File {
  std::string key;
  std::size_t size = 0;
};

class Writer {
 public:
  Writer(Context& context, const Scope& scope, const MapRun& run)
      : context_(context), scope_(scope), run_(run) {
    const auto writer = unsealed(context, run.writer);
    parameters_ = object_of(writer, "Parameters");
    if (parameters_.empty()) parameters_ = object_of(writer, "Arguments");
    folder_ = string_of(parameters_, "Prefix");
    if (!folder_.empty() && !folder_.ends_with('/')) folder_ += '/';
    folder_ += run.name;
  }

  Result<Document> write() {
    std::map<std::string, Array> entries{{"FAILED", {}}, {"PENDING", {}}, {"SUCCEEDED", {}}};
    kMapResults.scan(context_, Key::of(scope_, run_.machine, run_.name),
                     [&](const auto&, const Chunk& chunk) {
                       auto one = unsealed(context_, chunk.values);
                       const auto status = string_of(one, "Status");
                       entries[status == "SUCCEEDED" ? status : "FAILED"].push_back(std::move(one));
                       return true;
                     });
    Object files;
    for (const auto& [status, listed] : entries) {
      Array shown;
      if (!listed.empty()) {
        const auto file = TRY(put(status + "_0.json", to_json(listed)));
        shown.push_back(Object{{"Key", file.key}, {"Size", file.size}});
      }
      files[status] = std::move(shown);
    }
    Object manifest{{"DestinationBucket", text(parameters_, "Bucket")}, {"MapRunArn", map_run()}};
    manifest["ResultFiles"] = std::move(files);
    const auto written = TRY(put("manifest.json", to_json(manifest)));
    return Document(Object{{"MapRunArn", map_run()},
                           {"ResultWriterDetails", Object{{"Bucket", text(parameters_, "Bucket")},
                                                          {"Key", written.key}}}});
  }

 private:
  std::string map_run() const {
    return arn("states", scope_, "mapRun:" + run_.machine + ":" + run_.name);
  }
  Result<File> put(const std::string& name, const std::string& body) {
    const auto key = folder_ + "/" + name;
    const auto done = context_
                          .call(s3_call(scope_, run_, "PutObject",
                                        {{"Bucket", text(parameters_, "Bucket")},
                                         {"Key", key},
                                         {"Body", base64(body)},
                                         {"ContentType", "application/json"}}))
                          .result();
    if (!done) {
      return fail("States.ResultWriterFailed",
                  fmt::format("Failed to write results to s3://{}/{}: {}",
                              text(parameters_, "Bucket"), key, done.error().message));
    }
    return File{key, body.size()};
  }

  Context& context_;
  const Scope& scope_;
  const MapRun& run_;
  Object parameters_;
  std::string folder_;
};

}  // namespace

void keep_result(Context& context, const Place& place, MapRun& run, const Execution& child,
                 const asl::Finished& finished) {
  const auto key = Key::of(place.scope, run.machine, run.name, number_part(child.map_index));
  if (!run.writer.is_null()) {
    kMapResults.put(context, key, {sealed(context, entry(context, place, child, finished))});
    return;
  }
  if (!finished.output || run.result_bytes > kMostBytes) return;
  run.result_bytes += static_cast<std::int64_t>(finished.output.bytes());
  kMapResults.put(context, key, {sealed(context, *finished.output)});
}

Result<Document> results_of(Context& context, const Scope& scope, const MapRun& run) {
  if (!run.writer.is_null()) return Writer(context, scope, run).write();
  if (run.result_bytes > kMostBytes) {
    return fail("States.DataLimitExceeded",
                fmt::format("The state/task '{}' returned a result with a size exceeding the "
                            "maximum number of bytes service limit.",
                            run.state));
  }
  Array results;
  kMapResults.scan(context, Key::of(scope, run.machine, run.name),
                   [&](const auto&, const Chunk& chunk) {
                     results.push_back(unsealed(context, chunk.values));
                     return true;
                   });
  return Document(std::move(results));
}

}  // namespace tocsin::states
