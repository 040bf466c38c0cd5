#pragma once

#include <array>
#include <cstdint>

#include "models/base/box.hpp"

namespace tessera {

/// One of the 48 symmetries of the cube: axes D H W are permuted and each may be reversed. Index i along axis
/// a of the transformed cube is index (flip[a] ? n - 1 - i : i) along axis[a] of the original.
struct CubeSymmetry {
  std::array<int, 3> axis{0, 1, 2};
  std::array<bool, 3> flip{false, false, false};
  friend bool operator==(const CubeSymmetry&, const CubeSymmetry&) = default;
};

inline constexpr int kCubeSymmetries = 48;

/// All of them by number, 0 to 47; 0 changes nothing.
CubeSymmetry cube_symmetry(int number);

/// A symmetry drawn evenly among those that map each axis marked in `kept` onto itself, unreversed: 48 for
/// none kept, 8 for one, 2 for two. A pure function of its arguments.
CubeSymmetry draw_symmetry(std::uint64_t seed, int epoch, std::int64_t sample,
                           const std::array<bool, 3>& kept);

/// The box of the original that the box `wanted` of the transformed is made of. `space`: extents of the
/// original; axes that are exchanged have equal extents.
Box source_box(const CubeSymmetry& symmetry, const Box& wanted, Extents space);

}  // namespace tessera
