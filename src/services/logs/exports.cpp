// SPDX-License-Identifier: Apache-2.0
// Export tasks: a worker writes the files (export_run.hpp), the machine puts them into the bucket
// one after the other, as CloudWatch Logs, whom the bucket's policy must allow.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
#include <algorithm>
#include <fmt/format.h>
#include <ranges>

#include "base/crypto.hpp"
#include "engines/content/content.hpp"
#include "services/logs/encryption.hpp"

namespace tocsin::logs {
namespace {

constexpr std::int64_t kMostInPage = 50;
constexpr std::size_t kFilesAtOnce = 2'000;
constexpr std::string_view kTest = "Permission Check Successful";

bool is_active(const ExportTask& task) {
  return task.status == "PENDING" || task.status == "RUNNING";
}

core::CallSpec as_logs(const Context& context, std::string group, std::string operation,
                       Object params) {
  return {"s3",
          std::move(operation),
          std::move(params),
          context.scope(),
          {.kind = core::Credential::Kind::Service,
           .account = context.account(),
           .service = fmt::format("logs.{}.amazonaws.com", context.region()),
           .source_arn = arn("logs", context.scope(), "log-group:" + group + ":*")},
          {}};
}

Object put_params(const ExportTask& task, std::string key, Document body) {
  return {{"Bucket", task.bucket},
          {"Key", std::move(key)},
          {"Body", std::move(body)},
          {"ACL", "bucket-owner-full-control"}};
}

/// AWS tries the bucket before it takes the task, and leaves what it wrote.
Result<void> check_bucket(Call& call, const ExportTask& task) {
  const auto refused = [&](std::string operation, Object params) -> Result<void> {
    if (call.call(as_logs(call, task.group, operation, std::move(params))).result()) return {};
    return invalid(operation +
                   " call on the given bucket failed. Please check if CloudWatch Logs has been "
                   "granted permission to perform this operation.");
  };
  TRY(refused("GetBucketAcl", {{"Bucket", task.bucket}}));
  const auto blob = TRY(call.blobs().put(kTest));
  return refused("PutObject",
                 put_params(task, task.folder + "/aws-logs-write-test", store::to_document(blob)));
}

Result<void> check_idle(Call& call) {
  bool busy = false;
  kExports.scan(call, Key::of(call.scope()),
                [&](const auto&, const ExportTask& task) { return !(busy |= is_active(task)); });
  if (busy) return fail("LimitExceededException", "Resource limit exceeded.");
  return {};
}

/// What the worker is given of a group under a key, whose files it encrypts as the wire does with
/// what it hands to S3: under the house's key of contents.
Result<Object> keys_for(Call& call, const Group& group) {
  Object keys, out;
  TRY(add_keys(call, group, keys));
  if (keys.empty()) return out;
  out["Keys"] = std::move(keys);
  out["Under"] = call.seal(base64(call.secrets().derive(content::kLabel, content::kKeyBytes)));
  return out;
}

void finish(Context& context, ExportTask& task, std::string status, std::string message) {
  task.status = std::move(status);
  task.message = std::move(message);
  task.completed = context.now();
}

/// The number of the next file and the file; none where all have been put.
std::optional<std::pair<std::string, ExportFile>> next_file(Context& context,
                                                            const ExportTask& task) {
  std::optional<std::pair<std::string, ExportFile>> found;
  kExportFiles.scan(context, Key{task.id}, [&](const auto& key, const ExportFile& file) {
    found.emplace(key[1], file);
    return false;
  });
  return found;
}

/// Puts the next file, or ends the task where there is none.
void put_next(Context& context, ExportTask& task) {
  const auto file = next_file(context, task);
  if (!file) return finish(context, task, "COMPLETED", "Completed successfully");
  const auto& [number, what] = *file;
  auto params =
      put_params(task, fmt::format("{}/{}/{}", task.folder, task.id, what.key), what.body);
  context.start({.work = as_logs(context, task.group, "PutObject", std::move(params)),
                 .retry = {.attempts = 10, .jitter = 0.2},
                 .then = {"logs.export_put", Object{{"task", task.id}, {"file", number}}},
                 .name = "logs:Export " + task.id});
}

/// Files of a task that ended before they were put, a bounded number in each input.
void drop_files(Context& context, const ExportTask& task) {
  std::vector<std::string> numbers;
  kExportFiles.scan(context, Key{task.id}, [&](const auto& key, const ExportFile&) {
    numbers.push_back(key[1]);
    return numbers.size() < kFilesAtOnce;
  });
  for (const auto& number : numbers)
    kExportFiles.erase(context, Key{task.id, number});
  if (numbers.size() == kFilesAtOnce)
    context.later({"logs.export_put", Object{{"task", task.id}, {"file", ""}}});
}

/// The task that goes on; none where it was cancelled or its work failed, which is then noted.
std::optional<ExportTask> going_on(Context& context, const core::Resumption& end) {
  const auto key = Key::of(context.scope(), text(end.context, "task"));
  auto task = kExports.get(context, key);
  if (!task) return std::nullopt;
  if (is_active(*task) && end.outcome) return task;
  if (is_active(*task)) {
    finish(context, *task, "FAILED", end.outcome.error().message);
    kExports.put(context, key, *task);
  }
  drop_files(context, *task);
  return std::nullopt;
}

Object description(const ExportTask& task) {
  Object status{{"code", task.status}}, info{{"creationTime", to_ms(task.created)}};
  if (!task.message.empty()) status["message"] = task.message;
  if (!is_active(task)) info["completionTime"] = to_ms(task.completed);
  Object out{{"taskId", task.id}};
  if (!task.name.empty()) out["taskName"] = task.name;
  out["logGroupName"] = task.group;
  out["from"] = task.from;
  out["to"] = task.to;
  out["destination"] = task.bucket;
  out["destinationPrefix"] = task.folder;
  out["status"] = std::move(status);
  out["executionInfo"] = std::move(info);
  return out;
}

std::string place(const ExportTask& task) {
  return hex(to_ms(task.created)) + task.id;
}

}  // namespace

Outcome create_export_task(Call& call) {
  const auto& params = call.params();
  const auto group = TRY(group_of(call));
  TRY(check_standard(group, "CreateExportTask"));
  ExportTask task{.name = string_of(params, "taskName"),
                  .group = group.name,
                  .group_id = group.id,
                  .prefix = string_of(params, "logStreamNamePrefix"),
                  .from = integer(params, "from").value_or(-1),
                  .to = integer(params, "to").value_or(-1),
                  .bucket = string_of(params, "destination"),
                  .folder = string_of(params, "destinationPrefix", "exportedlogs"),
                  .created = call.now(),
                  .status = "PENDING"};
  if (task.from < 0 || task.to < 0 || task.from > task.to)
    return invalid("The specified time range is invalid: from must not be later than to.");
  while (task.folder.ends_with('/'))
    task.folder.pop_back();
  TRY(check_idle(call));
  auto keys = TRY(keys_for(call, group));
  TRY(check_bucket(call, task));
  task.id = call.new_uuid();
  kExports.put(call, Key::of(call.scope(), task.id), task);
  Object job{{"Group", group.id},
             {"Prefix", task.prefix},
             {"From", std::max(task.from, expired_before(group, call.now()))},
             {"To", task.to}};
  for (auto& [name, value] : keys)
    job[name] = std::move(value);
  call.start({.work = core::JobSpec{"logs.export", std::move(job)},
              .retry = {.attempts = 100, .max_delay = std::chrono::seconds(30), .jitter = 0.2},
              .then = {"logs.export_written", Object{{"task", task.id}}},
              .name = "logs:WriteExport " + task.id});
  return Object{{"taskId", task.id}};
}

void export_written(Context& context, const core::Resumption& end) {
  auto task = going_on(context, end);
  if (!task) return;
  task->status = "RUNNING";
  std::int64_t number = 0;
  for (const auto& file : array_of(*end.outcome, "Files"))
    kExportFiles.put(context, Key{task->id, hex(number++)},
                     {string_of(file, "Key"), file.at("Body")});
  put_next(context, *task);
  kExports.put(context, Key::of(context.scope(), task->id), *task);
}

void export_put(Context& context, const core::Resumption& end) {
  auto task = going_on(context, end);
  if (!task) return;
  kExportFiles.erase(context, Key{task->id, text(end.context, "file")});
  put_next(context, *task);
  kExports.put(context, Key::of(context.scope(), task->id), *task);
}

Outcome cancel_export_task(Call& call) {
  const auto key = Key::of(call.scope(), text(call.params(), "taskId"));
  auto task = kExports.get(call, key);
  if (!task) return fail("ResourceNotFoundException", "The specified export task does not exist.");
  if (!is_active(*task))
    return fail("InvalidOperationException",
                "The specified export task is neither in the state PENDING nor RUNNING.");
  finish(call, *task, "CANCELLED", "Cancelled by user");
  kExports.put(call, key, *task);
  return Object{};
}

Outcome describe_export_tasks(Call& call) {
  const auto limit = TRY(limit_in(call, "limit", kMostInPage));
  const auto id = text(call.params(), "taskId"), status = text(call.params(), "statusCode");
  if (!id.empty() && !status.empty())
    return invalid("taskId and statusCode cannot both be specified.");
  std::string after;
  if (const auto token = text(call.params(), "nextToken"); !token.empty())
    after = TRY(position_in(token));
  auto tasks = kExports.all(call, Key::of(call.scope()));
  std::erase_if(tasks, [&](const ExportTask& task) {
    return (!id.empty() && task.id != id) || (!status.empty() && task.status != status) ||
           (!after.empty() && place(task) >= after);
  });
  std::ranges::sort(tasks, std::ranges::greater(), place);
  Array out;
  for (const auto& task : tasks | std::views::take(limit))
    out.push_back(description(task));
  Object reply{{"exportTasks", std::move(out)}};
  if (tasks.size() > limit) reply["nextToken"] = page_token(place(tasks[limit - 1]));
  return reply;
}

}  // namespace tocsin::logs
