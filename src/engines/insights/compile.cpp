// SPDX-License-Identifier: Apache-2.0
// From commands to a plan: what names mean, what is computed when.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "engines/insights/functions.hpp"

namespace tocsin::insights {
namespace {

using Kind = Expression::Kind;

constexpr std::array<std::string_view, kSystemSlots> kSystemNames{
    "@timestamp", "@message", "@log", "@logStream", "@ingestionTime", "@ptr"};
constexpr int kMostStats = 2;
constexpr std::int64_t kRegexMemory = 8 << 20;

const std::map<std::string_view, Aggregate::Kind> kAggregates{
    {"count", Aggregate::Kind::Count},
    {"count_distinct", Aggregate::Kind::CountDistinct},
    {"sum", Aggregate::Kind::Sum},
    {"avg", Aggregate::Kind::Average},
    {"min", Aggregate::Kind::Minimum},
    {"max", Aggregate::Kind::Maximum},
    {"pct", Aggregate::Kind::Percentile},
    {"percentile", Aggregate::Kind::Percentile},
    {"stddev", Aggregate::Kind::Deviation},
    {"earliest", Aggregate::Kind::Earliest},
    {"latest", Aggregate::Kind::Latest},
    {"sortsfirst", Aggregate::Kind::SortsFirst},
    {"sortslast", Aggregate::Kind::SortsLast}};

Value read_slot(const Node& node, Record& record) {
  return record.slots[static_cast<std::size_t>(node.slot)];
}
Value read_discovered(const Node& node, Record& record) {
  record.discover();
  return record.slots[static_cast<std::size_t>(node.slot)];
}
Value read_constant(const Node& node, Record&) {
  return node.constant;
}

Node slot_node(int slot) {
  return {.evaluate = read_slot, .slot = slot};
}

Node text_node(std::string text) {
  Node node{.evaluate = read_constant, .text = std::make_shared<std::string>(std::move(text))};
  node.constant = Value::of(std::string_view(*node.text));
  return node;
}

bool is_plain(std::string_view regex) {
  return regex.find_first_of(".^$*+?()[]{}|\\") == std::string_view::npos;
}

/// Named groups are written (?<name>…) by AWS and (?P<name>…) by RE2.
std::string as_re2(std::string_view regex) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const auto c = regex[i];
    out += c;
    if (c == '\\' && i + 1 < regex.size()) {
      out += regex[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (regex.substr(i).starts_with("(?<") && !regex.substr(i).starts_with("(?<=") &&
               !regex.substr(i).starts_with("(?<!")) {
      out += "?P";
      ++i;
    }
  }
  return out;
}

Result<std::shared_ptr<const RE2>> regex_of(const Expression& expression) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kRegexMemory);
  auto regex = std::make_shared<const RE2>(as_re2(expression.text), options);
  if (!regex->ok())
    return malformed(expression.span, "Invalid regular expression: " + regex->error());
  return regex;
}

/// What names mean in a phase.
struct Scope {
  std::map<std::string, int, std::less<>> names;
  bool events = true;  // names that nobody defined are discovered in the events
};

class Compiler {
 public:
  explicit Compiler(std::string_view text) : text_(text), plan_(std::make_shared<Plan>()) {
    plan_->phases.emplace_back();
  }

  Result<std::shared_ptr<const Plan>> compile() {
    const auto commands = TRY(parse_commands(text_));
    for (const auto& command : commands)
      TRY(add(command));
    order_by_time();
    finish_columns();
    plan_->pointer = scope_.events;
    return std::shared_ptr<const Plan>(plan_);
  }

 private:
  Phase& phase() { return plan_->phases.back(); }
  int new_slot() { return phase().slots++; }

  Result<void> add(const Command& command) {
    if (deduplicated_ && command.kind != Command::Kind::Limit)
      return unexpected(text_, {command.span.begin,
                                std::min(text_.find(' ', command.span.begin), command.span.end)});
    switch (command.kind) {
      case Command::Kind::Fields:
      case Command::Kind::Display:
        return show(command);
      case Command::Kind::Filter:
        return filter(command);
      case Command::Kind::Parse:
        return parse(command);
      case Command::Kind::Stats:
        return stats(command);
      case Command::Kind::Sort:
        return sort(command);
      case Command::Kind::Dedup:
        return dedup(command);
      case Command::Kind::Limit:
        return limit(command);
    }
    return {};
  }

  // --- commands that treat one row at a time: behind a limit they belong to the next phase
  void before_step() {
    if (limited_ || deduplicated_) end_rows();
  }

  Result<void> show(const Command& command) {
    before_step();
    const bool only = command.kind == Command::Kind::Display;
    if (only) columns_.clear();
    for (const auto& item : command.items) {
      const int slot = TRY(evaluated(item));
      add_column(item.name, slot, only);
    }
    displayed_ |= only;
    chosen_ |= true;
    return {};
  }

  /// The slot that holds an item's value.
  Result<int> evaluated(const Item& item) {
    auto node = TRY(node_of(item.expression));
    const bool plain = node.evaluate == read_slot || node.evaluate == read_discovered;
    int slot = node.slot;
    if (!plain || item.alias) {
      slot = new_slot();
      phase().steps.push_back(
          {.kind = Step::Kind::Evaluate, .node = std::move(node), .slots = {slot}});
    }
    if (item.alias) TRY(define(item.name, slot, item.expression.span));
    if (!item.alias && item.expression.kind != Kind::Field) scope_.names.emplace(item.name, slot);
    return slot;
  }

  Result<void> define(const std::string& name, int slot, Span where) {
    if (!scope_.names.emplace(name, slot).second)
      return malformed(where, fmt::format("Ephemeral field is already defined: {}", name));
    return {};
  }

  void add_column(const std::string& name, int slot, bool display) {
    if (displayed_ && !display) return;
    const auto same = [&](const Column& column) { return column.name == name; };
    if (std::ranges::none_of(columns_, same)) columns_.push_back({name, slot});
  }

  Result<void> filter(const Command& command) {
    before_step();
    const auto& condition = command.items[0].expression;
    auto node = TRY(node_of(condition));
    if (plan_->phases.size() == 1) find_hint(condition);
    phase().steps.push_back({.kind = Step::Kind::Filter, .node = std::move(node)});
    return {};
  }

  Result<void> parse(const Command& command) {
    before_step();
    Step step {
      .node = TRY(node_of(command.items[0].expression))
    };
    auto names = command.names;
    if (command.pattern.kind == Kind::Text)
      TRY(glob_step(step, command));
    else
      TRY(regex_step(step, command, names));
    for (const auto& name : names) {
      const int slot = new_slot();
      TRY(define(name, slot, command.span));
      add_column(name, slot, false);
      auto& place = *std::ranges::find(step.slots, -2);  // in the order of the stars or groups
      place = slot;
    }
    phase().steps.push_back(std::move(step));
    return {};
  }

  Result<void> glob_step(Step& step, const Command& command) {
    step.kind = Step::Kind::Glob;
    std::string_view rest = command.pattern.text;
    for (auto star = rest.find('*'); star != std::string_view::npos; star = rest.find('*')) {
      step.literals.emplace_back(rest.substr(0, star));
      step.slots.push_back(-2);
      rest.remove_prefix(star + 1);
    }
    step.literals.emplace_back(rest);
    if (step.slots.size() != command.names.size())
      return malformed(command.span, fmt::format("parse has {} wildcards for {} fields",
                                                 step.slots.size(), command.names.size()));
    return {};
  }

  /// Groups are named in the expression; without names, `as` names them in their order.
  Result<void> regex_step(Step& step, const Command& command, std::vector<std::string>& names) {
    step.kind = Step::Kind::Regex;
    step.regex = TRY(regex_of(command.pattern));
    const auto count = static_cast<std::size_t>(step.regex->NumberOfCapturingGroups());
    step.slots.assign(count, -1);
    const auto& named = step.regex->CapturingGroupNames();
    if (!names.empty()) {
      if (count < names.size())
        return malformed(command.span,
                         fmt::format("parse has {} groups for {} fields", count, names.size()));
      std::fill_n(step.slots.begin(), names.size(), -2);
      return {};
    }
    if (named.empty())
      return malformed(command.pattern.span, "parse needs at least one named group");
    for (const auto& [group, name] : named) {
      step.slots[static_cast<std::size_t>(group - 1)] = -2;
      names.push_back(name);
    }
    return {};
  }

  // --- commands that need all rows
  Result<void> sort(const Command& command) {
    before_step();
    phase().order.clear();
    for (const auto& item : command.items)
      phase().order.push_back({
        TRY(node_of(item.expression))
        , item.descending
      });
    return {};
  }

  Result<void> dedup(const Command& command) {
    before_step();
    for (const auto& item : command.items)
      phase().distinct.push_back(TRY(node_of(item.expression)));
    deduplicated_ = true;
    return {};
  }

  Result<void> limit(const Command& command) {
    phase().limit = std::min(phase().limit, command.limit);
    limited_ = true;
    return {};
  }

  /// The rows of this phase, ordered and cut, go on to the next, in the same slots.
  void end_rows() {
    order_by_time();
    Phase next{.slots = phase().slots};
    plan_->phases.push_back(std::move(next));
    limited_ = deduplicated_ = false;
  }

  /// Events that nobody has sorted: the newest first.
  void order_by_time() {
    if (scope_.events && phase().order.empty() && plan_->phases.size() == 1)
      phase().order.push_back({slot_node(kTimestamp), true});
  }

  Result<void> stats(const Command& command) {
    before_step();
    if (++stats_ > kMostStats)
      return malformed(command.span,
                       fmt::format("A query has at most {} stats commands", kMostStats));
    Phase next{.slots = 0};
    Scope after{.events = false};
    std::vector<Column> columns;
    std::vector<Column> shown_groups;
    for (const auto& item : command.groups) {
      phase().groups.push_back({ TRY(node_of(item.expression)) });
      shown_groups.push_back({item.name, next.slots});
      after.names.emplace(item.name, next.slots++);
    }
    phase().stats = true;
    next_ = &next;
    for (const auto& item : command.items)
      TRY(add_statistic(item, after, columns));
    next_ = nullptr;
    shown_groups.insert(shown_groups.end(), columns.begin(), columns.end());
    columns_ = std::move(shown_groups);
    plan_->phases.push_back(std::move(next));
    scope_ = std::move(after);
    displayed_ = limited_ = deduplicated_ = false;
    chosen_ = true;
    return {};
  }

  Result<void> add_statistic(const Item& item, Scope& after, std::vector<Column>& columns) {
    after_ = &after;
    auto node = TRY(node_of(item.expression));
    if (!aggregates_used_) return unexpected(text_, item.expression.span);
    aggregates_used_ = false;
    int slot = node.slot;
    if (node.evaluate != read_slot) {
      slot = next_->slots++;
      next_->steps.push_back(
          {.kind = Step::Kind::Evaluate, .node = std::move(node), .slots = {slot}});
    }
    after_ = nullptr;
    after.names.emplace(item.name, slot);
    columns.push_back({item.name, slot});
    return {};
  }

  void finish_columns() {
    if (chosen_) {
      plan_->columns = columns_;
      return;
    }
    plan_->columns = {{"@timestamp", kTimestamp}, {"@message", kMessage}};
    plan_->columns.insert(plan_->columns.end(), columns_.begin(), columns_.end());
  }

  // --- expressions
  Result<Node> node_of(const Expression& expression) {
    switch (expression.kind) {
      case Kind::Field:
        return field(expression);
      case Kind::Text:
        return text_node(expression.text);
      case Kind::Number:
        return Node{.evaluate = read_constant, .constant = Value::of(expression.number)};
      case Kind::Call:
        return call(expression);
      default:
        return unexpected(text_, expression.span);
    }
  }

  Result<Node> field(const Expression& expression) {
    const auto& scope = after_ ? *after_ : scope_;
    if (const auto found = scope.names.find(expression.text); found != scope.names.end())
      return slot_node(found->second);
    if (expression.text == "true" || expression.text == "false")
      return Node{.evaluate = read_constant, .constant = Value::of(expression.text == "true")};
    if (auto member = member_of(scope, expression)) return *std::move(member);
    if (!scope.events)
      return malformed(expression.span,
                       fmt::format("Unknown symbols found in or after stats: {}", expression.text));
    const auto system = std::ranges::find(kSystemNames, expression.text);
    if (system != kSystemNames.end()) {
      const auto slot = static_cast<int>(system - kSystemNames.begin());
      if (slot == kPtr) plan_->reads_ptr = true;
      return slot_node(slot);
    }
    return Node{.evaluate = read_discovered, .slot = discovered_slot(expression)};
  }

  /// `j.a.b` where j is a defined field.
  std::optional<Node> member_of(const Scope& scope, const Expression& expression) {
    std::string name;
    for (std::size_t i = 0; i + 1 < expression.path.size(); ++i) {
      name += (i ? "." : "") + expression.path[i];
      const auto found = scope.names.find(name);
      if (found == scope.names.end()) continue;
      Node node{.evaluate = json_member, .slot = found->second};
      node.path.assign(expression.path.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                       expression.path.end());
      return node;
    }
    return std::nullopt;
  }

  int discovered_slot(const Expression& expression) {
    const auto [known, added] = discovered_.emplace(expression.text, 0);
    if (!added) return known->second;
    const int slot = known->second = new_slot();
    plan_->special.emplace(expression.text, slot);
    want(expression.path, slot);
    if (expression.path.size() == 1) want(parts_of(expression.text), slot);
    ++plan_->wanted.below;
    return slot;
  }

  /// A name in backticks may stand for a path.
  static std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> out;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      out.emplace_back(name.substr(0, dot));
      name.remove_prefix(dot + 1);
    }
    out.emplace_back(name);
    return out;
  }

  void want(const std::vector<std::string>& path, int slot) {
    auto* at = &plan_->wanted;
    for (const auto& part : path) {
      at = &at->members[part];
      ++at->below;
    }
    --at->below;
    at->slot = slot;
  }

  Result<Node> call(const Expression& expression) {
    // What a command before has computed without a name is known by how it is written.
    const auto& [begin, end] = expression.span;
    const auto written = scope_.names.find(text_.substr(begin, end - begin));
    if (!next_ && written != scope_.names.end()) return slot_node(written->second);
    if (const auto aggregate = kAggregates.find(expression.text); aggregate != kAggregates.end()) {
      if (!after_) return unexpected(text_, expression.span);
      return aggregated(expression, aggregate->second);
    }
    const auto& name = expression.text;
    if (name == "bin" || name == "datefloor" || name == "dateceil") return period(expression);
    if (name == "like" && expression.arguments[1].kind != Kind::Call &&
        expression.arguments[1].kind != Kind::Field)
      return like(expression);
    const auto* function = find_function(name);
    if (!function) return malformed(expression.span, fmt::format("Unknown function: {}", name));
    const auto count = expression.arguments.size();
    if (count < function->least || count > function->most)
      return malformed(expression.span, fmt::format("Invalid arguments for function: {}", name));
    Node node{.evaluate = function->evaluate};
    node.children.reserve(count);
    for (const auto& argument : expression.arguments)
      node.children.push_back(TRY(node_of(argument)));
    return node;
  }

  Result<Node> like(const Expression& expression) {
    const auto& wanted = expression.arguments[1];
    Node node{.evaluate = like_text};
    node.children.push_back(TRY(node_of(expression.arguments[0])));
    if (wanted.kind == Kind::Regex && !is_plain(wanted.text)) {
      node.evaluate = like_regex;
      node.regex = TRY(regex_of(wanted));
    } else {
      node.text = std::make_shared<std::string>(
          wanted.kind == Kind::Number ? shown(Value::of(wanted.number)) : wanted.text);
    }
    return node;
  }

  /// bin(5m) takes @timestamp; datefloor and dateceil say of what.
  Result<Node> period(const Expression& expression) {
    const bool bin = expression.text == "bin";
    if (expression.arguments.size() != (bin ? 1 : 2))
      return malformed(expression.span,
                       fmt::format("Invalid arguments for function: {}", expression.text));
    const Expression timestamp{.kind = Kind::Field, .text = "@timestamp", .path = {"@timestamp"}};
    Node node{.evaluate = expression.text == "dateceil" ? ceil_time : floor_time};
    node.children.push_back(TRY(node_of(bin ? timestamp : expression.arguments[0])));
    TRY(set_period(node, expression.arguments.back()));
    return node;
  }

  Result<Node> aggregated(const Expression& expression, Aggregate::Kind kind) {
    const auto& arguments = expression.arguments;
    const std::size_t wanted = kind == Aggregate::Kind::Percentile ? 2 : 1;
    const bool everything =
        kind == Aggregate::Kind::Count &&
        (arguments.empty() || (arguments.size() == 1 && arguments[0].kind == Kind::Star));
    if (!everything && arguments.size() != wanted)
      return malformed(expression.span,
                       fmt::format("Invalid arguments for function: {}", expression.text));
    Aggregate aggregate{.kind = kind};
    if (!everything) {
      auto* outer = std::exchange(after_, nullptr);  // what is aggregated are the rows before
      aggregate.of = TRY(node_of(arguments[0]));
      after_ = outer;
    }
    if (wanted == 2) {
      aggregate.percent = arguments[1].number;
      if (arguments[1].kind != Kind::Number || aggregate.percent < 0 || aggregate.percent > 100)
        return malformed(arguments[1].span, "A percentile is a number between 0 and 100");
    }
    aggregate.slot = next_->slots++;
    phase().aggregates.push_back(std::move(aggregate));
    aggregates_used_ = true;
    return slot_node(phase().aggregates.back().slot);
  }

  // --- hints
  void find_hint(const Expression& condition) {
    if (condition.kind != Kind::Call) return;
    if (condition.text == "and") {
      for (const auto& each : condition.arguments)
        find_hint(each);
      return;
    }
    if (condition.arguments.size() != 2) return;
    const auto& field = condition.arguments[0];
    const auto& wanted = condition.arguments[1];
    if (field.kind != Kind::Field || scope_.names.contains(field.text)) return;
    const auto system = std::ranges::find(kSystemNames, field.text);
    const bool message = field.text == "@message";
    if (system != kSystemNames.end() && !message) return;
    const bool like =
        condition.text == "like" &&
        (wanted.kind == Kind::Text || (wanted.kind == Kind::Regex && is_plain(wanted.text)));
    // What is equal to a number or a truth value may be written otherwise.
    const bool same = condition.text == "=" && wanted.kind == Kind::Text &&
                      !number_in(wanted.text) && wanted.text != "true" && wanted.text != "false";
    const bool shown_otherwise = !message && (wanted.text == "0" || wanted.text == "1");
    if ((like || same) && !shown_otherwise && wanted.text.size() > plan_->hint.text.size() &&
        !is_told_otherwise(field))
      plan_->hint = {wanted.text, !message};
  }

  /// Discovered fields that the message does not hold as they are shown.
  static bool is_told_otherwise(const Expression& field) {
    return field.text == "@memorySize" || field.text == "@maxMemoryUsed";
  }

  std::string_view text_;
  std::shared_ptr<Plan> plan_;
  Scope scope_;
  std::map<std::string, int> discovered_;
  std::vector<Column> columns_;
  bool chosen_ = false;     // by fields, display or stats
  bool displayed_ = false;  // by display: nothing is added any more
  bool limited_ = false, deduplicated_ = false;
  int stats_ = 0;
  // While a stats command is read:
  Phase* next_ = nullptr;
  Scope* after_ = nullptr;  // set outside the arguments of aggregates
  bool aggregates_used_ = false;
};

}  // namespace

Result<std::shared_ptr<const Plan>> compile(std::string_view text) {
  return Compiler(text).compile();
}

Result<Query> Query::parse(std::string_view text) {
  return Query(TRY(compile(text)));
}

const Hint& Query::hint() const {
  return plan_->hint;
}

}  // namespace tocsin::insights
