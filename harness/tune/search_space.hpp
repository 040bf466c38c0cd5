#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/config/config_tree.hpp"

namespace tessera {

/// low <= value <= high; every value alike, or every ratio of values.
struct RealRange {
  double low = 0, high = 1;
  bool logarithmic = false;
};
/// low, low + step, ..., at most high.
struct IntegerRange {
  std::int64_t low = 0, high = 1, step = 1;
};
/// One of these, each as YAML on one line.
struct OneOf {
  std::vector<std::string> values;
};
using Distribution = std::variant<RealRange, IntegerRange, OneOf>;

/// A key of the configuration that is searched over: "lr_schedule.lr".
struct SearchedKey {
  std::string path;
  Distribution values;
};

/// What a trial has at a key, as YAML on one line.
struct DrawnValue {
  std::string path, yaml;
  friend bool operator==(const DrawnValue&, const DrawnValue&) = default;
};

/// The space of configurations that a search draws from.
struct SearchSpace {
  std::vector<SearchedKey> keys;  // as they were written

  /// Of a trial: a pure function of seed and number for each key by itself, whatever other keys there are and
  /// in what order.
  std::vector<DrawnValue> draw(std::uint64_t seed, std::int64_t trial) const;
};

/// Reads a space, YAML with a line a key:
///
///     lr_schedule.lr: {log_uniform: [1e-4, 1e-1]}
///     data.global_batch_size: {choice: [32, 64, 128]}
///     model.dropout: {uniform: [0, 0.5]}
///     model.conv_size: {integer: [8, 32], step: 4}
///
/// A key may lie inside of another that holds a map or a list, as in overrides: "model.layers.2.dense.units".
/// `configuration` is what `config` was read from, overrides included. Throws InputError with line and remedy
/// for what isn't so: keys that the configuration doesn't have (with the nearest that it has), or that a
/// search sets by itself; empty ranges, logarithms of what isn't positive; values, ends of ranges and whole
/// numbers in between that the key can't have. Whether values of several keys fit each other is left to the
/// trials.
SearchSpace parse_space(std::string_view yaml, const std::string& source, const Config& config,
                        const ConfigNode& configuration);

/// What is drawn from: [{"key": "lr_schedule.lr", "log_uniform": [0.0001, 0.1]}, ...].
nlohmann::json to_json(const SearchSpace& space);

}  // namespace tessera
