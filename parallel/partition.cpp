#include "parallel/partition.hpp"

namespace tessera {

Box Partition::owned(Extents space, int part) const {
  const int w = part % dims_.width;
  const int h = part / dims_.width % dims_.height;
  const int d = part / dims_.width / dims_.height;
  return {part_of(space.d, d, dims_.depth), part_of(space.h, h, dims_.height),
          part_of(space.w, w, dims_.width)};
}

std::vector<Box> Partition::all(Extents space) const {
  std::vector<Box> boxes;
  boxes.reserve(static_cast<std::size_t>(parts()));
  for (int part = 0; part < parts(); ++part) boxes.push_back(owned(space, part));
  return boxes;
}

std::vector<std::pair<int, int>> Partition::neighbours() const {
  std::vector<std::pair<int, int>> pairs;
  for (int part = 0; part < parts(); ++part) {
    int below = 1;  // parts that lie between this one and the next along the axis
    for (const int along : {dims_.width, dims_.height, dims_.depth}) {
      if (part / below % along + 1 < along) pairs.emplace_back(part, part + below);
      below *= along;
    }
  }
  return pairs;
}

}  // namespace tessera
