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

}  // namespace tessera
