// SPDX-License-Identifier: Apache-2.0
// Validation, token by token as AWS's JsonRuleCompiler does it, so that each error is found at the
// same place and said in the same words.
#include "engines/pattern/compiled.hpp"
#include "engines/pattern/json_reader.hpp"
#include "engines/pattern/operands.hpp"
#include "engines/pattern/pattern.hpp"

namespace tocsin::pattern {
namespace {

constexpr std::string_view kOr = "$or";
constexpr std::string_view kTooComplex =
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
    "sequences after a wildcard character";

// Reserved by AWS for operators to come; no field inside `$or` may be called so.
constexpr std::string_view kReserved[] = {"exactly",
                                          "equals-ignore-case",
                                          "prefix",
                                          "suffix",
                                          "anything-but",
                                          "exists",
                                          "wildcard",
                                          "numeric",
                                          "cidr",
                                          "=",
                                          "<",
                                          "<=",
                                          ">",
                                          ">=",
                                          "regex",
                                          "not-wildcard",
                                          "not-equals-ignore-case",
                                          "date-after",
                                          "date-on-or-after",
                                          "date-before",
                                          "date-on-or-before",
                                          "in-date-range",
                                          "ip-address-in-range",
                                          "ip-address-not-in-range"};

using FieldMap = std::map<std::string, std::shared_ptr<const Condition>>;

enum class Place { Outside, InsideOr };

class Compiler {
 public:
  Compiler(std::string_view json, std::size_t max_branches)
      : reader_(json), max_branches_(max_branches) {}

  Compiled run() {
    if (reader_.next() != Token::StartObject) reader_.problem("Filter is not an object");
    object(nullptr, Place::Outside);
    Compiled out;
    for (auto& fields : branches_) {
      Branch branch;
      for (auto& [path, condition] : fields)
        branch.push_back({path, condition});
      out.branches.push_back(std::move(branch));
    }
    return out;
  }

 private:
  void object(const std::string* path, Place place) {
    bool empty = true;
    while (reader_.next() != Token::EndObject) {
      empty = false;
      const std::string name = reader_.name();
      if (name == kOr) {
        alternatives(path);
      } else {
        member(path, name, place);
      }
    }
    if (empty) reader_.problem("Empty objects are not allowed");
  }

  void member(const std::string* path, const std::string& name, Place place) {
    if (place == Place::InsideOr && std::ranges::find(kReserved, name) != std::end(kReserved)) {
      reader_.problem(name + " is Ruler reserved fieldName which cannot be used inside $or.");
    }
    const std::string below = path == nullptr ? name : *path + "." + name;
    const Token token = reader_.next();
    if (token == Token::StartObject) {
      object(&below, place);
    } else if (token == Token::StartArray) {
      field(below);
    } else {
      reader_.problem(fmt::format("\"{}\" must be an object or an array", name));
    }
  }

  /// Each object of the array continues a copy of what has been read so far.
  void alternatives(const std::string* path) {
    const std::vector<FieldMap> before = std::move(branches_);
    branches_.clear();
    if (reader_.next() != Token::StartArray) {
      reader_.problem("It must be an Array followed with $or.");
    }
    std::vector<FieldMap> all;
    int count = 0;
    for (Token token; (token = reader_.next()) != Token::EndArray; ++count) {
      if (token != Token::StartObject) {
        reader_.problem("Only JSON object is allowed in array of $or relationship.");
      }
      branches_ = before;
      if (branches_.empty()) branches_.emplace_back();
      object(path, Place::InsideOr);
      if (all.size() + branches_.size() > max_branches_)
        throw JsonProblem{std::string(kTooComplex)};
      std::ranges::move(branches_, std::back_inserter(all));
    }
    if (count < 2) reader_.problem("There must have at least 2 Objects in $or relationship.");
    branches_ = std::move(all);
  }

  void field(const std::string& path) {
    auto condition = std::make_shared<Condition>();
    bool empty = true;
    for (Token token; (token = reader_.next()) != Token::EndArray; empty = false) {
      alternative(token, *condition);
    }
    if (empty) reader_.problem("Empty arrays are not allowed");
    if (branches_.empty()) branches_.emplace_back();
    for (auto& branch : branches_)
      branch[path] = condition;
  }

  void alternative(Token token, Condition& condition) {
    switch (token) {
      case Token::StartObject:
        expression(condition);
        return;
      case Token::String:
        condition.any.push_back(exact_text(reader_.text()));
        return;
      case Token::Integer:
      case Token::Float:
        condition.any.push_back(exact_number(reader_.text()));
        return;
      case Token::True:
      case Token::False:
      case Token::Null:
        condition.any.push_back(literal(reader_.text()));
        return;
      default:
        reader_.problem("Match value must be String, number, true, false, or null");
    }
  }

  void expression(Condition& condition) {
    if (reader_.next() != Token::Name) reader_.problem("Match expression name not found");
    const std::string name = reader_.name();
    if (name == "exists") {
      exists(condition);
    } else if (name == "anything-but") {
      condition.any.push_back(anything_but());
    } else if (name == "numeric") {
      if (reader_.next() != Token::StartArray) {
        reader_.problem("Value of numeric must be an array.");
      }
      condition.any.push_back(numeric());
      if (reader_.next() != Token::EndObject) too_many_elements();
    } else {
      condition.any.push_back(operator_on_text(name));
    }
  }

  Predicate operator_on_text(const std::string& name) {
    if (name == "exactly") return one_text("exact match pattern must be a string", plain_text);
    if (name == "cidr") return one_text("prefix match pattern must be a string", cidr);
    if (name == "prefix" || name == "suffix") return affix(name);
    if (name == "equals-ignore-case") {
      return one_text("equals-ignore-case match pattern must be a string", equals_ignore_case);
    }
    if (name == "wildcard") {
      reader_.next();
      return wildcard_text();
    }
    reader_.problem("Unrecognized match type " + name);
  }

  template <class Make>
  Predicate one_text(std::string_view otherwise, Make make) {
    if (reader_.next() != Token::String) reader_.problem(otherwise);
    Predicate out = make(reader_.text());
    only_key();
    return out;
  }

  void only_key() {
    if (reader_.next() != Token::EndObject) {
      reader_.problem("Only one key allowed in match expression");
    }
  }

  void too_many_elements() { reader_.problem("Too many elements in numeric expression"); }

  Predicate affix(const std::string& name) {
    const bool is_prefix = name == "prefix";
    const Token token = reader_.next();
    if (token == Token::StartObject) {
      if (reader_.next() != Token::Name) {
        reader_.problem(std::string(is_prefix ? "Prefix" : "Suffix") +
                        " expression name not found");
      }
      if (reader_.name() != "equals-ignore-case") {
        reader_.problem(fmt::format("Unsupported {} pattern: {}", name, reader_.name()));
      }
      Predicate out = one_text("equals-ignore-case match pattern must be a string",
                               is_prefix ? prefix_ignore_case : suffix_ignore_case);
      only_key();
      return out;
    }
    if (token != Token::String) reader_.problem(name + " match pattern must be a string");
    Predicate out = is_prefix ? prefix(reader_.text()) : suffix(reader_.text());
    only_key();
    return out;
  }

  Predicate wildcard_text() {
    if (reader_.current() != Token::String)
      reader_.problem("wildcard match pattern must be a string");
    Predicate out = wildcard(parse_wildcard(reader_.text()));
    only_key();
    return out;
  }

  Wildcard parse_wildcard(const std::string& text) {
    auto parsed = Wildcard::parse(text);
    if (parsed) return std::move(*parsed);
    if (parsed.error().code == "TooComplex") throw JsonProblem{parsed.error().message};
    reader_.problem(parsed.error().message);
  }

  void exists(Condition& condition) {
    const Token token = reader_.next();
    if (token == Token::True) {
      condition.any.push_back(Predicate{Op::Exists, ""});
    } else if (token == Token::False) {
      condition.absent = true;
    } else {
      reader_.problem("exists match pattern must be either true or false.");
    }
    only_key();
  }

  static bool is_number(Token token) { return token == Token::Integer || token == Token::Float; }

  Predicate anything_but() {
    Token token = reader_.next();
    Op op = Op::NotText;
    if (token == Token::StartObject) {
      op = anything_but_operator();
      token = reader_.next();
    }
    if (token != Token::StartArray && token != Token::String && !is_number(token)) {
      reader_.problem("Value of anything-but must be an array or single string/number value.");
    }
    const bool nested = op != Op::NotText;
    Predicate out = token == Token::StartArray
                        ? (nested ? excluded_texts(op) : excluded_values())
                        : (nested ? excluded_text(token, op) : excluded_value(token));
    if (reader_.next() != Token::EndObject) too_many_elements();
    if (nested && reader_.next() != Token::EndObject) too_many_elements();
    return out;
  }

  Op anything_but_operator() {
    if (reader_.next() != Token::Name) reader_.problem("Anything-But expression name not found");
    const std::string& name = reader_.name();
    if (name == "equals-ignore-case") return Op::NotIgnoreCase;
    if (name == "prefix") return Op::NotPrefix;
    if (name == "suffix") return Op::NotSuffix;
    if (name == "wildcard") return Op::NotWildcard;
    reader_.problem("Unsupported anything-but pattern: " + name);
  }

  Predicate excluded_value(Token token) {
    if (token == Token::String) return not_texts(Op::NotText, {reader_.text()});
    return not_numbers({comparable(reader_.text())});
  }

  /// Problems inside a list carry the position twice, as AWS's do.
  template <class Read>
  void read_list(Read read) {
    try {
      for (Token token; (token = reader_.next()) != Token::EndArray;)
        read(token);
    } catch (const JsonProblem& problem) {
      reader_.problem(problem.message);
    }
  }

  Predicate excluded_values() {
    std::vector<std::string> texts;
    std::vector<NumberKey> numbers;
    read_list([&](Token token) {
      if (token == Token::String) {
        texts.push_back(reader_.text());
      } else if (is_number(token)) {
        numbers.push_back(comparable(reader_.text()));
      } else {
        reader_.problem("Inside anything but list, start|null|boolean is not supported.");
      }
    });
    if (texts.empty() == numbers.empty()) {
      reader_.problem(
          "Inside anything but list, either all values are number or string, mixed type "
          "is not supported");
    }
    if (numbers.empty()) return not_texts(Op::NotText, std::move(texts));
    return not_numbers(std::move(numbers));
  }

  std::string excludable_text(Token token, Op op) {
    if (token == Token::String) {
      const std::string& text = reader_.text();
      if (text.empty() && (op == Op::NotPrefix || op == Op::NotSuffix)) {
        reader_.problem("Null prefix/suffix not allowed");
      }
      return text;
    }
    if (op == Op::NotIgnoreCase) {
      reader_.problem(
          "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not "
          "supported.");
    }
    reader_.problem(op == Op::NotWildcard ? "wildcard match pattern must be a string"
                                          : "prefix/suffix match pattern must be a string");
  }

  Predicate excluded_text(Token token, Op op) { return exclude(op, {excludable_text(token, op)}); }

  Predicate excluded_texts(Op op) {
    std::vector<std::string> texts;
    read_list([&](Token token) { texts.push_back(excludable_text(token, op)); });
    return exclude(op, std::move(texts));
  }

  Predicate exclude(Op op, std::vector<std::string> texts) {
    Predicate out = not_texts(op, std::move(texts));
    if (op != Op::NotWildcard) return out;
    for (const auto& text : out.texts)
      out.wildcards.push_back(parse_wildcard(text));
    return out;
  }

  /// Throws without a position: where AWS adds none, or the caller does.
  static NumberKey comparable(const std::string& text) {
    const auto number = parse_number(text);
    if (!number) throw JsonProblem{"Cannot compare number : " + text};
    return *number;
  }

  NumberKey comparable_here(const std::string& text) {
    const auto number = parse_number(text);
    if (!number) reader_.problem("Cannot compare number : " + text);
    return *number;
  }

  Predicate numeric() {
    if (reader_.next() != Token::String) {
      reader_.problem("Invalid member in numeric match: " + reader_.text());
    }
    const std::string name = reader_.text();
    const Token token = reader_.next();
    constexpr std::string_view kOperators[] = {"=", ">=", ">", "<=", "<"};
    if (std::ranges::find(kOperators, name) == std::end(kOperators)) {
      reader_.problem("Unrecognized numeric range operator: " + name);
    }
    if (!is_number(token)) {
      reader_.problem(fmt::format("Value of {} must be numeric", name == "=" ? "equals" : name));
    }
    const std::string bound = reader_.text();
    const Token after = reader_.next();
    if (name.starts_with('>') && after != Token::EndArray) return numeric_range(name, bound, after);
    if (after != Token::EndArray) too_many_elements();
    const NumberKey number = comparable_here(bound);
    if (name == "=") return number_range(number, number);
    if (name == "<") return number_range(lowest_in_range(), number - 1);
    if (name == "<=") return number_range(lowest_in_range(), number);
    return number_range(name == ">" ? number + 1 : number, highest_in_range());
  }

  Predicate numeric_range(const std::string& low_operator, const std::string& low, Token token) {
    if (token != Token::String) {
      reader_.problem("Bad value in numeric range: " + reader_.text());
    }
    const std::string name = reader_.text();
    if (name != "<" && name != "<=") reader_.problem("Bad numeric range operator: " + name);
    if (!is_number(reader_.next())) {
      reader_.problem(fmt::format("Value of {} must be numeric", name));
    }
    const std::string high = reader_.text();
    if (reader_.next() != Token::EndArray) {
      reader_.problem("Too many terms in numeric range expression");
    }
    const NumberKey bottom = comparable_here(low);
    const NumberKey top = comparable_here(high);
    if (bottom >= top) reader_.problem("Bottom must be less than top");
    return number_range(low_operator == ">" ? bottom + 1 : bottom, name == "<" ? top - 1 : top);
  }

  /// The operand functions below throw AWS's message without a position.
  static Predicate cidr(const std::string& text) {
    auto range = parse_cidr(text);
    if (!range) throw JsonProblem{range.error().message};
    return address_range(*range);
  }

  JsonReader reader_;
  std::size_t max_branches_;
  std::vector<FieldMap> branches_;
};

}  // namespace

Result<Pattern> parse_pattern(std::string_view json, const ParseOptions& options) {
  try {
    auto compiled = Compiler(json, options.max_branches).run();
    return Pattern(std::make_shared<const Compiled>(std::move(compiled)));
  } catch (const JsonProblem& problem) {
    return fail(options.error_code, options.error_prefix + problem.message);
  }
}

std::vector<std::string> Pattern::paths() const {
  std::set<std::string> paths;
  for (const auto& branch : compiled_->branches) {
    for (const auto& field : branch)
      paths.insert(field.path);
  }
  return {paths.begin(), paths.end()};
}

}  // namespace tocsin::pattern
