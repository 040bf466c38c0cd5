#include "results/lenient_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

namespace tessera {
namespace {

using nlohmann::json;

/// A text in strict JSON, in which an empty string stands for each number that strict JSON can't spell.
struct StrictText {
  struct Number {
    std::size_t string;  // it is the n-th string of the text, counted from 0, names included
    double value;
  };
  std::string text;
  std::vector<Number> numbers;
};

/// The length of the string literal that begins at text[begin], quotes included.
std::size_t string_length(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size()) - begin;
}

/// What is spelt like a number from text[begin] on.
std::string number_at(std::string_view text, std::size_t begin) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", begin), text.size());
  return std::string(text.substr(begin, end - begin));
}

/// Whether a number of JSON is beyond the largest double.
bool is_huge(const std::string& number) {
  if (!std::isinf(std::strtod(number.c_str(), nullptr))) return false;
  try {
    [[maybe_unused]] const json finite = json::parse(number);
  } catch (const json::out_of_range& error) {
    // It names what it read as a number: "1e400" of "1e400.5", which isn't one.
    return std::string_view(error.what()).ends_with(fmt::format("'{}'", number));
  } catch (const json::parse_error&) {  // not spelt as JSON has it
  }
  return false;
}

StrictText to_strict(std::string_view text) {
  struct Word {
    std::string_view spelling;
    double value;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::array kWords{Word{"NaN", std::numeric_limits<double>::quiet_NaN()},
                              Word{"Infinity", kInfinity}, Word{"-Infinity", -kInfinity}};
  StrictText strict;
  std::size_t strings = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const auto word = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const Word& w) { return rest.starts_with(w.spelling); });
    if (text[at] == '"') {
      const std::size_t length = string_length(text, at);
      strict.text += text.substr(at, length);
      ++strings;
      at += length;
    } else if (word != kWords.end()) {
      strict.text += R"("")";
      strict.numbers.push_back({strings++, word->value});
      at += word->spelling.size();
    } else if (const std::string number = number_at(text, at); !number.empty()) {
      if (is_huge(number)) {
        strict.text += R"("")";
        strict.numbers.push_back({strings++, number.front() == '-' ? -kInfinity : kInfinity});
      } else {
        strict.text += number;
      }
      at += number.size();
    } else {
      strict.text += text[at++];
    }
  }
  return strict;
}

/// Builds the value from the parser's events, with the numbers put back in the place of their strings.
class Builder : public nlohmann::json_sax<json> {
 public:
  explicit Builder(std::span<const StrictText::Number> numbers) : numbers_(numbers) {}

  LenientJson take() { return {std::move(root_), std::move(error_)}; }

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
  bool start_object(std::size_t) override { return open(json::object()); }
  bool key(string_t& name) override {
    if (next_string() != nullptr) return fail("a number where the name of a member belongs");
    member_ = &(*open_.back())[name];
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception&) override {
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

  json* place(json&& value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::move(value));
    return &(*member_ = std::move(value));
  }

  bool add(json&& value) {
    place(std::move(value));
    return true;
  }

  bool open(json&& container) {
    if (open_.size() == kDeepestNesting) return fail(fmt::format("nested deeper than {}", kDeepestNesting));
    open_.push_back(place(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  std::span<const StrictText::Number> numbers_;
  std::size_t strings_ = 0;
  json root_;
  std::vector<json*> open_;  // the containers around the place we are at; stable, as only the last one grows
  json* member_ = nullptr;
  std::string error_;
};

LenientJson parse(std::string_view text, std::span<const StrictText::Number> numbers) {
  Builder builder(numbers);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace

LenientJson parse_lenient_json(std::string_view utf8) {
  // The parser takes a NUL for the end of the text.
  if (const std::size_t nul = utf8.find('\0'); nul != std::string_view::npos)
    return {nullptr, fmt::format("unexpected NUL at byte {}", nul + 1)};
  LenientJson strict = parse(utf8, {});
  if (strict.error.empty()) return strict;
  const StrictText rewritten = to_strict(utf8);
  return rewritten.numbers.empty() ? strict : parse(rewritten.text, rewritten.numbers);
}

}  // namespace tessera
