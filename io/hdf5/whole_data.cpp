#include "io/hdf5/whole_data.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "io/hdf5/filter_plugins.hpp"
#include "io/hdf5/virtual_sources.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

InputError incomplete(const std::string& problem, const fs::path& path) {
  return {problem, path.string(),
          "write the file to its end, copy or generate it again, or take it out of the data set"};
}

void check_chunks(const Id& data, const Id& creation, const std::string& name, const fs::path& path) {
  const Id space(H5Dget_space(data.get()), H5Sclose);
  const std::vector<hsize_t> shape = shape_of(space);
  std::vector<hsize_t> chunk(shape.size());
  H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
  hsize_t all = 1, written = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) all *= (shape[axis] - 1) / chunk[axis] + 1;
  if (H5Dget_num_chunks(data.get(), space.get(), &written) < 0)
    throw InputError(
        fmt::format("cannot count the chunks of the data set '{}' ({})", name, innermost_error()),
        path.string(), "copy or generate the file again");
  if (written < all)
    throw incomplete(fmt::format("the data set '{}' is unfinished: {} of its {} chunks were never written",
                                 name, all - written, all),
                     path);
}

/// Where HDF5 looks for a file of external storage: as the prefix that it took from HDF5_EXTFILE_PREFIX says,
/// else from the working directory.
fs::path external_file(const Id& data, const std::string& name) {
  const Id access(H5Dget_access_plist(data.get()), H5Pclose);
  std::array<char, 4096> prefix{};
  if (fs::path(name).is_absolute() || H5Pget_efile_prefix(access.get(), prefix.data(), prefix.size()) <= 0)
    return name;
  return fs::path(prefix.data()) / name;
}

void check_external(const Id& data, const Id& creation, const std::string& name, const fs::path& path) {
  const Id type(H5Dget_type(data.get()), H5Tclose), space(H5Dget_space(data.get()), H5Sclose);
  hsize_t left = static_cast<hsize_t>(H5Sget_simple_extent_npoints(space.get())) * H5Tget_size(type.get());
  for (int i = 0; left > 0 && i < H5Pget_external_count(creation.get()); ++i) {
    std::array<char, 4096> file{};
    off_t offset = 0;
    hsize_t bytes = 0;
    H5Pget_external(creation.get(), static_cast<unsigned>(i), file.size() - 1, file.data(), &offset, &bytes);
    const hsize_t wanted = std::min(left, bytes);
    left -= wanted;
    const fs::path at = external_file(data, file.data());
    const std::uintmax_t end = static_cast<std::uintmax_t>(offset) + wanted;
    std::error_code error;
    const bool is_there = fs::is_regular_file(at, error);
    const std::uintmax_t found = is_there ? fs::file_size(at, error) : 0;
    if (is_there && found >= end) continue;
    throw InputError(
        fmt::format("the data set '{}' has its elements in '{}', which {}", name, file.data(),
                    is_there ? fmt::format("has {} of {} bytes", found, end) : "is missing"),
        path.string(),
        fmt::format("put back {}; HDF5_EXTFILE_PREFIX says where else such files are, as ${{ORIGIN}}, beside "
                    "this one",
                    fs::absolute(at, error).lexically_normal().string()));
  }
}

}  // namespace

void check_whole(const Id& data, const std::string& name, const fs::path& path, int depth) {
  const Id space(H5Dget_space(data.get()), H5Sclose), creation(H5Dget_create_plist(data.get()), H5Pclose);
  if (H5Sget_simple_extent_npoints(space.get()) == 0) return;
  switch (H5Pget_layout(creation.get())) {
    case H5D_CONTIGUOUS:
      if (H5Pget_external_count(creation.get()) > 0)
        check_external(data, creation, name, path);
      else if (H5Dget_offset(data.get()) == HADDR_UNDEF)
        throw incomplete(fmt::format("the data set '{}' was never written", name), path);
      break;
    case H5D_CHUNKED:
      check_filters(creation, name, path);
      check_chunks(data, creation, name, path);
      break;
    case H5D_VIRTUAL:
      check_virtual_sources(data, creation, name, path, depth);
      break;
    default:  // compact, within what describes it
      break;
  }
}

}  // namespace tessera
