#include "io/hdf5/virtual_sources.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "io/hdf5/open_file.hpp"
#include "io/hdf5/referred_file.hpp"
#include "io/hdf5/whole_data.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// One of the mappings of a virtual data set: a part of it, and where that comes from.
struct Source {
  std::string file, data_set;
  Id part{}, selection{};  // of the virtual data set, and of the source
};

std::string text_of(ssize_t (*get)(hid_t, std::size_t, char*, std::size_t), const Id& creation,
                    std::size_t mapping) {
  const ssize_t length = get(creation.get(), mapping, nullptr, 0);
  if (length <= 0) return "";
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  get(creation.get(), mapping, text.data(), text.size());
  text.pop_back();
  return text;
}

std::vector<Source> sources_of_mappings(const Id& creation) {
  std::size_t count = 0;
  H5Pget_virtual_count(creation.get(), &count);
  std::vector<Source> sources;
  for (std::size_t i = 0; i < count; ++i)
    sources.push_back({text_of(H5Pget_virtual_filename, creation, i),
                       text_of(H5Pget_virtual_dsetname, creation, i),
                       Id(H5Pget_virtual_vspace(creation.get(), i), H5Sclose),
                       Id(H5Pget_virtual_srcspace(creation.get(), i), H5Sclose)});
  return sources;
}

/// Adds the part to what is covered; false where it is of a form that this doesn't know.
bool add_part(const Id& part, const Id& covered) {
  if (H5Sget_select_type(part.get()) == H5S_SEL_ALL) return H5Sselect_all(covered.get()) >= 0;
  if (H5Sget_select_type(covered.get()) == H5S_SEL_ALL) return true;
  if (H5Sget_select_npoints(part.get()) < 0 || H5Sis_regular_hyperslab(part.get()) <= 0) return false;
  const auto rank = static_cast<std::size_t>(H5Sget_simple_extent_ndims(part.get()));
  std::vector<hsize_t> start(rank), stride(rank), count(rank), block(rank);
  const bool none_yet = H5Sget_select_type(covered.get()) == H5S_SEL_NONE;
  return H5Sget_regular_hyperslab(part.get(), start.data(), stride.data(), count.data(), block.data()) >= 0 &&
         H5Sselect_hyperslab(covered.get(), none_yet ? H5S_SELECT_SET : H5S_SELECT_OR, start.data(),
                             stride.data(), count.data(), block.data()) >= 0;
}

/// What is wrong with the parts together; empty where they fill the data set.
std::string problem_of_parts(const Id& data, const std::vector<Source>& sources) {
  const Id covered(H5Dget_space(data.get()), H5Sclose);
  H5Sselect_none(covered.get());
  for (const Source& source : sources)
    if (!add_part(source.part, covered)) return "has parts that grow or aren't regular";
  const hssize_t filled = H5Sget_select_npoints(covered.get()),
                 all = H5Sget_simple_extent_npoints(covered.get());
  return filled == all ? "" : fmt::format("has a source for {} of its {} elements", filled, all);
}

/// Whether the data set has all elements of the source's selection.
bool has_all(const Id& data, const Source& source) {
  const Id space(H5Dget_space(data.get()), H5Sclose);
  if (H5Sget_select_type(source.selection.get()) == H5S_SEL_ALL)
    return H5Sget_simple_extent_npoints(space.get()) == H5Sget_select_npoints(source.part.get());
  const std::vector<hsize_t> shape = shape_of(space);
  std::vector<hsize_t> first(shape.size()), last(shape.size());
  if (static_cast<int>(shape.size()) != H5Sget_simple_extent_ndims(source.selection.get()) ||
      H5Sget_select_bounds(source.selection.get(), first.data(), last.data()) < 0)
    return false;
  return std::ranges::equal(last, shape, std::less());
}

struct SourceProblem {
  std::string what, fix = "put the source back beside this file, or name its directory in HDF5_VDS_PREFIX";
};

/// As the library will do it to read from there: under a lock, unless it is told otherwise for all files.
bool library_opens(const fs::path& path) {
  return Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose).valid();
}

/// Why a source can't give what is asked of it; nothing where it can.
std::optional<SourceProblem> problem_of(const Source& source, const Id& of, const fs::path& path, int depth) {
  const bool in_same_file = source.file == ".";
  const std::optional<fs::path> place =
      in_same_file ? path : find_referred(source.file, path, kVirtualPrefix);
  if (!place) return SourceProblem{"is missing"};
  try {
    const Id file = in_same_file ? Id(H5Iget_file_id(of.get()), H5Fclose) : open_to_read(*place);
    if (!in_same_file && !library_opens(*place))
      return SourceProblem{"is on a file system without locks, which the HDF5 library wants there",
                           "set HDF5_USE_FILE_LOCKING=FALSE in the environment"};
    const Id data = open_data_set(file, source.data_set);
    if (!data.valid()) return SourceProblem{"lacks it"};
    check_whole(data, source.data_set, *place, depth + 1);
    if (!has_all(data, source)) return SourceProblem{"has less of it than is taken"};
  } catch (const InputError& error) {
    return SourceProblem{fmt::format("can't be read: {}", error.problem())};
  }
  return std::nullopt;
}

}  // namespace

void check_virtual_sources(const Id& data, const Id& creation, const std::string& name, const fs::path& path,
                           int depth) {
  constexpr int kDeepest = 8;  // there may be circles
  if (depth == kDeepest)
    throw InputError(
        fmt::format("the virtual data set '{}' is one of too many that take from one another", name),
        path.string(), "store what it shows as a data set of its own");
  const std::vector<Source> sources = sources_of_mappings(creation);
  if (const std::string problem = problem_of_parts(data, sources); !problem.empty())
    throw InputError(fmt::format("the virtual data set '{}' {}", name, problem), path.string(),
                     "store what it shows as a data set of its own, as h5repack -l CONTI does");
  for (const Source& source : sources)
    if (const auto problem = problem_of(source, data, path, depth))
      throw InputError(fmt::format("the virtual data set '{}' takes '{}' from '{}', which {}", name,
                                   source.data_set, source.file, problem->what),
                       path.string(), problem->fix);
}

}  // namespace tessera
