// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/leaves.hpp"

#include "engines/pattern/index.hpp"

namespace tocsin::pattern {

void Leaves::clear(std::uint32_t paths) {
  if (++epoch_ == 0) {
    slots_.clear();
    epoch_ = 1;
  }
  if (slots_.size() < paths) slots_.resize(paths);
  met_.clear();
  leaves_.clear();
  elements_.clear();
  elements_.push_back({kNone, kNone, kNone});
  arrays_ = 0;
}

void Leaves::add(std::uint32_t path, const Value& value, std::uint32_t element) {
  const auto id = static_cast<std::uint32_t>(leaves_.size());
  leaves_.push_back({value, element, kNone});
  Slot& slot = slots_[path];
  if (slot.epoch != epoch_) {
    slot = {epoch_, id, id, element != 0};
    met_.push_back(path);
    return;
  }
  leaves_[slot.last].next = id;
  slot.last = id;
  slot.in_array |= element != 0;
}

std::uint32_t Leaves::open_element(std::uint32_t parent, std::uint32_t array) {
  const auto id = static_cast<std::uint32_t>(elements_.size());
  elements_.push_back({parent, array, 0});
  return id;
}

namespace {

std::uint32_t dotted_step(const Index& index, std::uint32_t node, std::string_view name) {
  for (std::size_t start = 0; start <= name.size() && node != kNone;) {
    const std::size_t dot = std::min(name.find('.', start), name.size());
    node = index.child(node, name.substr(start, dot - start));
    start = dot + 1;
  }
  return node;
}

class DocumentReader {
 public:
  DocumentReader(const Index& index, Leaves& leaves, TextArena& arena)
      : index_(index), leaves_(leaves), arena_(arena) {}

  void object(const Object& object, std::uint32_t node, std::uint32_t element) {
    for (const auto& member : object) {
      const std::uint32_t below = step(index_, node, member.key());
      if (below != kNone) value(member.value(), below, element);
    }
  }

 private:
  void value(const Document& document, std::uint32_t node, std::uint32_t element) {
    if (const auto* members = document.if_object()) {
      if (index_.node(node).children > 0) object(*members, node, element);
    } else if (const auto* items = document.if_array()) {
      array(*items, node, element);
    } else if (index_.node(node).conditions > 0) {
      leaves_.add(node, leaf(document), element);
    }
  }

  void array(const Array& items, std::uint32_t node, std::uint32_t element) {
    const std::uint32_t array = leaves_.open_array();
    for (const auto& item : items) {
      if (!item.is_structured()) {
        value(item, node, element);
        continue;
      }
      const std::uint32_t inner = leaves_.open_element(element, array);
      value(item, node, inner);
      leaves_.close_element(inner);
    }
  }

  Value leaf(const Document& document) {
    switch (document.kind()) {
      case boost::json::kind::string: {
        const auto& text = document.get_string();
        return {Value::Kind::String, {text.data(), text.size()}};
      }
      case boost::json::kind::bool_:
        return {Value::Kind::Literal, document.get_bool() ? "true" : "false"};
      case boost::json::kind::int64:
        return whole(document.get_int64());
      case boost::json::kind::uint64:
        return whole(document.get_uint64());
      case boost::json::kind::double_:
        return number(document.get_double());
      default:
        return {Value::Kind::Literal, "null"};
    }
  }

  template <class Integer>
  Value whole(Integer value) {
    arena_.push_back(std::to_string(value));
    return {Value::Kind::Number, arena_.back()};
  }

  Value number(double value) {
    char text[40];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    arena_.emplace_back(text, end);
    return {Value::Kind::Number, arena_.back()};
  }

  const Index& index_;
  Leaves& leaves_;
  TextArena& arena_;
};

}  // namespace

std::uint32_t step(const Index& index, std::uint32_t node, std::string_view name) {
  const std::uint32_t below = index.child(node, name);
  if (below != kNone || index.node(node).inner_children == 0) return below;
  if (name.find('.') == std::string_view::npos) return kNone;
  return dotted_step(index, node, name);
}

void read_document(const Index& index, const Document& event, Leaves& leaves, TextArena& arena) {
  arena.clear();
  if (const auto* object = event.if_object()) {
    DocumentReader(index, leaves, arena).object(*object, 0, 0);
  }
}

}  // namespace tocsin::pattern
