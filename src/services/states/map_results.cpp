// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_results.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/endings.hpp"
#include "services/states/map_items.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::int64_t kMostBytes = 256 * 1024;
constexpr std::size_t kMostOfFile = 4 * 1024 * 1024;
constexpr std::string_view kSucceeded = "SUCCEEDED", kFailed = "FAILED";

/// A child as the files of ResultWriter tell of it.
Object entry(const Place& place, const Execution& child, const asl::Finished& finished,
             const Document& input) {
  Object out;
  if (finished.cause) out["Cause"] = *finished.cause;
  if (finished.error) out["Error"] = *finished.error;
  out["ExecutionArn"] = execution_arn(place.scope, child);
  if (child.type == Type::STANDARD) {
    out["Input"] = to_json(input);
    out["InputDetails"] = Object{{"Included", true}};
  }
  out["Name"] = child.name;
  if (finished.output) {
    out["Output"] = to_json(*finished.output);
    out["OutputDetails"] = Object{{"Included", true}};
  }
  out["RedriveCount"] = child.redrives;
  out["RedriveStatus"] =
      child.status == Status::SUCCEEDED ? "NOT_REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN";
  out["StartDate"] = iso8601_ms(child.start);
  out["StateMachineArn"] = machine_arn(place.scope, child);
  out["Status"] = encode(child.status);
  out["StopDate"] = iso8601_ms(child.stop);
  return out;
}

/// Writes the results of one status after the other, a file in each input.
class Writer {
 public:
  Writer(Context& context, const Scope& scope, MapRun& run)
      : context_(context), scope_(scope), run_(run), key_(Key::of(scope, run.machine, run.name)) {
    if (auto data = kMapRunData.get(context, key_)) data_ = *std::move(data);
    parameters_ = parameters_of(unsealed(context, data_.writer));
    folder_ = string_of(parameters_, "Prefix");
    if (!folder_.empty() && !folder_.ends_with('/')) folder_ += '/';
    folder_ += run.name;
  }

  Result<std::optional<Document>> write() {
    if (auto some = next(); some.count > 0) {
      const auto number = std::ranges::count(run_.files, some.status, &ResultFile::status);
      const auto name = fmt::format("{}_{}.json", some.status, number);
      auto file = TRY(put(name, "[" + some.text + "]"));
      file.status = some.status;
      run_.files.push_back(std::move(file));
      run_.written = some.last;
      return std::optional<Document>();
    }
    Object files{{"FAILED", Array{}}, {"PENDING", Array{}}, {"SUCCEEDED", Array{}}};
    for (const auto& file : run_.files)
      files[file.status].as_array().push_back(Object{{"Key", file.key}, {"Size", file.size}});
    Object manifest{{"DestinationBucket", text(parameters_, "Bucket")}, {"MapRunArn", map_run()}};
    manifest["ResultFiles"] = std::move(files);
    const auto written = TRY(put("manifest.json", to_json(manifest)));
    return std::optional(
        Document(Object{{"MapRunArn", map_run()},
                        {"ResultWriterDetails",
                         Object{{"Bucket", text(parameters_, "Bucket")}, {"Key", written.key}}}}));
  }

 private:
  struct Some {
    std::string text;    // elements of an array
    std::string status;  // of them all
    std::string last;    // "STATUS/index"
    std::size_t count = 0;
  };

  /// The results behind `run_.written`, of one status, up to the size of a file.
  Some next() {
    Some some;
    std::optional<Key> after;
    if (const auto slash = run_.written.find('/'); slash != std::string::npos)
      after.emplace(key_).add(run_.written.substr(0, slash)).add(run_.written.substr(slash + 1));
    kMapResults.scan(
        context_, key_,
        [&](const std::vector<std::string>& key, const Chunk& chunk) {
          const auto& status = key[key.size() - 2];
          if (some.count && (status != some.status || some.text.size() > kMostOfFile)) return false;
          if (some.count++) some.text += ',';
          some.text += context_.open(chunk.values).value_or("null");
          some.status = status;
          some.last = status + "/" + key.back();
          return true;
        },
        store::Direction::Forward, after);
    return some;
  }

  std::string map_run() const { return map_run_arn(scope_, run_.machine, run_.name); }

  Result<ResultFile> put(const std::string& name, const std::string& body) {
    ResultFile file{.key = folder_ + "/" + name, .size = static_cast<std::int64_t>(body.size())};
    const auto done = context_
                          .call(s3_call(scope_, data_, "PutObject",
                                        {{"Bucket", text(parameters_, "Bucket")},
                                         {"Key", file.key},
                                         {"Body", base64(body)},
                                         {"ContentType", "application/json"}}))
                          .result();
    if (!done) {
      return fail("States.ResultWriterFailed",
                  fmt::format("Failed to write results to s3://{}/{}: {}",
                              text(parameters_, "Bucket"), file.key, done.error().message));
    }
    return file;
  }

  Context& context_;
  const Scope& scope_;
  MapRun& run_;
  Key key_;
  MapRunData data_;
  Object parameters_;
  std::string folder_;
};

Key result_key(const Scope& scope, const MapRun& run, std::string_view status,
               std::string_view index) {
  return Key::of(scope, run.machine, run.name, status, index);
}

}  // namespace

void keep_result(Context& context, const Place& place, MapRun& run, const Execution& child,
                 const asl::Finished& finished, const Document& input) {
  const bool succeeded = child.status == Status::SUCCEEDED;
  const auto key =
      result_key(place.scope, run, succeeded ? kSucceeded : kFailed, number_part(child.map_index));
  if (run.writes) {
    kMapResults.put(context, key, {sealed(context, entry(place, child, finished, input))});
    return;
  }
  if (!finished.output || run.result_bytes > kMostBytes) return;
  run.result_bytes += static_cast<std::int64_t>(finished.output.bytes());
  kMapResults.put(context, key, {sealed(context, *finished.output)});
}

void forget_result(Context& context, const Scope& scope, const MapRun& run,
                   const std::string& index) {
  kMapResults.erase(context, result_key(scope, run, kFailed, index));
}

Result<std::optional<Document>> results_of(Context& context, const Scope& scope, MapRun& run) {
  if (run.writes) return Writer(context, scope, run).write();
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
  return std::optional(Document(std::move(results)));
}

}  // namespace tocsin::states
