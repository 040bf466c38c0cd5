#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

/// What HDF5's own filters did to a chunk, undone without its library and hence without its lock.
namespace tessera {

enum class ChunkFilter { Shuffle, Deflate, Fletcher32 };

/// How the chunks of a data set are stored.
struct ChunkFilters {
  std::vector<ChunkFilter> applied;  // in the order of writing; Deflate at most once
  std::size_t element_bytes = 1;     // 1, 2, 4 or 8
};

/// Why a chunk can't be what was written: "its Adler-32 checksum is wrong".
class BadChunk : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Undoes them one by one. One decoder a thread: it owns the memory that this takes.
class ChunkDecoder {
 public:
  /// To be told what to expect before anything else.
  ChunkDecoder() = default;
  /// chunk_bytes: of a chunk as the program sees it.
  ChunkDecoder(ChunkFilters filters, std::size_t chunk_bytes) { expect(std::move(filters), chunk_bytes); }
  /// Turns to the chunks of another data set, in the memory that is there.
  void expect(ChunkFilters filters, std::size_t chunk_bytes);

  /// stored: a chunk as the file holds it; bit i of `skipped` says that it was written without filter i.
  /// Returns its chunk_bytes bytes, valid until the next call and as long as `stored`. All checksums there
  /// are have been verified. Throws BadChunk.
  std::span<const std::byte> decode(std::span<const std::byte> stored, std::uint32_t skipped);

 private:
  std::span<const std::byte> inflate(std::span<const std::byte> bytes);
  std::span<const std::byte> unshuffle(std::span<const std::byte> bytes);

  ChunkFilters filters_;
  std::size_t chunk_bytes_ = 0;
  std::vector<std::byte> inflated_, unshuffled_;
};

}  // namespace tessera
