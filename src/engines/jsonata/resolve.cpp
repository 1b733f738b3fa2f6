// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/error.hpp"
#include "engines/jsonata/parser.hpp"

namespace tocsin::jsonata {
namespace {

using Slot = std::shared_ptr<Ancestor>;

NodePtr path_of(NodePtr step) {
  auto path = std::make_shared<Node>();
  path->op = Op::Path;
  path->position = step->position;
  path->keep_singleton = step->keep_array;
  path->items.push_back(std::move(step));
  return path;
}

/// Calls in tail position are evaluated by the loop that evaluates calls.
void mark_tail_calls(Node& node) {
  if (!node.predicates.empty() || node.group || node.keep_array) return;
  if (node.op == Op::Call) {
    node.tail_call = true;
  } else if (node.op == Op::Condition) {
    mark_tail_calls(*node.right);
    if (node.third) mark_tail_calls(*node.third);
  } else if (node.op == Op::Block && !node.items.empty()) {
    mark_tail_calls(*node.items.back());
  }
}

class Resolver {
 public:
  NodePtr resolve(const NodePtr& node) {
    auto resolved = by_kind(node);
    resolved->keep_array |= node->keep_array;
    return resolved;
  }

 private:
  NodePtr by_kind(const NodePtr& node) {
    switch (node->op) {
      case Op::Dot:
        return dot(*node);
      case Op::Subscript:
        return subscript(*node);
      case Op::GroupBy:
        return group_by(*node);
      case Op::OrderBy:
        return order_by(*node);
      case Op::Focus:
        return focus(*node);
      case Op::Position:
        return position(*node);
      case Op::Name:
        return path_of(node);
      case Op::Parent:
        node->slot = std::make_shared<Ancestor>(Ancestor{"!" + std::to_string(labels_++), 1});
        return node;
      case Op::Negate:
        return negate(node);
      case Op::Lambda:
        node->left = resolve(node->left);
        mark_tail_calls(*node->left);
        return node;
      case Op::Block:
        return block(node);
      default:
        return children(node);
    }
  }

  /// What a part seeks above itself, the whole seeks.
  static void inherit(Node& whole, const Node& part) {
    whole.seeking.insert(whole.seeking.end(), part.seeking.begin(), part.seeking.end());
    if (part.slot) whole.seeking.push_back(part.slot);
  }

  NodePtr part(Node& whole, const NodePtr& child) {
    auto resolved = resolve(child);
    inherit(whole, *resolved);
    return resolved;
  }

  NodePtr children(const NodePtr& node) {
    if (node->op == Op::Call || node->op == Op::Partial) {
      node->left = resolve(node->left);
    } else if (node->op == Op::Transform || node->op == Op::Apply) {
      for (auto* child : {&node->left, &node->right, &node->third}) {
        if (*child) *child = resolve(*child);
      }
      if (node->op == Op::Apply)
        node->keep_array = node->left->keep_array || node->right->keep_array;
      return node;
    } else if (node->left) {
      node->left = part(*node, node->left);
    }
    if (node->right) node->right = part(*node, node->right);
    if (node->third) node->third = part(*node, node->third);
    for (auto& item : node->items)
      item = part(*node, item);
    for (auto& [name, value] : node->pairs) {
      name = part(*node, name);
      value = part(*node, value);
    }
    return node;
  }

  NodePtr negate(const NodePtr& node) {
    auto operand = resolve(node->left);
    if (operand->op == Op::Literal && operand->value.is_number()) {
      operand->value = Value(-operand->value.number());
      return operand;
    }
    inherit(*node, *operand);
    node->left = std::move(operand);
    return node;
  }

  NodePtr block(const NodePtr& node) {
    for (auto& item : node->items) {
      item = part(*node, item);
      node->constructs |= item->constructs || (item->op == Op::Path && item->items[0]->constructs);
    }
    return node;
  }

  NodePtr dot(Node& node) {
    auto first = resolve(node.left);
    auto result = first;
    if (first->op != Op::Path) {
      result = path_of(first);
      result->keep_singleton = false;
    }
    if (first->slot) result->seeking = {first->slot};
    auto rest = resolve(node.right);
    if (rest->op == Op::Path) {
      std::ranges::copy(rest->items, std::back_inserter(result->items));
    } else {
      rest->stages = std::move(rest->predicates);
      rest->predicates.clear();
      result->items.push_back(std::move(rest));
    }
    for (auto& step : result->items) {
      if (step->op == Op::Literal) {
        if (!step->value.is_string()) raise("S0213", step->position, "", shown(step->value));
        step->op = Op::Name;
        step->text = step->value.string();
      }
      result->keep_singleton |= step->keep_array;
    }
    for (auto* end : {result->items.front().get(), result->items.back().get()})
      end->constructs |= end->op == Op::Array;
    resolve_ancestry(*result);
    return result;
  }

  NodePtr subscript(Node& node) {
    auto result = resolve(node.left);
    auto* step = result.get();
    auto* list = &result->predicates;
    if (result->op == Op::Path) {
      step = result->items.back().get();
      list = &step->stages;
    }
    if (step->group) raise("S0209", node.position);
    auto predicate = resolve(node.right);
    for (auto& slot : predicate->seeking) {
      if (slot->level == 1)
        seek_parent(*step, slot);
      else
        --slot->level;
    }
    inherit(*step, *predicate);
    auto filter = std::make_shared<Node>();
    filter->op = Op::Filter;
    filter->position = node.position;
    filter->left = std::move(predicate);
    list->push_back(std::move(filter));
    return result;
  }

  NodePtr group_by(Node& node) {
    auto result = resolve(node.left);
    if (result->group) raise("S0210", node.position);
    auto group = std::make_shared<Node>();
    group->op = Op::Object;
    group->position = node.position;
    for (const auto& [name, value] : node.pairs)
      group->pairs.emplace_back(resolve(name), resolve(value));
    result->group = std::move(group);
    return result;
  }

  NodePtr order_by(Node& node) {
    auto result = resolve(node.left);
    if (result->op != Op::Path) result = path_of(std::move(result));
    auto sort = std::make_shared<Node>();
    sort->op = Op::Sort;
    sort->position = node.position;
    for (const auto& term : node.terms)
      sort->terms.push_back({part(*sort, term.expression), term.descending});
    result->items.push_back(std::move(sort));
    resolve_ancestry(*result);
    return result;
  }

  NodePtr focus(Node& node) {
    auto result = resolve(node.left);
    auto* step = result->op == Op::Path ? result->items.back().get() : result.get();
    if (!step->stages.empty() || !step->predicates.empty()) raise("S0215", node.position);
    if (step->op == Op::Sort) raise("S0216", node.position);
    step->keep_array |= node.keep_array;
    step->focus = node.right->text;
    step->tuple = true;
    return result;
  }

  NodePtr position(Node& node) {
    auto result = resolve(node.left);
    if (result->op != Op::Path) {
      auto step = result;
      step->stages = std::move(step->predicates);
      step->predicates.clear();
      result = path_of(std::move(step));
    }
    auto& step = *result->items.back();
    if (step.stages.empty()) {
      step.index = node.right->text;
    } else {
      auto index = std::make_shared<Node>();
      index->op = Op::Index;
      index->text = node.right->text;
      step.stages.push_back(std::move(index));
    }
    step.tuple = true;
    return result;
  }

  void seek_parent(Node& node, const Slot& slot) {
    switch (node.op) {
      case Op::Name:
      case Op::Wildcard:
        if (--slot->level == 0) {
          if (node.ancestor) slot->label = node.ancestor->label;  // both look at the same step
          node.ancestor = *slot;
          node.tuple = true;
        }
        return;
      case Op::Parent:
        ++slot->level;
        return;
      case Op::Block:
        if (!node.items.empty()) {
          node.tuple = true;
          seek_parent(*node.items.back(), slot);
        }
        return;
      case Op::Path: {
        node.tuple = true;
        auto step = node.items.rbegin();
        seek_parent(**step++, slot);
        while (slot->level > 0 && step != node.items.rend())
          seek_parent(**step++, slot);
        return;
      }
      default:
        raise("S0217", node.position, node.text);
    }
  }

  void resolve_ancestry(Node& path) {
    auto slots = path.items.back()->seeking;
    if (path.items.back()->slot) slots.push_back(path.items.back()->slot);
    for (const auto& slot : slots) {
      auto index = static_cast<std::ptrdiff_t>(path.items.size()) - 2;
      while (slot->level > 0) {
        if (index < 0) {
          path.seeking.push_back(slot);
          break;
        }
        auto* step = path.items[static_cast<std::size_t>(index--)].get();
        // Steps in a row that bind the focus keep the context: skipped together.
        while (index >= 0 && !step->focus.empty() &&
               !path.items[static_cast<std::size_t>(index)]->focus.empty()) {
          step = path.items[static_cast<std::size_t>(index--)].get();
        }
        seek_parent(*step, slot);
      }
    }
  }

  int labels_ = 0;
};

}  // namespace

NodePtr resolve(const NodePtr& tree) {
  auto resolved = Resolver().resolve(tree);
  if (resolved->op == Op::Parent || !resolved->seeking.empty())
    raise("S0217", resolved->position, "parent");
  return resolved;
}

}  // namespace tocsin::jsonata
