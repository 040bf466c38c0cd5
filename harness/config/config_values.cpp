#include "harness/config/config_values.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

namespace tessera {
namespace {

template <class T>
std::optional<T> number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return {};
  return value;
}

bool is_plain(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::Scalar && !node.quoted;
}

}  // namespace

std::optional<bool> read_value(const ConfigNode& node, ValueType<bool>) {
  bool value = false;
  if (!is_plain(node) || !YAML::convert<bool>::decode(YAML::Node(node.scalar), value)) return {};
  return value;
}

std::optional<std::int64_t> read_value(const ConfigNode& node, ValueType<std::int64_t>) {
  return is_plain(node) ? number<std::int64_t>(node.scalar) : std::nullopt;
}

std::optional<double> read_value(const ConfigNode& node, ValueType<double>) {
  const std::optional<double> value = is_plain(node) ? number<double>(node.scalar) : std::nullopt;
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::string> read_value(const ConfigNode& node, ValueType<std::string>) {
  if (node.kind != ConfigNode::Kind::Scalar) return {};
  return node.scalar;
}

std::optional<std::map<std::int64_t, double>> read_value(const ConfigNode& node,
                                                         ValueType<std::map<std::int64_t, double>>) {
  if (node.kind != ConfigNode::Kind::Map) return {};
  std::map<std::int64_t, double> values;
  for (const ConfigNode& entry : node.children) {
    const std::optional<std::int64_t> epoch = number<std::int64_t>(entry.key);
    const std::optional<double> factor = read_value(entry, ValueType<double>{});
    if (!epoch || !factor || !values.emplace(*epoch, *factor).second) return {};
  }
  return values;
}

}  // namespace tessera
