#pragma once

#include <utility>
#include <vector>

#include "models/base/box.hpp"

/// Who owns what. A function of extents alone: two tensors of equal extents are split alike, so operations
/// between them need no exchange.
namespace tessera {

/// How the processes are laid out: replicas of the network, each over depth x height x width parts of a
/// sample.
struct GridDims {
  int replicas = 1, depth = 1, height = 1, width = 1;

  int parts() const { return depth * height * width; }
  int processes() const { return replicas * parts(); }
  friend bool operator==(const GridDims&, const GridDims&) = default;
};

/// The boxes that the parts of one sample own. They tile the space; some are empty where parts exceed
/// extents.
class Partition {
 public:
  explicit Partition(GridDims dims) : dims_(dims) {}

  int parts() const { return dims_.parts(); }
  /// part counts width fastest, depth slowest.
  Box owned(Extents space, int part) const;
  /// By part.
  std::vector<Box> all(Extents space) const;
  /// All pairs of parts that lie side by side along an axis, the lower part first.
  std::vector<std::pair<int, int>> neighbours() const;

 private:
  GridDims dims_;
};

}  // namespace tessera
