#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/chunk_filters.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/error.hpp"

/// Chunks of a data set as they are stored. The HDF5 library inflates under its one lock, a chunk at a time;
/// here it only fetches what is stored, and filters are undone outside of the lock, on several threads.
namespace tessera {

/// A chunk as the file holds it.
struct StoredChunk {
  std::vector<std::byte> bytes;
  std::uint32_t skipped = 0;  // see ChunkDecoder
};

/// A chunked data set of a file, which must outlive it. May be used by several threads at once.
class Hdf5Chunks {
 public:
  /// nullopt where the data set isn't chunked, or only the HDF5 library can undo how it is stored: other
  /// filters than those of chunk_filters.hpp, elements that aren't T of this machine. Throws InputError where
  /// the file lacks it, or it isn't whole.
  template <class T>
  static std::optional<Hdf5Chunks> open(const Hdf5File& file, const std::string& name);

  const std::vector<std::int64_t>& shape() const { return shape_; }
  /// Of every chunk; those at the far edges are stored whole, too.
  const std::vector<std::int64_t>& chunk_shape() const { return chunk_shape_; }
  std::size_t chunk_bytes() const { return chunk_bytes_; }
  const ChunkFilters& filters() const { return filters_; }

  /// The first elements of all chunks that share elements with the block, an interval an axis.
  std::vector<std::vector<std::int64_t>> firsts(std::span<const Interval> block) const;
  /// Fetches the chunk that begins at this element. Throws InputError where it was never written, or can't be
  /// read.
  void fetch(std::span<const std::int64_t> first, StoredChunk& into) const;
  /// What to throw when the chunk that begins at this element is a BadChunk.
  InputError error(std::span<const std::int64_t> first, const BadChunk& problem) const;
  /// Fills `into` with a block, an interval an axis, dense; chunks are inflated on `threads` threads, of
  /// which the calling one is one. Memory besides `into`: about three chunks a thread. Throws InputError
  /// where the block isn't within the data set, or bytes can't be read or inflated; it says which chunk.
  void read(std::span<const Interval> block, std::span<std::byte> into, int threads) const;

 private:
  Hdf5Chunks(const Hdf5File& file, std::string name) : file_(file), name_(std::move(name)) {}
  void place(std::span<const std::int64_t> first, std::span<const std::byte> chunk,
             std::span<const Interval> block, std::byte* into) const;

  const Hdf5File& file_;
  std::string name_;
  std::vector<std::int64_t> shape_, chunk_shape_;
  ChunkFilters filters_;
  std::size_t chunk_bytes_ = 0;
  std::uintmax_t file_bytes_ = 0;
};

/// Hdf5File::read() where Hdf5Chunks can't be opened, else Hdf5Chunks::read().
template <class T>
void read_inflated(const Hdf5File& file, const std::string& name, std::span<const Interval> block,
                   std::span<T> into, int threads);

}  // namespace tessera
