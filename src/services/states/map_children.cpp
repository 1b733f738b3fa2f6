// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_children.hpp"

#include "services/states/endings.hpp"
#include "services/states/map_items.hpp"
#include "services/states/map_results.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::int64_t kMostConcurrent = 1000;
constexpr int kSome = 25;  // children that one input starts
constexpr std::string_view kAgain = "pendingRedrive";
constexpr std::string_view kFailures[]{"failed", "timedOut", "aborted"};

/// The input of the next child, and the items that it has.
struct Batch {
  Document input;
  std::optional<Document> map_item;
  std::int64_t items = 0;
};

/// Makes the children's inputs, one after another.
class Batches {
 public:
  Batches(Context& context, const Scope& scope, MapRun& run, const MapRunData& data)
      : context_(context),
        scope_(scope),
        run_(run),
        data_(data),
        cursor_(context, scope, run, data) {
    if (!data.batcher.is_null()) batcher_ = unsealed(context, data.batcher);
  }

  /// None where no item is left.
  Result<std::optional<Batch>> next() { return batcher_.is_null() ? single() : several(); }

 private:
  Result<Document> selected(const Document& item) {
    if (!run_.reads) return item;
    if (!machine_) {
      machine_ = compiled(context_, scope_, run_.machine, data_.revision, Type::STANDARD);
      if (!machine_) return fail("States.Runtime", "The definition can no longer be read");
      input_ = asl::Value(unsealed(context_, data_.input));
    }
    return asl::selected_item(*machine_, run_.state, input_, run_.next, item,
                              {.now = context_.now()});
  }

  Result<std::optional<Batch>> single() {
    const auto* item = TRY(cursor_.peek());
    if (!item) return std::optional<Batch>();
    Batch batch{.items = 1};
    batch.input = TRY(selected(*item));
    Object map_item{{"Index", run_.next}};
    map_item["Value"] = *item;
    batch.map_item = std::move(map_item);
    cursor_.take();
    return std::optional(std::move(batch));
  }

  Result<std::optional<Batch>> several() {
    const auto most = integer(batcher_, "MaxItemsPerBatch").value_or(0);
    const auto most_bytes =
        static_cast<std::size_t>(integer(batcher_, "MaxInputBytesPerBatch").value_or(256 * 1024));
    Array items;
    std::size_t bytes = 0;
    while (most == 0 || static_cast<std::int64_t>(items.size()) < most) {
      const auto* item = TRY(cursor_.peek());
      if (!item) break;
      auto value = TRY(selected(*item));
      bytes += asl::json_size(value) + 1;
      if (!items.empty() && bytes > most_bytes) break;
      items.push_back(std::move(value));
      cursor_.take();
    }
    if (items.empty()) return std::optional<Batch>();
    Batch batch{.items = static_cast<std::int64_t>(items.size())};
    Object input;
    if (const auto* given = find(batcher_, "BatchInput")) input["BatchInput"] = *given;
    input["Items"] = std::move(items);
    batch.input = std::move(input);
    return std::optional(std::move(batch));
  }

  Context& context_;
  const Scope& scope_;
  MapRun& run_;
  const MapRunData& data_;
  ItemCursor cursor_;
  Document batcher_;
  asl::MachinePtr machine_;
  asl::Value input_;
};

/// One step of a run.
class Children {
 public:
  Children(Context& context, const Scope& scope, MapRun& run)
      : context_(context), scope_(scope), run_(run), key_(map_run_key(scope, run)) {
    if (auto data = kMapRunData.get(context, key_)) data_ = *std::move(data);
  }

  Result<bool> start() {
    if (run_.redriving && again()) return true;
    Batches batches(context_, scope_, run_, data_);
    while (may_start()) {
      auto batch = TRY(batches.next());
      if (!batch) return false;
      const auto index = run_.children++;
      starting(batch->items, [&] {
        states::begin(context_, scope_, row(index, batch->items), std::move(batch->input),
                      {.processor = static_cast<std::uint32_t>(run_.processor),
                       .map_item = std::move(batch->map_item)});
      });
    }
    return started_ == kSome && has_room();
  }

 private:
  bool has_room() const {
    const auto most =
        run_.concurrency > 0 ? std::min(run_.concurrency, kMostConcurrent) : kMostConcurrent;
    return count_of(run_.executions, "running") < most && !intolerable(run_);
  }
  bool may_start() const { return started_ < kSome && has_room(); }

  Execution row(std::int64_t index, std::int64_t items) {
    return {.machine = run_.machine,
            .name = context_.new_uuid(),
            .type = run_.type,
            .revision = data_.revision,
            .map_run = run_.name,
            .map_index = index,
            .items = items};
  }

  /// What a child that ends at once writes of the run is read again.
  template <class Begin>
  void starting(std::int64_t items, const Begin& begin) {
    ++started_;
    run_.items["running"] += items;
    ++run_.executions["running"];
    run_.scheduled = true;  // no step but this one
    kMapRuns.put(context_, key_, run_);
    begin();
    run_ = *kMapRuns.get(context_, key_);
    run_.scheduled = false;
  }

  /// Starts children again that did not succeed. Whether there may be more of them.
  bool again() {
    std::vector<std::pair<std::string, Unsuccessful>> found;
    std::optional<Key> after;
    if (!run_.redriven_to.empty()) after.emplace(key_).add(run_.redriven_to);
    kMapUnsuccessful.scan(
        context_, key_,
        [&](const std::vector<std::string>& key, const Unsuccessful& child) {
          found.emplace_back(key.back(), child);
          return found.size() <= kSome;
        },
        store::Direction::Forward, after);
    std::size_t taken = 0;
    for (; taken < found.size() && may_start(); ++taken)
      start_again(found[taken].first, found[taken].second);
    if (taken < found.size()) return has_room();
    run_.redriving = false;
    return false;
  }

  void start_again(const std::string& index, const Unsuccessful& child) {
    run_.redriven_to = index;
    const Place place{scope_, run_.machine, child.name};
    auto known = kExecutions.get(context_, place.key());
    --run_.executions[std::string(kAgain)];
    run_.items[std::string(kAgain)] -= child.items;
    if (!known || (run_.type == Type::STANDARD && !redrive_refusal(context_, *known).empty())) {
      ++run_.executions[std::string(count_name(child.status))];
      run_.items[std::string(count_name(child.status))] += child.items;
      ++run_.final_executions;
      run_.final_items += child.items;
      ++started_;
      return;
    }
    auto key = key_;
    kMapUnsuccessful.erase(context_, key.add(index));
    forget_result(context_, scope_, run_, index);
    starting(child.items, [&] {
      if (run_.type == Type::EXPRESS)
        return begin_again(context_, place, row(known->map_index, child.items),
                           static_cast<std::uint32_t>(run_.processor));
      reopen_execution(context_, place, *known);
      drive(context_, place, asl::Redriven{.count = known->redrives});
    });
  }

  Context& context_;
  const Scope& scope_;
  MapRun& run_;
  MapRunData data_;
  Key key_;
  int started_ = 0;
};

}  // namespace

Key map_run_key(const Scope& scope, const MapRun& run) {
  return Key::of(scope, run.machine, run.name);
}

Result<bool> start_children(Context& context, const Scope& scope, MapRun& run) {
  return Children(context, scope, run).start();
}

bool intolerable(const MapRun& run) {
  const auto failed = count_of(run.items, "failed") + count_of(run.items, "timedOut");
  if (failed <= run.tolerated_count) return false;
  const auto share =
      run.total ? 100.0 * static_cast<double>(failed) / static_cast<double>(run.total) : 0;
  return share > run.tolerated_percentage;
}

std::int64_t count_of(const std::map<std::string, std::int64_t>& counts, std::string_view status) {
  const auto found = counts.find(std::string(status));
  return found == counts.end() ? 0 : found->second;
}

std::string_view count_name(Status status) {
  switch (status) {
    case Status::SUCCEEDED:
      return "succeeded";
    case Status::TIMED_OUT:
      return "timedOut";
    case Status::ABORTED:
      return "aborted";
    default:
      return "failed";
  }
}

void mark_for_redrive(MapRun& run) {
  for (auto* counts : {&run.items, &run.executions}) {
    for (const auto status : kFailures)
      (*counts)[std::string(kAgain)] += std::exchange((*counts)[std::string(status)], 0);
  }
  run.final_items = run.final_executions = 0;
  run.redriving = true;
  run.redriven_to.clear();
}

}  // namespace tocsin::states
