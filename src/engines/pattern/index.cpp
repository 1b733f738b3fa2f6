// SPDX-License-Identifier: Apache-2.0
// Rules, branches, conditions and paths. How predicates wait is in index_access.cpp.
#include "engines/pattern/index.hpp"

namespace tocsin::pattern {
namespace {

std::uint32_t rule_hash(RuleId id) {
  return hash_bytes({reinterpret_cast<const char*>(&id), sizeof id}, 3);
}

}  // namespace

Index::Index() {
  nodes_.allocate({});
}

void Index::add(RuleId id, const Compiled& compiled) {
  remove(id);
  const std::uint32_t rule = rules_.allocate({id});
  rules_by_id_.insert(rule_hash(id), rule);
  ++size_;
  for (const auto& branch : compiled.branches)
    add_branch(rule, branch);
}

bool Index::remove(RuleId id) {
  const std::uint32_t hash = rule_hash(id);
  const std::uint32_t rule =
      rules_by_id_.find(hash, [&](std::uint32_t at) { return rules_[at].id == id; });
  if (rule == kNone) return false;
  for (std::uint32_t at = rules_[rule].branches; at != kNone;) {
    const std::uint32_t next = branches_[at].next_of_rule;
    remove_branch(at);
    at = next;
  }
  rules_by_id_.erase(hash, rule);
  rules_.release(rule);
  --size_;
  return true;
}

void Index::add_branch(std::uint32_t rule, const Branch& branch) {
  std::vector<std::uint32_t> ids;
  ids.reserve(branch.size());
  for (const auto& field : branch)
    ids.push_back(intern_condition(field));
  const std::uint32_t access = choose_access(ids);

  BranchRecord record;
  record.rule = rule;
  record.size = static_cast<std::uint32_t>(ids.size());
  record.conditions = std::make_shared<const std::vector<std::uint32_t>>(ids);
  record.next_of_rule = rules_[rule].branches;
  const std::uint32_t id = branches_.allocate(std::move(record));
  rules_.write(rule).branches = id;

  if (access == kNone) {
    add_link(id, kNone, kNone);
    return;
  }
  const std::uint32_t path = conditions_[ids[access]].path;
  const auto condition = conditions_[ids[access]].condition;
  for (const auto& predicate : condition->any) {
    const std::shared_ptr<const Predicate> shared(condition, &predicate);
    add_link(id, ids[access], intern_predicate(path, shared));
  }
}

void Index::remove_branch(std::uint32_t id) {
  for (std::uint32_t at = branches_[id].links; at != kNone;) {
    const std::uint32_t next = links_[at].next_of_branch;
    remove_link(at);
    at = next;
  }
  const auto conditions = branches_[id].conditions;
  for (const std::uint32_t condition : *conditions)
    drop_condition(condition);
  branches_.release(id);
}

std::uint32_t Index::intern_condition(const Field& field) {
  const std::uint32_t path = intern_path(field.path);
  const std::string key = field.condition->key();
  const std::uint32_t hash = hash_bytes(key, path);
  std::uint32_t id = conditions_by_key_.find(hash, [&](std::uint32_t at) {
    const ConditionRecord& record = conditions_[at];
    return record.path == path &&
           (record.condition == field.condition || record.condition->key() == key);
  });
  if (id == kNone) {
    id = conditions_.allocate({field.condition, path, 0, hash});
    conditions_by_key_.insert(hash, id);
    ++nodes_.write(path).conditions;
  }
  ++conditions_.write(id).references;
  return id;
}

void Index::drop_condition(std::uint32_t id) {
  if (--conditions_.write(id).references > 0) return;
  const std::uint32_t path = conditions_[id].path;
  conditions_by_key_.erase(conditions_[id].hash, id);
  conditions_.release(id);
  --nodes_.write(path).conditions;
  drop_path_if_unused(path);
}

std::uint32_t Index::child(std::uint32_t parent, std::string_view name) const {
  if ((nodes_[parent].child_filter & name_bit(name)) == 0) return kNone;
  return children_by_name_.find(hash_bytes(name, parent), [&](std::uint32_t at) {
    const PathNode& node = nodes_[at];
    return node.parent == parent && equal_bytes(*node.name, name);
  });
}

std::uint32_t Index::intern_path(const std::string& dotted) {
  std::uint32_t node = 0;
  for (std::size_t start = 0; start <= dotted.size();) {
    const std::size_t dot = std::min(dotted.find('.', start), dotted.size());
    const auto name = std::string_view(dotted).substr(start, dot - start);
    const std::uint32_t found = child(node, name);
    node = found == kNone ? make_child(node, name) : found;
    start = dot + 1;
  }
  return node;
}

std::uint32_t Index::make_child(std::uint32_t parent, std::string_view name) {
  PathNode made;
  made.name = std::make_shared<const std::string>(name);
  made.parent = parent;
  const std::uint32_t id = nodes_.allocate(std::move(made));
  children_by_name_.insert(hash_bytes(name, parent), id);
  PathNode& above = nodes_.write(parent);
  above.child_filter |= name_bit(name);
  if (++above.children == 1 && parent != 0) ++nodes_.write(above.parent).inner_children;
  return id;
}

void Index::drop_path_if_unused(std::uint32_t node) {
  while (node != 0 && nodes_[node].children == 0 && nodes_[node].conditions == 0) {
    const std::uint32_t parent = nodes_[node].parent;
    children_by_name_.erase(hash_bytes(*nodes_[node].name, parent), node);
    nodes_.release(node);
    PathNode& above = nodes_.write(parent);
    if (--above.children == 0) {
      above.child_filter = 0;
      if (parent != 0) --nodes_.write(above.parent).inner_children;
    }
    node = parent;
  }
}

}  // namespace tocsin::pattern
