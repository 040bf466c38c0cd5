#include "io/hdf5/hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <cassert>
#include <optional>
#include <utility>

#include "io/hdf5/hdf5_library.hpp"
#include "io/hdf5/hdf5_links.hpp"
#include "io/hdf5/open_file.hpp"
#include "io/hdf5/stored_element.hpp"
#include "io/hdf5/whole_data.hpp"
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

Hdf5File::Handle::DataSet& Hdf5File::Handle::find(const std::string& name,
                                                  const std::filesystem::path& path) {
  const auto found = data_sets.find(name);
  if (found != data_sets.end()) return found->second;
  Id data = open_data_set(file, name);
  if (data.valid()) return data_sets.emplace(name, DataSet{std::move(data)}).first->second;
  if (const std::optional<std::string> problem = why_link_is_broken(file, name, path))
    throw InputError(*problem, path.string(), "put back what it leads to, or leave this file out");
  throw InputError(fmt::format("the file lacks the data set '{}'", name), path.string(),
                   "name a file of the expected form; tessera inspect shows what this one holds");
}

const Id& Hdf5File::Handle::open_whole(const std::string& name, const std::filesystem::path& path) {
  DataSet& data = find(name, path);
  if (!data.is_whole) tessera::check_whole(data.id, name, path);
  data.is_whole = true;
  return data.id;
}

Hdf5File::Hdf5File(const std::filesystem::path& path) : path_(path) {
  const Library library;
  handle_ = std::make_unique<Handle>(Handle{open_to_read(path)});
}

Hdf5File::~Hdf5File() {
  const Library library;
  handle_.reset();
}

std::vector<std::string> Hdf5File::names() const {
  const Library library;
  return list_data_sets(handle_->file, path_);
}

bool Hdf5File::holds(const std::string& name) const {
  const Library library;
  return has_data_set(handle_->file, name);
}

Hdf5Array Hdf5File::describe(const std::string& name) const {
  const Library library;
  const Id& data = handle_->open(name, path_);
  const Id type(H5Dget_type(data.get()), H5Tclose), space(H5Dget_space(data.get()), H5Sclose);
  Hdf5Array array{element_name(type.get()), {}};
  for (const hsize_t extent : shape_of(space)) array.shape.push_back(static_cast<std::int64_t>(extent));
  return array;
}

void Hdf5File::check_whole(const std::string& name) const {
  const Library library;
  handle_->open_whole(name, path_);
}

namespace {

bool lies_in(hid_t file, const Id& data) {
  H5O_info_t of_file, of_data;
  const Id creation(H5Dget_create_plist(data.get()), H5Pclose);
  return H5Oget_info(file, &of_file) >= 0 && H5Oget_info(data.get(), &of_data) >= 0 &&
         of_file.fileno == of_data.fileno && H5Pget_layout(creation.get()) != H5D_VIRTUAL &&
         H5Pget_external_count(creation.get()) == 0;
}

/// One of the types of Hdf5Writer, as they are in files.
bool is_as_written_here(const Id& type) {
#define TESSERA_HDF5_ELEMENT(T) \
  if (H5Tequal(type.get(), file_type<T>()) > 0) return true;
  TESSERA_FOR_STORED_ELEMENTS(TESSERA_HDF5_ELEMENT)
#undef TESSERA_HDF5_ELEMENT
  return false;
}

}  // namespace

bool Hdf5File::is_within(const std::string& name) const {
  const Library library;
  return lies_in(handle_->file.get(), handle_->open(name, path_));
}

std::optional<std::uint64_t> Hdf5File::offset(const std::string& name) const {
  const Library library;
  const Id& data = handle_->open(name, path_);
  const Id creation(H5Dget_create_plist(data.get()), H5Pclose), type(H5Dget_type(data.get()), H5Tclose);
  if (H5Pget_layout(creation.get()) != H5D_CONTIGUOUS || !is_as_written_here(type) ||
      !lies_in(handle_->file.get(), data))
    return std::nullopt;
  const haddr_t offset = H5Dget_offset(data.get());
  return offset == HADDR_UNDEF ? std::nullopt : std::optional<std::uint64_t>(offset);
}

template <class T>
void Hdf5File::read(const std::string& name, std::span<const Interval> block, std::span<T> into) const {
  const Library library;
  const Id& data = handle_->open_whole(name, path_);
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

/// The value of an attribute of the file, if it is one of a kind that we know.
std::optional<Hdf5Attribute> read_attribute(hid_t file, const char* name) {
  const Id attribute(H5Aopen(file, name, H5P_DEFAULT), H5Aclose),
      type(H5Aget_type(attribute.get()), H5Tclose), space(H5Aget_space(attribute.get()), H5Sclose);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) return std::nullopt;
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
