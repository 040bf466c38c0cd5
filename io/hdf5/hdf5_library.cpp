#include "io/hdf5/hdf5_library.hpp"

#include <algorithm>
#include <cerrno>

namespace tessera {
namespace {

std::mutex& the_lock() {
  static std::mutex the_one;
  return the_one;
}

}  // namespace

Library::Library() : lock_(the_lock()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  errno = 0;
}

std::vector<hsize_t> shape_of(const Id& space) {
  std::vector<hsize_t> shape(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space.get()))));
  if (!shape.empty()) H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr);
  return shape;
}

std::string innermost_error() {
  std::string text = "no details";
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned position, const H5E_error2_t* entry, void* into) -> herr_t {
        if (position == 0 && entry->desc != nullptr) *static_cast<std::string*>(into) = entry->desc;
        return 0;
      },
      &text);
  return text;
}

Id memory_of(std::span<const Interval> block) {
  if (block.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  std::vector<hsize_t> counts;
  for (const Interval axis : block) counts.push_back(static_cast<hsize_t>(axis.size()));
  return {H5Screate_simple(static_cast<int>(counts.size()), counts.data(), nullptr), H5Sclose};
}

bool select(const Id& space, std::span<const Interval> block) {
  const std::vector<hsize_t> shape = shape_of(space);
  if (shape.size() != block.size()) return false;
  std::vector<hsize_t> start, count;
  for (std::size_t axis = 0; axis < block.size(); ++axis) {
    if (!Interval{0, static_cast<std::int64_t>(shape[axis])}.contains(block[axis])) return false;
    start.push_back(static_cast<hsize_t>(block[axis].begin));
    count.push_back(static_cast<hsize_t>(block[axis].size()));
  }
  if (block.empty()) return true;
  return H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0;
}

}  // namespace tessera
