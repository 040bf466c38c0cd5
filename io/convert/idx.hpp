#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "io/convert/byte_stream.hpp"
#include "io/convert/conversion.hpp"

namespace tessera {

/// A file of unsigned bytes in the form IDX, compressed by gzip or not: two zeros, 8 (the type), the number
/// of axes, the extents (4 bytes each, the highest first), the values. Items, along the outermost axis, are
/// read in order.
class IdxReader {
 public:
  /// Throws InputError, naming the file, where it can't be read or isn't of so many axes.
  IdxReader(const std::filesystem::path& path, std::size_t axes);

  const std::filesystem::path& path() const { return stream_.path(); }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t items() const { return shape_[0]; }
  std::size_t item_bytes() const { return item_bytes_; }
  /// The number of the item that read() gives next.
  std::int64_t next() const { return next_; }
  /// Passes over items up to this one, which isn't before next().
  void skip_to(std::int64_t item);
  /// Reads the next item. Throws InputError where the file ends within it, or goes on after the last.
  void read(std::span<std::uint8_t> into);

 private:
  ByteStream stream_;
  std::vector<std::int64_t> shape_;
  std::size_t item_bytes_ = 1;
  std::int64_t next_ = 0;
};

/// What a file's name says: of EMNIST ("emnist-letters-train-images-idx3-ubyte.gz") images are transposed,
/// and its letters count from 1.
IdxConvention idx_convention(const std::filesystem::path& path);

/// Reads images and labels to their ends. Throws InputError where one is damaged, there aren't equally many,
/// or a label is below the first.
void check_idx_pair(const std::filesystem::path& images, const IdxConvention& convention);

/// The file of labels that goes with one of images, by name: "train-labels-idx1-ubyte" with
/// "train-images-idx3-ubyte", and ".gz" or not. Throws InputError where it isn't there.
std::filesystem::path labels_of(const std::filesystem::path& images);

}  // namespace tessera
