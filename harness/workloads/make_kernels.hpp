#pragma once

#include <memory>

#include "harness/config/config.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera {

/// The kernels that a checked configuration chooses, in its element type.
std::unique_ptr<Kernels> make_kernels(const ComputeConfig& compute);

}  // namespace tessera
