#pragma once

#include <string>

#include "harness/config/config_tree.hpp"

namespace tessera {

/// The tree as YAML that parse_tree() reads as the same tree: maps in lines of their own, sequences on one.
std::string to_yaml(const ConfigNode& tree);
/// A value on one line, as it stands behind the = of an override.
std::string to_yaml_line(const ConfigNode& value);

}  // namespace tessera
