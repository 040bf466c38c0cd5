#include "io/hdf5/hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "io/hdf5/hdf5_library.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

std::string element_name(hid_t type) {
  const std::size_t bits = H5Tget_size(type) * 8;
  if (H5Tget_class(type) == H5T_FLOAT) return fmt::format("float{}", bits);
  if (H5Tget_class(type) != H5T_INTEGER) return "other";
  return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
}

}  // namespace

std::string to_string(const Hdf5Array& array) {
  std::string extents;
  for (const std::int64_t extent : array.shape) {
    if (!extents.empty()) extents += ',';
    extents += std::to_string(extent);
  }
  return fmt::format("{} ({})", array.element, extents);
}

const Id& Hdf5File::Handle::open(const std::string& name, const std::filesystem::path& path) {
  const auto found = data_sets.find(name);
  if (found != data_sets.end()) return found->second;
  Id data(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data.valid())
    throw InputError(fmt::format("the file lacks the data set '{}'", name), path.string(),
                     "name a file of the expected form; tessera inspect shows what this one holds");
  return data_sets.emplace(name, std::move(data)).first->second;
}

Hdf5File::Hdf5File(const std::filesystem::path& path) : path_(path) {
  if (!std::filesystem::is_regular_file(path))
    throw InputError("there is no such file", path.string(), "correct the path");
  const Library library;
  if (H5Fis_hdf5(path.c_str()) == 0)
    throw InputError("this is not an HDF5 file", path.string(),
                     "replace it by an HDF5 file, or convert the data set first");
  handle_ =
      std::make_unique<Handle>(Handle{Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose)});
  if (!handle_->file.valid())
    throw InputError(fmt::format("cannot open an HDF5 file ({})", innermost_error()), path.string(),
                     "check its permissions; if it is damaged or cut short, copy or generate it again");
}

Hdf5File::~Hdf5File() {
  const Library library;
  handle_.reset();
}

std::vector<std::string> Hdf5File::names() const {
  const Library library;
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5O_info_t* info, void* into) -> herr_t {
    if (info->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return 0;
  };
  if (H5Ovisit(handle_->file.get(), H5_INDEX_NAME, H5_ITER_INC, visit, &names) < 0)
    throw InputError(fmt::format("cannot list an HDF5 file ({})", innermost_error()), path_.string(),
                     "copy or generate the file again");
  std::sort(names.begin(), names.end());
  return names;
}

bool Hdf5File::holds(const std::string& name) const {
  const std::vector<std::string> all = names();
  return std::binary_search(all.begin(), all.end(), name);
}

Hdf5Array Hdf5File::describe(const std::string& name) const {
  const Library library;
  const Id& data = handle_->open(name, path_);
  const Id type(H5Dget_type(data.get()), H5Tclose), space(H5Dget_space(data.get()), H5Sclose);
  Hdf5Array array{element_name(type.get()), {}};
  for (const hsize_t extent : shape_of(space)) array.shape.push_back(static_cast<std::int64_t>(extent));
  return array;
}

std::optional<std::uint64_t> Hdf5File::offset(const std::string& name) const {
  const Library library;
  const Id& data = handle_->open(name, path_);
  const Id creation(H5Dget_create_plist(data.get()), H5Pclose), type(H5Dget_type(data.get()), H5Tclose);
  if (H5Pget_layout(creation.get()) != H5D_CONTIGUOUS || H5Pget_external_count(creation.get()) != 0)
    return std::nullopt;
  const std::array ours{file_type<std::uint8_t>(), file_type<std::int16_t>(), file_type<std::int32_t>(),
                        file_type<std::int64_t>(), file_type<float>(),        file_type<double>()};
  if (std::ranges::none_of(ours, [&](hid_t one) { return H5Tequal(type.get(), one) > 0; }))
    return std::nullopt;
  const haddr_t offset = H5Dget_offset(data.get());
  return offset == HADDR_UNDEF ? std::nullopt : std::optional<std::uint64_t>(offset);
}

template <class T>
void Hdf5File::read(const std::string& name, std::span<const Interval> block, std::span<T> into) const {
  const Library library;
  const Id& data = handle_->open(name, path_);
  const Id space(H5Dget_space(data.get()), H5Sclose);
  if (!select(space, block))
    throw InputError(fmt::format("the block asked for is not within the data set '{}'", name), path_.string(),
                     "name a file of the expected shape");
  const Id memory = memory_of(block);
  assert(H5Sget_select_npoints(memory.get()) == static_cast<hssize_t>(into.size()));
  if (H5Dread(data.get(), native_type<T>(), memory.get(), space.get(), H5P_DEFAULT, into.data()) < 0)
    throw InputError(fmt::format("cannot read the data set '{}' ({})", name, innermost_error()),
                     path_.string(), "copy or generate the file again");
  const Id type(H5Dget_type(data.get()), H5Tclose);
  handle_->bytes_read +=
      static_cast<std::uint64_t>(H5Sget_select_npoints(space.get())) * H5Tget_size(type.get());
}

std::uint64_t Hdf5File::bytes_read() const {
  return handle_->bytes_read;
}

namespace {

/// The value of an attribute of the file, if it is of a kind that we know.
std::optional<Hdf5Attribute> read_attribute(hid_t file, const char* name) {
  const Id attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose),
      type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) == H5T_INTEGER) {
    std::int64_t value = 0;
    if (H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) >= 0) return value;
  }
  if (H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) == 0) {
    std::string text(H5Tget_size(type.get()), '\0');
    if (H5Aread(attribute.get(), type.get(), text.data()) >= 0) return text;
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, Hdf5Attribute> Hdf5File::attributes() const {
  const Library library;
  std::map<std::string, Hdf5Attribute> attributes;
  const auto visit = [](hid_t file, const char* name, const H5A_info_t*, void* into) -> herr_t {
    if (auto value = read_attribute(file, name))
      static_cast<std::map<std::string, Hdf5Attribute>*>(into)->emplace(name, std::move(*value));
    return 0;
  };
  const Id root(H5Gopen2(handle_->file.get(), "/", H5P_DEFAULT), H5Gclose);
  if (H5Aiterate2(root.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &attributes) < 0)
    throw InputError(fmt::format("cannot list the attributes of an HDF5 file ({})", innermost_error()),
                     path_.string(), "copy or generate the file again");
  return attributes;
}

#define TESSERA_HDF5_ELEMENT(T) \
  template void Hdf5File::read(const std::string&, std::span<const Interval>, std::span<T>) const;
TESSERA_FOR_STORED_ELEMENTS(TESSERA_HDF5_ELEMENT)
#undef TESSERA_HDF5_ELEMENT

}  // namespace tessera
