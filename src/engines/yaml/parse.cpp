// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <yaml.h>

#include "engines/yaml/yaml.hpp"

namespace tocsin::yaml {
namespace {

// What anchors may blow a text up to.
constexpr int kMostNodes = 100'000;
constexpr int kDeepest = 100;

Failure malformed(const yaml_mark_t& mark, std::string_view why = {}) {
  auto message =
      fmt::format("YAML not well-formed. at Line: {}, Column: {}", mark.line + 1, mark.column + 1);
  if (!why.empty()) message += fmt::format(": {}", why);
  return fail("YAML", std::move(message));
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// Whole numbers as people write them: what begins with a zero is a text (an account, a code).
std::optional<Document> whole(std::string_view text) {
  const auto digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  if (!is_digits(digits) || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Document(value);
}

std::optional<Document> fraction(std::string_view text) {
  if (text.find_first_of("0123456789") == text.npos ||
      text.find_first_not_of("0123456789.eE+-") != text.npos ||
      text.find_first_of(".eE") == text.npos)
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return Document(value);
}

Document plain(std::string_view text) {
  if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  if (auto number = whole(text)) return *std::move(number);
  if (auto number = fraction(text)) return *std::move(number);
  return Document(boost::json::string(text));
}

std::string_view text_of(const yaml_node_t& node) {
  return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
}

class Reader {
 public:
  explicit Reader(yaml_document_t& document) : document_(document) {}

  Result<Document> value(int index, int depth) {
    const auto* node = yaml_document_get_node(&document_, index);
    if (!node) return Document(nullptr);
    if (++nodes_ > kMostNodes || depth > kDeepest)
      return malformed(node->start_mark, "it is too large or too deep");
    switch (node->type) {
      case YAML_SCALAR_NODE:
        return scalar(*node);
      case YAML_SEQUENCE_NODE:
        return sequence(*node, depth);
      case YAML_MAPPING_NODE:
        return mapping(*node, depth);
      default:
        return Document(nullptr);
    }
  }

 private:
  static Document scalar(const yaml_node_t& node) {
    if (node.data.scalar.style == YAML_PLAIN_SCALAR_STYLE) return plain(text_of(node));
    return Document(boost::json::string(text_of(node)));
  }
  Result<Document> sequence(const yaml_node_t& node, int depth) {
    Array out;
    const auto& items = node.data.sequence.items;
    for (auto* item = items.start; item < items.top; ++item)
      out.push_back(TRY(value(*item, depth + 1)));
    return Document(std::move(out));
  }
  Result<Document> mapping(const yaml_node_t& node, int depth) {
    Object out;
    const auto& pairs = node.data.mapping.pairs;
    for (auto* pair = pairs.start; pair < pairs.top; ++pair) {
      const auto* key = yaml_document_get_node(&document_, pair->key);
      if (!key || key->type != YAML_SCALAR_NODE)
        return malformed(node.start_mark, "a key is no text");
      if (out.contains(text_of(*key)))
        return malformed(key->start_mark, fmt::format("found duplicate key {}", text_of(*key)));
      auto member = TRY(value(pair->value, depth + 1));
      out.emplace(text_of(*key), std::move(member));
    }
    return Document(std::move(out));
  }

  yaml_document_t& document_;
  int nodes_ = 0;
};

/// libyaml's parser, and the document that it has loaded.
struct Loaded {
  explicit Loaded(std::string_view text) {
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Loaded() { yaml_parser_delete(&parser); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  yaml_parser_t parser{};
};

}  // namespace

Result<Document> parse(std::string_view text) {
  Loaded loaded(text);
  yaml_document_t document{};
  if (!yaml_parser_load(&loaded.parser, &document)) return malformed(loaded.parser.problem_mark);
  auto root = Reader(document).value(1, 0);
  yaml_document_delete(&document);
  return root;
}

}  // namespace tocsin::yaml
