// SPDX-License-Identifier: Apache-2.0
// JSONata's values: JSON's, and `undefined`, sequences and functions. Shared, never changed once
// they are seen by two. One thread.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/document.hpp"

namespace tocsin::jsonata {

class Value;

template <class T>
using Shared = boost::intrusive_ptr<T>;

/// Counts the owners. A copy starts with none.
struct Counted {
  Counted() = default;
  Counted(const Counted&) {}
  Counted& operator=(const Counted&) { return *this; }
  mutable std::uint32_t owners = 0;
};

struct StringData : Counted {
  explicit StringData(std::string given) : text(std::move(given)) {}
  std::string text;
};

struct ArrayData;
class ObjectData;
struct FunctionData;

void intrusive_ptr_add_ref(const StringData* data);
void intrusive_ptr_release(const StringData* data);
void intrusive_ptr_add_ref(const ArrayData* data);
void intrusive_ptr_release(const ArrayData* data);
void intrusive_ptr_add_ref(const ObjectData* data);
void intrusive_ptr_release(const ObjectData* data);
void intrusive_ptr_add_ref(const FunctionData* data);
void intrusive_ptr_release(const FunctionData* data);

enum class Kind : std::uint8_t { Undefined, Null, Bool, Number, String, Array, Object, Function };

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) : held_(nullptr) {}
  Value(bool value) : held_(value) {}
  Value(double value) : held_(value) {}
  Value(int value) : held_(static_cast<double>(value)) {}
  Value(std::size_t value) : held_(static_cast<double>(value)) {}
  Value(std::string value) : held_(Shared<StringData>(new StringData(std::move(value)))) {}
  Value(std::string_view value) : Value(std::string(value)) {}
  Value(const char* value) : Value(std::string(value)) {}
  Value(Shared<StringData> value) : held_(std::move(value)) {}
  Value(Shared<ArrayData> value) : held_(std::move(value)) {}
  Value(Shared<ObjectData> value) : held_(std::move(value)) {}
  Value(Shared<FunctionData> value) : held_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(held_.index()); }
  bool undefined() const { return kind() == Kind::Undefined; }
  bool is_null() const { return kind() == Kind::Null; }
  bool is_bool() const { return kind() == Kind::Bool; }
  bool is_number() const { return kind() == Kind::Number; }
  bool is_string() const { return kind() == Kind::String; }
  bool is_array() const { return kind() == Kind::Array; }
  bool is_object() const { return kind() == Kind::Object; }
  bool is_function() const { return kind() == Kind::Function; }

  // Only of that kind.
  bool boolean() const { return *std::get_if<bool>(&held_); }
  double number() const { return *std::get_if<double>(&held_); }
  const std::string& string() const { return (*std::get_if<Shared<StringData>>(&held_))->text; }
  const Shared<StringData>& shared_string() const {
    return *std::get_if<Shared<StringData>>(&held_);
  }
  const ArrayData& array() const { return **std::get_if<Shared<ArrayData>>(&held_); }
  const Shared<ArrayData>& shared_array() const { return *std::get_if<Shared<ArrayData>>(&held_); }
  const ObjectData& object() const { return **std::get_if<Shared<ObjectData>>(&held_); }
  const FunctionData& function() const { return **std::get_if<Shared<FunctionData>>(&held_); }
  const Shared<FunctionData>& shared_function() const {
    return *std::get_if<Shared<FunctionData>>(&held_);
  }

 private:
  std::variant<std::monostate, std::nullptr_t, bool, double, Shared<StringData>, Shared<ArrayData>,
               Shared<ObjectData>, Shared<FunctionData>>
      held_;
};

struct ArrayData : Counted {
  std::vector<Value> items;
  bool sequence = false;        // a result on its way: one item stands for itself
  bool keep_singleton = false;  // `[]` was asked for: one item stays an array
  bool constructed = false;     // by [ … ]: not flattened into a path's result
  bool tuples = false;          // a path's contexts, each with the variables bound on the way
  bool outer = false;           // the input, an array, as the one context
};

class ObjectData : public Counted {
 public:
  using Members = std::vector<std::pair<Shared<StringData>, Value>>;

  ObjectData() = default;
  /// Values are made of the document's members when they are looked at: it must outlive this.
  explicit ObjectData(const Object& source) : source_(&source) {}

  /// In order.
  const Members& members() const {
    if (source_) make_all();
    return members_;
  }
  void add(Shared<StringData> name, Value value) {
    members();
    members_.emplace_back(std::move(name), std::move(value));
  }
  /// Undefined where there is none of that name.
  Value find(std::string_view name) const;
  /// Replaces a member of that name.
  void set(Shared<StringData> name, Value value);
  void set(std::string_view name, Value value) {
    set(Shared<StringData>(new StringData(std::string(name))), std::move(value));
  }
  void erase(std::string_view name);
  /// What nothing but lookups has happened to; else null.
  const Object* source() const { return source_; }

 private:
  void make_all() const;

  mutable const Object* source_ = nullptr;
  mutable Members members_;                                      // without a source
  mutable std::vector<std::pair<const Document*, Value>> seen_;  // of the source: no scalars
};

inline void intrusive_ptr_add_ref(const StringData* data) {
  ++data->owners;
}
inline void intrusive_ptr_release(const StringData* data) {
  if (--data->owners == 0) delete data;
}
inline void intrusive_ptr_add_ref(const ArrayData* data) {
  ++data->owners;
}
inline void intrusive_ptr_release(const ArrayData* data) {
  if (--data->owners == 0) delete data;
}
inline void intrusive_ptr_add_ref(const ObjectData* data) {
  ++data->owners;
}
inline void intrusive_ptr_release(const ObjectData* data) {
  if (--data->owners == 0) delete data;
}

inline Shared<ArrayData> make_array(std::vector<Value> items = {}) {
  Shared<ArrayData> array(new ArrayData);
  array->items = std::move(items);
  return array;
}
inline Shared<ArrayData> make_sequence() {
  auto array = make_array();
  array->sequence = true;
  return array;
}
inline Shared<ObjectData> make_object() {
  return Shared<ObjectData>(new ObjectData);
}

Value from_document(const Document& document);
/// The same, made of what is looked at: the document must outlive the value.
Value view_of(const Document& document);
/// Functions become "", undefined becomes null: what JSON.stringify leaves of them.
Document to_document(const Value& value);

bool deep_equal(const Value& left, const Value& right);
/// `$boolean`: what JSONata takes for true.
bool truthy(const Value& value);
/// `$string`: text as it is, JSON of anything else; numbers with 15 significant digits.
std::string to_text(const Value& value, bool pretty = false);
/// A number as JavaScript prints it.
std::string number_text(double value);

}  // namespace tocsin::jsonata
