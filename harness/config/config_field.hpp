#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/config_values.hpp"

/// The words in which the tables of keys are written: a field ties a key to a member of Config, with what it
/// accepts.
namespace tessera {

struct Field {
  std::string key;
  std::string expects;  // completes "expected ..."
  std::function<bool(const ConfigNode&)>
      read;                               // false, and nothing is stored, when it isn't what is expected
  std::function<nlohmann::json()> write;  // null function: the key has no effect and isn't recorded
  std::string why;                        // of the restriction, if a user may wonder
  bool required = false;
};

/// Reads the value of a field; `subject` names it in messages, as "data.n_train". Throws InputError where it
/// isn't what is expected.
void read_field(const Field& field, const ConfigNode& node, const std::string& subject);

/// Throws InputError of a key that is none of those known: with the advice, or else the nearest of them.
[[noreturn]] void refuse_key(const ConfigNode& node, const std::string& subject,
                             const std::vector<std::string>& known, const std::string& advice = {});

std::vector<std::string> keys_of(const std::vector<Field>& fields);

struct Section {
  std::string name;  // "" for keys at the top
  std::vector<Field> fields;
};

/// A restriction on a value: `expects` completes "a whole number ...".
template <class T>
struct Rule {
  std::string expects;
  std::function<bool(const T&)> holds = [](const T&) { return true; };
};

inline nlohmann::json json_of(const std::map<std::int64_t, double>& factors) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [epoch, factor] : factors) json[std::to_string(epoch)] = factor;
  return json;
}
template <class T>
nlohmann::json json_of(const T& value) {
  return value;
}
template <class T>
nlohmann::json json_of(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

template <class T>
std::optional<T> accepted(const ConfigNode& node, const Rule<T>& rule) {
  std::optional<T> value = read_value(node, ValueType<T>{});
  return value && rule.holds(*value) ? value : std::nullopt;
}

template <class T>
std::string expected(const Rule<T>& rule) {
  return kind_of_value(ValueType<T>{}) + (rule.expects.empty() ? "" : " ") + rule.expects;
}

/// The target must outlive the field.
template <class T>
Field field(const std::string& key, T& target, const Rule<T>& rule = {}) {
  const auto read = [&target, rule](const ConfigNode& node) {
    const std::optional<T> value = accepted(node, rule);
    if (value) target = *value;
    return value.has_value();
  };
  return {.key = key,
          .expects = expected(rule),
          .read = read,
          .write = [&target] { return json_of(target); },
          .why = {}};
}

/// `null` means that it isn't given.
template <class T>
Field field(const std::string& key, std::optional<T>& target, const Rule<T>& rule = {}) {
  const auto read = [&target, rule](const ConfigNode& node) {
    const std::optional<T> value = accepted(node, rule);
    if (!value && node.kind != ConfigNode::Kind::Null) return false;
    target = value;
    return true;
  };
  return {.key = key,
          .expects = expected(rule),
          .read = read,
          .write = [&target] { return json_of(target); },
          .why = {}};
}

template <class E>
using Choices = std::vector<std::pair<std::string, E>>;

/// "one, another or a third", for messages.
std::string enumerate(const std::vector<std::string>& names);

/// One of several names, each standing for a value of an enumeration.
template <class E>
Field choice(const std::string& key, E& target, const Choices<E>& choices) {
  std::vector<std::string> names;
  for (const auto& entry : choices) names.push_back(entry.first);
  const auto read = [&target, choices](const ConfigNode& node) {
    const std::string name = node.kind == ConfigNode::Kind::Null ? "null" : node.scalar;
    for (const auto& entry : choices) {
      if (entry.first != name) continue;
      target = entry.second;
      return true;
    }
    return false;
  };
  const auto write = [&target, choices] {
    for (const auto& entry : choices)
      if (entry.second == target) return nlohmann::json(entry.first);
    return nlohmann::json();
  };
  return {.key = key, .expects = enumerate(names), .read = read, .write = write, .why = {}};
}

/// Text that is one of several words.
Field word(const std::string& key, std::string& target, const std::vector<std::string>& words);

/// A key of the reference that is accepted with one value alone, the one that says what we do; `why` says so.
template <class T>
Field fixed(const std::string& key, const T& value, const std::string& why) {
  return {.key = key,
          .expects = fmt::format("{}", value),
          .read = [value](const ConfigNode& node) { return read_value(node, ValueType<T>{}) == value; },
          .write = [value] { return nlohmann::json(value); },
          .why = why};
}

/// A key of the reference that may have any value, since nothing here depends on it.
Field without_effect(const std::string& key);

Field required(Field field);
Field because(Field field, std::string why);

/// At most a billion where nothing else is said, so that products of two of them never overflow.
Rule<std::int64_t> from(std::int64_t lowest, std::int64_t highest = 1'000'000'000);
Rule<std::int64_t> not_negative_integer();
Rule<double> positive();
Rule<double> not_negative();
/// lowest <= value < end
Rule<double> in_range(double lowest, double end);
Rule<std::vector<double>> two_betas();
Rule<std::map<std::int64_t, double>> epochs_with_factors();

}  // namespace tessera
