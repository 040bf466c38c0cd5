#include "harness/config/config_field.hpp"

#include <algorithm>

namespace tessera {

std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() < 2) return fmt::format("{}", fmt::join(names, ""));
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

Field word(const std::string& key, std::string& target, const std::vector<std::string>& words) {
  Choices<std::string> choices;
  for (const std::string& name : words) choices.emplace_back(name, name);
  return choice(key, target, choices);
}

Field without_effect(const std::string& key) {
  return {.key = key,
          .expects = "any value",
          .read = [](const ConfigNode&) { return true; },
          .write = nullptr,
          .why = {}};
}

Field required(Field field) {
  field.required = true;
  return field;
}

Field because(Field field, std::string why) {
  field.why = std::move(why);
  return field;
}

Rule<std::int64_t> from(std::int64_t lowest, std::int64_t highest) {
  return {fmt::format("from {} to {}", lowest, highest),
          [=](std::int64_t value) { return value >= lowest && value <= highest; }};
}

Rule<std::int64_t> not_negative_integer() {
  return {"of at least 0", [](std::int64_t value) { return value >= 0; }};
}

Rule<double> positive() {
  return {"above 0", [](double value) { return value > 0; }};
}

Rule<double> not_negative() {
  return {"of at least 0", [](double value) { return value >= 0; }};
}

Rule<double> in_range(double lowest, double end) {
  return {fmt::format("of at least {} and below {}", lowest, end),
          [=](double value) { return value >= lowest && value < end; }};
}

Rule<std::map<std::int64_t, double>> epochs_with_factors() {
  return {"with epochs from 0 and factors above 0", [](const std::map<std::int64_t, double>& factors) {
            return std::ranges::all_of(factors, [](const auto& e) { return e.first >= 0 && e.second > 0; });
          }};
}

}  // namespace tessera
