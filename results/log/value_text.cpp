#include "results/log/value_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

constexpr int kDeepest = 4;

std::string text_of(const nlohmann::json& value, int depth) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return fmt::format("{}", value.get<double>());
  if (depth == kDeepest) return "...";
  std::string text;
  for (const auto& [key, member] : value.items()) {
    if (!text.empty()) text += ", ";
    if (value.is_object()) text += key + ": ";
    text += text_of(member, depth + 1);
  }
  return value.is_array() ? "[" + text + "]" : text;
}

}  // namespace

std::string value_text(const nlohmann::json& value) {
  return shortened(text_of(value, 0));
}

}  // namespace tessera
