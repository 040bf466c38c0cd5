#pragma once

#include <cstdint>

namespace tessera {

/// Which symmetries of the cube training samples are seen through: none but the identity, all 48, or those
/// that leave the split axes alone (so that a rank keeps reading the same slab of every file).
enum class Augmentation : std::uint8_t { None, All, KeepSplitAxes };

}  // namespace tessera
