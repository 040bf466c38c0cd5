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

#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/hdf5_library.hpp"
#include "io/hdf5/open_file.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"

namespace tessera {
std::int64_t chunk_slices(std::span<const std::int64_t> shape, std::size_t element_bytes) {
  // As the chunk cache of HDF5 is by default: what a reader of a part has decompressed stays there.
  constexpr std::int64_t kChunkBytes = std::int64_t{1} << 20;
  auto slice = static_cast<std::int64_t>(element_bytes);
  for (const std::int64_t extent : shape.subspan(1)) slice *= std::max<std::int64_t>(extent, 1);
  return std::clamp<std::int64_t>(kChunkBytes / slice, 1, std::max<std::int64_t>(shape[0], 1));
}

namespace {

/// A data set in blocks of whole chunks, a few mebibytes each; a scalar in one.
std::vector<std::vector<Interval>> blocks_of(std::span<const std::int64_t> shape, std::size_t element_bytes) {
  constexpr std::int64_t kChunksABlock = 16;
  if (shape.empty()) return {{}};
  const std::int64_t slices = kChunksABlock * chunk_slices(shape, element_bytes);
  std::vector<Interval> whole;
  for (const std::int64_t extent : shape) whole.push_back({0, extent});
  std::vector<std::vector<Interval>> blocks;
  for (std::int64_t begin = 0; begin < shape[0]; begin += slices) {
    blocks.push_back(whole);
    blocks.back()[0] = {begin, std::min(shape[0], begin + slices)};
  }
  return blocks;
}

}  // namespace

struct Hdf5Writer::Handle {
  std::string task, where, fix;    // to say when it fails
  Id file{}, creation{}, links{};  // no times in what is created; groups made on the way

  /// `name` of a new file that `access` opens.
  void create(const std::string& name, const Id& access, std::size_t user_block) {
    const Id form(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_userblock(form.get(), user_block);
    file = Id(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, form.get(), access.get()), H5Fclose);
    check(file.valid());
    creation = Id(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_obj_track_times(creation.get(), false);
    links = Id(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links.get(), 1);
  }
  void check(bool good) const {
    if (good) return;
    // What the operating system refused says more than how HDF5 words it.
    const std::string reason = errno != 0 ? std::strerror(errno) : innermost_error();
    throw MachineError(fmt::format("cannot {}: {}", task, reason), where, fix);
  }
  Id add(const std::string& name, hid_t type, std::span<const std::int64_t> shape,
         Hdf5Compression compression) const {
    std::vector<hsize_t> extents(shape.begin(), shape.end());
    const Id space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
    const Id form(H5Pcopy(creation.get()), H5Pclose);
    const bool holds_some = H5Sget_simple_extent_npoints(space.get()) > 0;
    if (compression != Hdf5Compression::None && !extents.empty() && holds_some) {
      extents[0] = static_cast<hsize_t>(chunk_slices(shape, H5Tget_size(type)));
      H5Pset_chunk(form.get(), static_cast<int>(extents.size()), extents.data());
      H5Pset_shuffle(form.get());
      H5Pset_deflate(form.get(), compression == Hdf5Compression::Fast ? 1 : 6);
    }
    Id data(H5Dcreate2(file.get(), name.c_str(), type, space.get(), links.get(), form.get(), H5P_DEFAULT),
            H5Dclose);
    check(data.valid());
    return data;
  }
};

Hdf5Writer::Hdf5Writer(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}

Hdf5Writer::~Hdf5Writer() {
  const Library library;
  handle_.reset();
}

template <class T>
void Hdf5Writer::add(const std::string& name, std::span<const std::int64_t> shape,
                     std::span<const T> values) {
  const Library library;
  const Id data = handle_->add(name, file_type<T>(), shape, Hdf5Compression::None);
  assert(H5Sget_simple_extent_npoints(Id(H5Dget_space(data.get()), H5Sclose).get()) ==
         static_cast<hssize_t>(values.size()));
  handle_->check(H5Dwrite(data.get(), native_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
}

template <class T>
void Hdf5Writer::create(const std::string& name, std::span<const std::int64_t> shape,
                        Hdf5Compression compression) {
  const Library library;
  handle_->add(name, file_type<T>(), shape, compression);
}

template <class T>
void Hdf5Writer::write(const std::string& name, std::span<const Interval> block, std::span<const T> values) {
  const Library library;
  const Id data(H5Dopen2(handle_->file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  handle_->check(data.valid());
  const Id space(H5Dget_space(data.get()), H5Sclose), memory = memory_of(block);
  const bool within = select(space, block);
  assert(within && H5Sget_select_npoints(memory.get()) == static_cast<hssize_t>(values.size()));
  handle_->check(within && H5Dwrite(data.get(), native_type<T>(), memory.get(), space.get(), H5P_DEFAULT,
                                    values.data()) >= 0);
}

void Hdf5Writer::copy(const Hdf5File& from, const std::string& name, Hdf5Compression compression) {
  const std::vector<std::int64_t> shape = from.describe(name).shape;
  const Library library;
  const Id& source = from.handle_->open_whole(name, from.path());
  const Id stored(H5Dget_type(source.get()), H5Tclose), space(H5Dget_space(source.get()), H5Sclose);
  const Id type(H5Tcopy(stored.get()), H5Tclose);  // one that has a name is its file's alone
  const Id data = handle_->add(name, type.get(), shape, compression);
  std::vector<std::byte> piece;
  const std::size_t element_bytes = H5Tget_size(type.get());
  for (const std::vector<Interval>& block : blocks_of(shape, element_bytes)) {
    select(space, block);
    const Id memory = memory_of(block);
    piece.resize(static_cast<std::size_t>(H5Sget_select_npoints(memory.get())) * element_bytes);
    if (H5Dread(source.get(), type.get(), memory.get(), space.get(), H5P_DEFAULT, piece.data()) < 0)
      throw InputError(fmt::format("cannot read the data set '{}' ({})", name, innermost_error()),
                       from.path().string(), "copy or generate the file again");
    handle_->check(H5Dwrite(data.get(), type.get(), memory.get(), space.get(), H5P_DEFAULT, piece.data()) >=
                   0);
  }
}

void Hdf5Writer::set(const std::string& name, const Hdf5Attribute& value) {
  const Library library;
  const auto* text = std::get_if<std::string>(&value);
  const Id type(H5Tcopy(text != nullptr ? H5T_C_S1 : H5T_STD_I64LE), H5Tclose);
  if (text != nullptr) {
    H5Tset_size(type.get(), text->size());
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  }
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(
      H5Acreate2(handle_->file.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  handle_->check(attribute.valid() && (text != nullptr ? H5Awrite(attribute.get(), type.get(), text->data())
                                                       : H5Awrite(attribute.get(), H5T_NATIVE_INT64,
                                                                  &std::get<std::int64_t>(value))) >= 0);
}

Hdf5Image::Hdf5Image()
    : Hdf5Writer(
          std::make_unique<Handle>(Handle{"make an HDF5 file in memory", "HDF5", "provide more memory"})) {
  const Library library;
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kIncrement = std::size_t{1} << 20;
  H5Pset_fapl_core(access.get(), kIncrement, false);
  // The library takes two open files of one name for one file, in memory too.
  handle_->create(fmt::format(":image {}", fmt::ptr(this)), access, 0);
}

std::vector<std::byte> Hdf5Image::bytes() const {
  const Library library;
  handle_->check(H5Fflush(handle_->file.get(), H5F_SCOPE_GLOBAL) >= 0);
  const ssize_t size = H5Fget_file_image(handle_->file.get(), nullptr, 0);
  handle_->check(size > 0);
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  handle_->check(H5Fget_file_image(handle_->file.get(), bytes.data(), bytes.size()) == size);
  return bytes;
}

Hdf5PartialFile::Hdf5PartialFile(const PartialFile& file, std::size_t user_block)
    : Hdf5Writer(std::make_unique<Handle>(Handle{"write a file", file.path().string(),
                                                 "free space on this disk or name another directory"})) {
  const Library library;
  // No other process opens it under the name that it has now, and not every file system has locks.
  const Id access = access_without_locks();
  H5Pset_fapl_sec2(access.get());
  H5Pset_sieve_buf_size(access.get(), 0);  // what can't be written is known when it is added
  H5Pset_cache(access.get(), 0, 0, 0, 0);  // chunks likewise
  handle_->create(file.partial_path().string(), access, user_block);
}

// A file whose last bytes HDF5 can't write stays half open, and crashes the library when the program ends. So
// where it was given up, they go to memory.
Hdf5PartialFile::~Hdf5PartialFile() {
  const Library library;
  void* descriptor = nullptr;
  if (!handle_->file.valid() || H5Fget_vfd_handle(handle_->file.get(), H5P_DEFAULT, &descriptor) < 0) return;
  const int memory = ::memfd_create("given up", MFD_CLOEXEC);
  ::dup2(memory, *static_cast<const int*>(descriptor));
  ::close(memory);
}

template <class T>
std::uint64_t Hdf5PartialFile::reserve(const std::string& name, std::span<const std::int64_t> shape) {
  const Library library;
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Id space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose),
      creation(H5Pcopy(handle_->creation.get()), H5Pclose);
  H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  const Id data(H5Dcreate2(handle_->file.get(), name.c_str(), file_type<T>(), space.get(),
                           handle_->links.get(), creation.get(), H5P_DEFAULT),
                H5Dclose);
  handle_->check(data.valid() && H5Dget_offset(data.get()) != HADDR_UNDEF);
  return H5Dget_offset(data.get());
}

void Hdf5PartialFile::close() {
  const Library library;
  handle_->check(H5Fflush(handle_->file.get(), H5F_SCOPE_GLOBAL) >= 0);
  handle_->check(handle_->file.close());
}

#define TESSERA_HDF5_ELEMENT(T)                                                                            \
  template void Hdf5Writer::add(const std::string&, std::span<const std::int64_t>, std::span<const T>);    \
  template void Hdf5Writer::create<T>(const std::string&, std::span<const std::int64_t>, Hdf5Compression); \
  template void Hdf5Writer::write(const std::string&, std::span<const Interval>, std::span<const T>);      \
  template std::uint64_t Hdf5PartialFile::reserve<T>(const std::string&, std::span<const std::int64_t>);
TESSERA_FOR_STORED_ELEMENTS(TESSERA_HDF5_ELEMENT)
#undef TESSERA_HDF5_ELEMENT

}  // namespace tessera
