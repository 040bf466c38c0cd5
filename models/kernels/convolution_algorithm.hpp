#pragma once

#include <cstdint>

namespace tessera {

/// How convolutions are computed that can be in more than one way: each direction of each as a rule about the
/// problem has it (Auto), all directly, or all by Winograd's minimal filtering.
enum class ConvolutionAlgorithm : std::uint8_t { Auto, Direct, Winograd };

}  // namespace tessera
