#include "results/log/log_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tessera {

using nlohmann::json;

std::optional<double> number_of(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

bool is_one_of(const json& value, std::initializer_list<std::string_view> texts) {
  return value.is_string() &&
         std::find(texts.begin(), texts.end(), value.get_ref<const std::string&>()) != texts.end();
}

bool equal_values(const json& a, const json& b) {
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal_values);
  if (a.is_object() && b.is_object()) {
    return a.size() == b.size() && std::all_of(a.items().begin(), a.items().end(), [&](const auto& member) {
             const auto other = b.find(member.key());
             return other != b.end() && equal_values(member.value(), *other);
           });
  }
  if (a.is_number_integer() && b.is_number_integer()) return a == b;  // exact beyond 2^53
  const std::optional<double> x = number_of(a), y = number_of(b);
  if (x && y) return *x == *y || (std::isnan(*x) && std::isnan(*y));
  return a == b;
}

std::string shortened(std::string text) {
  constexpr std::size_t kLongest = 120;
  if (text.size() > kLongest) {
    text.resize(kLongest);
    text += "...";
  }
  return text;
}

std::string show(const json& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    return fmt::format("{}", value.get<double>());
  }
  return shortened(value.dump(-1, ' ', true, json::error_handler_t::replace));
}

}  // namespace tessera
