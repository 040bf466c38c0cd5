#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config_tree.hpp"

/// The types a configuration value may have. Each `read_value` gives nothing when the node is of another
/// type; each `kind_of_value` names the type for messages.
namespace tessera {

template <class T>
struct ValueType {};

std::optional<bool> read_value(const ConfigNode& node, ValueType<bool>);
std::optional<std::int64_t> read_value(const ConfigNode& node, ValueType<std::int64_t>);  // decimal
std::optional<double> read_value(const ConfigNode& node, ValueType<double>);              // finite
std::optional<std::string> read_value(const ConfigNode& node,
                                      ValueType<std::string>);  // any scalar, as written

inline std::string kind_of_value(ValueType<bool>) {
  return "true or false";
}
inline std::string kind_of_value(ValueType<std::int64_t>) {
  return "a whole number";
}
inline std::string kind_of_value(ValueType<double>) {
  return "a number";
}
inline std::string kind_of_value(ValueType<std::string>) {
  return "text";
}
inline std::string kind_of_value(ValueType<std::vector<std::int64_t>>) {
  return "a list of whole numbers";
}
inline std::string kind_of_value(ValueType<std::vector<double>>) {
  return "a list of numbers";
}
inline std::string kind_of_value(ValueType<std::vector<std::string>>) {
  return "a list of text";
}
inline std::string kind_of_value(ValueType<std::map<std::int64_t, double>>) {
  return "a map of epoch: factor";
}

template <class T>
std::optional<std::vector<T>> read_value(const ConfigNode& node, ValueType<std::vector<T>>) {
  if (node.kind != ConfigNode::Kind::Sequence) return {};
  std::vector<T> values;
  for (const ConfigNode& item : node.children) {
    const std::optional<T> value = read_value(item, ValueType<T>{});
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

std::optional<std::map<std::int64_t, double>> read_value(const ConfigNode& node,
                                                         ValueType<std::map<std::int64_t, double>>);

}  // namespace tessera
