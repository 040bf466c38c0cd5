#include "results/log/lenient_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "results/log/strict_text.hpp"

namespace tessera {
namespace {

using nlohmann::json;

/// What to build of a text: its value, or, where that is nullptr, members of the object that it is.
struct Wanted {
  json* value = nullptr;
  std::span<const std::string_view> names;
  std::vector<std::optional<json>>* members = nullptr;  // one for each name
};

/// Builds what is wanted from the parser's events, with the numbers put back in the place of their strings.
class Builder : public nlohmann::json_sax<json> {
 public:
  Builder(const Wanted& wanted, std::span<const StrictText::Number> numbers)
      : wanted_(wanted), numbers_(numbers), place_(wanted.value) {}

  std::string take_error() { return std::move(error_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override {
    const StrictText::Number* number = next_string();
    return number != nullptr ? add(number->value) : add(std::move(value));
  }
  bool binary(binary_t&) override { return fail("binary data"); }  // never in text
  bool start_object(std::size_t) override { return open(json::value_t::object); }
  bool key(string_t& name) override {
    if (next_string() != nullptr) return fail("a number where the name of a member belongs");
    if (depth_ == 1 && wanted_.value == nullptr) {
      const auto found = std::find(wanted_.names.begin(), wanted_.names.end(), name);
      const auto i = static_cast<std::size_t>(found - wanted_.names.begin());
      place_ = i == wanted_.names.size() ? nullptr : &(*wanted_.members)[i].emplace();
    } else if (!open_.empty()) {
      place_ = &(*open_.back())[name];
    }
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::value_t::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) override {
    if (error.id == 406) return fail(fmt::format("a number out of range ({})", last_token));
    return fail(last_token.empty() ? fmt::format("ends too soon, at byte {}", position)
                                   : fmt::format("unexpected '{}' at byte {}", last_token, position));
  }

 private:
  const StrictText::Number* next_string() {
    const std::size_t string = strings_++;
    if (numbers_.empty() || numbers_.front().string != string) return nullptr;
    const StrictText::Number* number = numbers_.data();
    numbers_ = numbers_.subspan(1);
    return number;
  }

  /// Where the value that comes next belongs; nullptr if it isn't wanted.
  json* place() {
    const bool in_array = !open_.empty() && open_.back()->is_array();
    return in_array ? &open_.back()->emplace_back() : place_;
  }

  template <class Value>
  bool add(Value&& value) {
    if (depth_ == 0 && wanted_.value == nullptr) return fail("not a JSON object");
    if (json* here = place()) *here = std::forward<Value>(value);
    return true;
  }

  bool open(json::value_t container) {
    if (depth_ == 0 && wanted_.value == nullptr && container != json::value_t::object) {
      return fail("not a JSON object");
    }
    if (depth_ == kDeepestNesting) return fail(fmt::format("nested deeper than {}", kDeepestNesting));
    ++depth_;
    if (json* here = place()) {
      *here = json(container);
      open_.push_back(here);
    }
    return true;
  }

  bool close() {
    --depth_;
    if (!open_.empty()) open_.pop_back();
    return true;
  }

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  Wanted wanted_;
  std::span<const StrictText::Number> numbers_;
  std::size_t strings_ = 0;
  int depth_ = 0;            // of arrays and objects around the place we are at, wanted or not
  std::vector<json*> open_;  // those of them that are built; stable, as only the last one grows
  json* place_;              // where the value of the name before it belongs
  std::string error_;
};

/// Returns what is wrong, if anything is.
std::string parse_strict(std::string_view text, const Wanted& wanted,
                         std::span<const StrictText::Number> numbers) {
  Builder builder(wanted, numbers);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take_error();
}

std::string parse(std::string_view utf8, const Wanted& wanted) {
  // The parser would take it for the end of the text.
  if (utf8.find('\0') != std::string_view::npos) return "a NUL byte";
  const std::string problem = parse_strict(utf8, wanted, {});
  if (problem.empty()) return problem;
  const StrictText rewritten = to_strict(utf8);
  return rewritten.numbers.empty() ? problem : parse_strict(rewritten.text, wanted, rewritten.numbers);
}

}  // namespace

LenientJson parse_lenient_json(std::string_view utf8) {
  LenientJson parsed;
  parsed.error = parse(utf8, {&parsed.value, {}, nullptr});
  return parsed;
}

LenientObject parse_lenient_object(std::string_view utf8, std::span<const std::string_view> wanted) {
  LenientObject parsed{std::vector<std::optional<json>>(wanted.size()), ""};
  parsed.error = parse(utf8, {nullptr, wanted, &parsed.members});
  return parsed;
}

}  // namespace tessera
