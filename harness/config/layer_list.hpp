#pragma once

#include <string>
#include <vector>

#include "harness/config/config_field.hpp"
#include "models/sequential.hpp"

namespace tessera {

/// A list of layers, each one kind with its settings: `- max_pooling: {size: 2}`, or `- flatten` alone where
/// nothing is set. Kinds and settings: harness/config/layer_list.cpp. Errors name the line, and the layer as
/// models/sequential.hpp counts them, `name` before its number: "layer 4".
Field layer_list(const std::string& key, std::vector<sequential::Layer>& layers,
                 const std::string& name = "layer");

}  // namespace tessera
