// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/intrinsic.hpp"

#include <fmt/format.h>

namespace tocsin::asl {

class IntrinsicParser {
 public:
  explicit IntrinsicParser(std::string_view text) : text_(text) {}

  Result<Intrinsic> whole() {
    auto call = TRY(intrinsic());
    space();
    if (at_ != text_.size()) return wrong();
    return call;
  }

 private:
  Failure wrong() const {
    return fail("Intrinsic", fmt::format("'{}' is no intrinsic function call", text_));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (peek() == ' ')
      ++at_;
  }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  Result<Intrinsic> intrinsic() {
    const auto start = at_;
    if (!take("States.")) return wrong();
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos) return wrong();
    const auto* entry = find_intrinsic(text_.substr(at_, open - at_));
    if (!entry) return wrong();
    at_ = open + 1;
    const bool was_format = std::exchange(format_, entry->name == "Format");
    Intrinsic call;
    call.function_ = entry->function;
    TRY(arguments(call.arguments_));
    format_ = was_format;
    call.text_ = text_.substr(start, at_ - start);
    const auto count = call.arguments_.size();
    if (count < entry->fewest || count > entry->most) return wrong();
    return call;
  }

  Result<bool> arguments(std::vector<Intrinsic::Argument>& out) {
    space();
    if (take(")")) return true;
    do {
      space();
      out.push_back(TRY(argument()));
      space();
    } while (take(","));
    if (!take(")")) return wrong();
    return true;
  }

  Result<Intrinsic::Argument> argument() {
    Intrinsic::Argument argument;
    if (peek() == '\'') {
      argument.literal = boost::json::string(TRY(quoted()));
    } else if (peek() == '$') {
      argument.kind = Intrinsic::Argument::Kind::Path;
      argument.path = TRY(Path::parse(path_text()));
    } else if (text_.substr(at_).starts_with("States.")) {
      argument.kind = Intrinsic::Argument::Kind::Call;
      argument.call = TRY(intrinsic());
    } else {
      argument.literal = TRY(bare());
    }
    return argument;
  }

  /// A backslash takes the next character as it is. Format keeps those before braces: it reads them
  /// itself.
  Result<std::string> quoted() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (const char c = text_[at_]; c != '\'' && c != '\\' && c != '{' && c != '}') out += '\\';
        if (format_ && (text_[at_] == '{' || text_[at_] == '}')) out += '\\';
      }
      out += text_[at_];
    }
    if (at_++ >= text_.size()) return wrong();
    return out;
  }

  std::string_view path_text() {
    const auto start = at_;
    int depth = 0;
    for (char quote = 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote) {
        if (c == '\\') ++at_;
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '[' || c == '(') {
        ++depth;
      } else if (depth == 0 && (c == ',' || c == ')' || c == ' ')) {
        break;
      } else if (c == ']' || c == ')') {
        --depth;
      }
    }
    return text_.substr(start, at_ - start);
  }

  Result<Document> bare() {
    const auto start = at_;
    while (at_ < text_.size() && !std::strchr(",) ", text_[at_]))
      ++at_;
    auto value = parse_json(text_.substr(start, at_ - start));
    if (!value || value->is_object() || value->is_array()) return wrong();
    return std::move(*value);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool format_ = false;
};

Result<Intrinsic> Intrinsic::parse(std::string_view text) {
  return IntrinsicParser(text).whole();
}

Result<Document> Intrinsic::call(const Scope& scope) const {
  std::vector<Document> values;
  values.reserve(arguments_.size());
  for (const auto& argument : arguments_) {
    if (argument.kind == Argument::Kind::Literal) {
      values.push_back(argument.literal);
    } else if (argument.kind == Argument::Kind::Call) {
      values.push_back(TRY(argument.call.call(scope)));
    } else {
      Document storage;
      const auto found = read_path(argument.path, scope, storage);
      if (!found) {
        return runtime_error(fmt::format(
            "The function '{}' had the following error: The JsonPath argument for the field '{}' "
            "could not be found in the input '{}'",
            text_, argument.path.text(), to_json(scope.input)));
      }
      values.push_back(**found);
    }
  }
  auto result = function_(values, scope.around);
  if (result) return result;
  return fail(
      "States.IntrinsicFailure",
      fmt::format("The function '{}' had the following error: {}", text_, result.error().message));
}

void Intrinsic::paths(std::vector<const Path*>& out) const {
  for (const auto& argument : arguments_) {
    if (argument.kind == Argument::Kind::Path) out.push_back(&argument.path);
    if (argument.kind == Argument::Kind::Call) argument.call.paths(out);
  }
}

}  // namespace tocsin::asl
