#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// A YAML document as a plain tree in which every value knows where it was written.
struct ConfigNode {
  enum class Kind { Null, Scalar, Sequence, Map };
  Kind kind = Kind::Null;
  std::string key;     // in the map that holds it
  std::string where;   // "cosmo.yaml, line 14" or "--set data.batch_size=8"
  std::string scalar;  // as written
  bool quoted = false;
  std::vector<ConfigNode> children;  // of a sequence or a map, in the order written

  const ConfigNode* find(std::string_view child) const;
  ConfigNode* find(std::string_view child);
};

/// One YAML document; `source` names it in errors. Throws InputError where it isn't YAML or a map has a key
/// twice.
ConfigNode parse_tree(std::string_view yaml, const std::string& source);

/// Puts "path.to.key=value" into the tree, making maps on the way; an item of a list is named by its number,
/// counted from 1: "model.layers.2.dense.units=64". Throws InputError that names the override.
void apply_override(ConfigNode& tree, const std::string& assignment);

/// The value as one would write it in YAML on one line, for messages.
std::string to_string(const ConfigNode& node);

}  // namespace tessera
