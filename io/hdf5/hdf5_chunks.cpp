#include "io/hdf5/hdf5_chunks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>
#include <optional>

#include "io/files/in_parallel.hpp"
#include "io/hdf5/hdf5_library.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using Index = std::vector<std::int64_t>;  // of an element or a chunk, outermost axis first

/// nullopt where one of them is none of ours.
std::optional<std::vector<ChunkFilter>> filters_of(const Id& creation) {
  std::vector<ChunkFilter> filters;
  for (int i = 0; i < H5Pget_nfilters(creation.get()); ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    switch (H5Pget_filter2(creation.get(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr,
                           nullptr)) {
      case H5Z_FILTER_SHUFFLE:
        filters.push_back(ChunkFilter::Shuffle);
        break;
      case H5Z_FILTER_DEFLATE:
        filters.push_back(ChunkFilter::Deflate);
        break;
      case H5Z_FILTER_FLETCHER32:
        filters.push_back(ChunkFilter::Fletcher32);
        break;
      default:
        return std::nullopt;
    }
  }
  if (std::ranges::count(filters, ChunkFilter::Deflate) > 1) return std::nullopt;
  return filters;
}

/// Of the file that the data set is in, to which a link may have led.
std::uintmax_t file_bytes_of(const Id& data) {
  const Id file(H5Iget_file_id(data.get()), H5Fclose);
  hsize_t bytes = 0;
  H5Fget_filesize(file.get(), &bytes);
  return bytes;
}

/// Calls visit(offset in the chunk, offset in the block, elements) for each run that lies contiguously in the
/// chunk and in the block, dense both, until all that they share is visited.
template <class Visit>
void for_common_runs(std::span<const std::int64_t> first, const Index& chunk, std::span<const Interval> block,
                     const Visit& visit) {
  std::vector<Interval> shared;
  for (std::size_t axis = 0; axis < block.size(); ++axis)
    shared.push_back(intersect(block[axis], {first[axis], first[axis] + chunk[axis]}));
  // A run goes along this axis and has all of the axes inside of it.
  std::size_t inner = block.size() - 1;
  std::int64_t inside = 1;
  for (; inner > 0 && shared[inner].size() == chunk[inner] && chunk[inner] == block[inner].size(); --inner)
    inside *= chunk[inner];
  Index at;
  for (const Interval axis : shared) at.push_back(axis.begin);
  while (true) {
    std::int64_t in_chunk = 0, in_block = 0;
    for (std::size_t axis = 0; axis < block.size(); ++axis) {
      in_chunk = in_chunk * chunk[axis] + at[axis] - first[axis];
      in_block = in_block * block[axis].size() + at[axis] - block[axis].begin;
    }
    visit(in_chunk, in_block, shared[inner].size() * inside);
    std::size_t axis = inner;  // the next run: the axes outside are counted up
    for (; axis > 0 && ++at[axis - 1] == shared[axis - 1].end; --axis) at[axis - 1] = shared[axis - 1].begin;
    if (axis == 0) return;
  }
}

}  // namespace

template <class T>
std::optional<Hdf5Chunks> Hdf5Chunks::open(const Hdf5File& file, const std::string& name) {
  const Library library;
  const Id& data = file.handle_->open_whole(name, file.path());
  const Id creation(H5Dget_create_plist(data.get()), H5Pclose), type(H5Dget_type(data.get()), H5Tclose);
  if (H5Pget_layout(creation.get()) != H5D_CHUNKED || H5Tequal(type.get(), native_type<T>()) <= 0)
    return std::nullopt;
  auto filters = filters_of(creation);
  // Chunks over an edge may have been left out of the filters, which their masks don't tell.
  unsigned options = 0;
  if (!filters || H5Pget_chunk_opts(creation.get(), &options) < 0 || options != 0) return std::nullopt;
  const std::vector<hsize_t> shape = shape_of(Id(H5Dget_space(data.get()), H5Sclose));
  std::vector<hsize_t> chunk(shape.size());
  H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());

  Hdf5Chunks chunks(file, name);
  chunks.shape_.assign(shape.begin(), shape.end());
  chunks.chunk_shape_.assign(chunk.begin(), chunk.end());
  chunks.filters_ = {std::move(*filters), sizeof(T)};
  chunks.chunk_bytes_ = std::accumulate(chunk.begin(), chunk.end(), sizeof(T), std::multiplies<>());
  chunks.file_bytes_ = file_bytes_of(data);
  return chunks;
}

std::vector<Index> Hdf5Chunks::firsts(std::span<const Interval> block) const {
  std::vector<Index> found{{}};
  for (std::size_t axis = 0; axis < block.size(); ++axis) {
    std::vector<Index> longer;
    for (const Index& before : found)
      for (std::int64_t at = block[axis].begin / chunk_shape_[axis] * chunk_shape_[axis];
           at < block[axis].end; at += chunk_shape_[axis]) {
        longer.push_back(before);
        longer.back().push_back(at);
      }
    found = std::move(longer);
  }
  return found;
}

InputError Hdf5Chunks::error(std::span<const std::int64_t> first, const BadChunk& problem) const {
  return {
      fmt::format("a chunk of the data set '{}' is damaged: {}", name_, problem.what()),
      fmt::format("{}, the chunk that begins at element ({})", file_.path().string(), fmt::join(first, ",")),
      "copy or generate the file again"};
}

// HDF5 tells where in the file a chunk lies, too, so that it could be read without the lock; but asking that
// of n chunks takes time of the order of n^2. From the page cache, what is under the lock here is less than a
// tenth of the time that inflating takes.
void Hdf5Chunks::fetch(std::span<const std::int64_t> first, StoredChunk& into) const {
  assert(first.size() == shape_.size());
  const std::vector<hsize_t> offset(first.begin(), first.end());
  const Library library;
  const Id& data = file_.handle_->open(name_, file_.path());
  hsize_t bytes = 0;
  const bool found = H5Dget_chunk_storage_size(data.get(), offset.data(), &bytes) >= 0;
  if (found && bytes == 0) throw error(first, BadChunk("it was never written"));
  if (bytes > file_bytes_) throw error(first, BadChunk("it is larger than the file"));
  into.bytes.resize(bytes);
  if (!found || H5Dread_chunk(data.get(), H5P_DEFAULT, offset.data(), &into.skipped, into.bytes.data()) < 0)
    throw error(first, BadChunk(fmt::format("it can't be read ({})", innermost_error())));
}

void Hdf5Chunks::place(std::span<const std::int64_t> first, std::span<const std::byte> chunk,
                       std::span<const Interval> block, std::byte* into) const {
  const auto element_bytes = static_cast<std::int64_t>(filters_.element_bytes);
  for_common_runs(first, chunk_shape_, block, [&](std::int64_t from, std::int64_t to, std::int64_t count) {
    std::memcpy(into + to * element_bytes, chunk.data() + from * element_bytes,
                static_cast<std::size_t>(count * element_bytes));
  });
}

void Hdf5Chunks::read(std::span<const Interval> block, std::span<std::byte> into, int threads) const {
  bool within = block.size() == shape_.size();
  for (std::size_t axis = 0; within && axis < block.size(); ++axis)
    within = Interval{0, shape_[axis]}.contains(block[axis]);
  if (!within)
    throw InputError(fmt::format("the block asked for is not within the data set '{}'", name_),
                     file_.path().string(), "name a file of the expected shape");
  const std::vector<Index> chunks = firsts(block);
  in_parallel(chunks.size(), threads, [&](std::size_t i) {
    // Kept from one file to the next: fresh pages cost as much as inflating does.
    thread_local StoredChunk stored;
    thread_local ChunkDecoder decoder;
    decoder.expect(filters_, chunk_bytes_);
    try {
      fetch(chunks[i], stored);
      place(chunks[i], decoder.decode(stored.bytes, stored.skipped), block, into.data());
    } catch (const BadChunk& problem) {
      throw error(chunks[i], problem);
    }
  });
  const Library library;
  file_.handle_->bytes_read += into.size();
}

template <class T>
void read_inflated(const Hdf5File& file, const std::string& name, std::span<const Interval> block,
                   std::span<T> into, int threads) {
  if (const auto chunks = Hdf5Chunks::open<T>(file, name))
    chunks->read(block, std::as_writable_bytes(into), threads);
  else
    file.read<T>(name, block, into);
}

#define TESSERA_HDF5_ELEMENT(T)                                                                             \
  template std::optional<Hdf5Chunks> Hdf5Chunks::open<T>(const Hdf5File&, const std::string&);              \
  template void read_inflated(const Hdf5File&, const std::string&, std::span<const Interval>, std::span<T>, \
                              int);
TESSERA_FOR_STORED_ELEMENTS(TESSERA_HDF5_ELEMENT)
#undef TESSERA_HDF5_ELEMENT

}  // namespace tessera
