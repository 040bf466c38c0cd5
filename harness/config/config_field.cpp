#include "harness/config/config_field.hpp"

#include <algorithm>

#include "harness/config/nearest_name.hpp"
#include "models/base/error.hpp"

namespace tessera {

std::string enumerate(const std::vector<std::string>& names) {
  if (names.size() < 2) return fmt::format("{}", fmt::join(names, ""));
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

void read_field(const Field& field, const ConfigNode& node, const std::string& subject) {
  if (field.read(node)) return;
  const std::string why = field.why.empty() ? "" : fmt::format(" ({})", field.why);
  throw InputError(fmt::format("{} is {}, expected {}", subject, to_string(node), field.expects), node.where,
                   fmt::format("set {} to {}{}", subject, field.expects, why));
}

void refuse_key(const ConfigNode& node, const std::string& subject, const std::vector<std::string>& known,
                const std::string& advice) {
  std::string first = advice;
  if (const auto nearest = nearest_name(node.key, known); nearest && advice.empty())
    first = fmt::format("did you mean '{}'?", *nearest);
  const std::string all = fmt::format("{}", fmt::join(known, ", "));
  throw InputError(
      fmt::format("unknown key '{}'", subject), node.where,
      first.empty() ? fmt::format("known here are {}", all) : fmt::format("{} (known here: {})", first, all));
}

std::vector<std::string> keys_of(const std::vector<Field>& fields) {
  std::vector<std::string> keys;
  keys.reserve(fields.size());
  for (const Field& field : fields) keys.push_back(field.key);
  return keys;
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

Rule<std::vector<double>> two_betas() {
  return {"of two, each of at least 0 and below 1", [](const std::vector<double>& betas) {
            return betas.size() == 2 && std::ranges::all_of(betas, [](double b) { return b >= 0 && b < 1; });
          }};
}

Rule<std::map<std::int64_t, double>> epochs_with_factors() {
  return {"with epochs from 0 and factors above 0", [](const std::map<std::int64_t, double>& factors) {
            return std::ranges::all_of(factors, [](const auto& e) { return e.first >= 0 && e.second > 0; });
          }};
}

}  // namespace tessera
