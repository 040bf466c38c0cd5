#include "results/log/strict_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The length of the string literal that text begins with, quotes included.
std::size_t string_length(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

std::size_t take_digits(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits;
}

bool take(std::string_view& text, std::string_view one_of) {
  const bool found = !text.empty() && one_of.find(text.front()) != std::string_view::npos;
  if (found) text.remove_prefix(1);
  return found;
}

/// Whether a word is a number as JSON spells them.
bool is_number(std::string_view word) {
  take(word, "-");
  if (!take(word, "0") && take_digits(word) == 0) return false;
  if (take(word, ".") && take_digits(word) == 0) return false;
  if (take(word, "eE")) {
    take(word, "+-");
    if (take_digits(word) == 0) return false;
  }
  return word.empty();
}

/// The value of a word that strict JSON doesn't know as a number.
std::optional<double> foreign_number(std::string_view word) {
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (word == "Infinity") return kInfinity;
  if (word == "-Infinity") return -kInfinity;
  if (!is_number(word)) return std::nullopt;
  const double value = std::strtod(std::string(word).c_str(), nullptr);
  return std::isinf(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

StrictText to_strict(std::string_view text) {
  constexpr std::string_view kEndsOfWords = " \t\n\r,:[]{}\"";
  StrictText strict;
  std::size_t strings = 0;
  while (!text.empty()) {
    std::size_t length = 1;
    if (text.front() == '"') {
      length = string_length(text);
      ++strings;
      strict.text += text.substr(0, length);
    } else if (kEndsOfWords.find(text.front()) != std::string_view::npos) {
      strict.text += text.front();
    } else {
      length = std::min(text.find_first_of(kEndsOfWords), text.size());
      const std::string_view word = text.substr(0, length);
      if (const auto value = foreign_number(word)) {
        strict.text += R"("")";
        strict.numbers.push_back({strings++, *value});
      } else {
        strict.text += word;
      }
    }
    text.remove_prefix(length);
  }
  return strict;
}

}  // namespace tessera
