#include "io/hdf5/filter_plugins.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <array>
#include <string_view>

#include "models/base/error.hpp"

namespace tessera {
namespace {

/// As the HDF Group's registry of filters has them; nothing of others.
std::string_view filter_name(H5Z_filter_t number) {
  switch (number) {
    case H5Z_FILTER_DEFLATE:
      return "deflate";
    case H5Z_FILTER_SZIP:
      return "szip";
    case 307:
      return "bzip2";
    case 32000:
      return "LZF";
    case 32001:
      return "Blosc";
    case 32004:
      return "LZ4";
    case 32008:
      return "Bitshuffle";
    case 32013:
      return "ZFP";
    case 32015:
      return "Zstandard";
    case 32026:
      return "Blosc2";
    default:
      return "";
  }
}

/// The directories where the library looks for plug-ins, a colon between.
std::string plugin_path() {
  std::string path;
  unsigned count = 0;
  H5PLsize(&count);
  for (unsigned i = 0; i < count; ++i) {
    std::array<char, 4096> directory{};
    if (H5PLget(i, directory.data(), directory.size()) <= 0) continue;
    path += fmt::format("{}{}", path.empty() ? "" : ":", directory.data());
  }
  return path.empty() ? "nowhere" : path;
}

}  // namespace

void check_filters(const Id& creation, const std::string& name, const std::filesystem::path& path) {
  for (int i = 0; i < H5Pget_nfilters(creation.get()); ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    std::array<char, 64> label{};
    const H5Z_filter_t number = H5Pget_filter2(creation.get(), static_cast<unsigned>(i), &flags, &values,
                                               nullptr, label.size() - 1, label.data(), nullptr);
    if (H5Zfilter_avail(number) > 0) continue;
    const std::string_view known = filter_name(number);
    throw InputError(
        fmt::format("the data set '{}' is compressed by the filter {} ({}), which this HDF5 library lacks",
                    name, number, known.empty() ? label.data() : known.data()),
        path.string(),
        fmt::format("install its plug-in where the library looks ({}), or name its directory in "
                    "HDF5_PLUGIN_PATH; or, where it is installed, rewrite the files by h5repack -f GZIP=1",
                    plugin_path()));
  }
}

}  // namespace tessera
