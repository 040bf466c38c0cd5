#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "io/files/whole_file.hpp"
#include "models/base/interval.hpp"

/// The one door to the HDF5 library, which isn't thread-safe: every call passes one lock, so that a prefetch
/// thread may read while the main thread writes. Its error stack becomes the text of our Error; it prints
/// nothing. T is one of the integers of 8, 16, 32 and 64 bits, with a sign
/// or without, float, double.
namespace tessera {

/// What one data set of a file holds.
struct Hdf5Array {
  std::string element;              // "int16", "uint8", "float32", ...; "other" for what isn't a number
  std::vector<std::int64_t> shape;  // outermost first; empty for a scalar
  friend bool operator==(const Hdf5Array&, const Hdf5Array&) = default;
};

/// "int16 (16,16,16,4)", for messages.
std::string to_string(const Hdf5Array& array);

/// How the elements of a data set are stored: as they are, in one piece, or in chunks through HDF5's own
/// shuffle and deflate, which need no plug-in to be read: at level 1 (Fast) or 6 (Gzip). A chunk is whole
/// along all axes but the outermost, so that a slab of that axis is one run of the file.
enum class Hdf5Compression { None, Fast, Gzip };
/// How many slices of the outermost axis such a chunk has: at least one, a mebibyte or less where there are
/// more.
std::int64_t chunk_slices(std::span<const std::int64_t> shape, std::size_t element_bytes);

/// What an attribute of a file's root group holds.
using Hdf5Attribute = std::variant<std::int64_t, std::string>;

/// A file open for reading; closed by the destructor.
class Hdf5File {
 public:
  /// Throws InputError where there is no such file, it isn't HDF5, is cut short or another process writes it.
  /// Needs no locks of the file system.
  explicit Hdf5File(const std::filesystem::path& path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Full names of all data sets, groups descended ("climate/data"), in alphabetical order. Links are
  /// followed, to other files, too; what they lead to has their names. Throws InputError where one leads
  /// nowhere.
  std::vector<std::string> names() const;
  /// Whether there is a data set of this name, or a link for it, which may lead nowhere.
  bool holds(const std::string& name) const;
  /// Throws InputError where the file lacks a data set of this name, or its link leads nowhere.
  Hdf5Array describe(const std::string& name) const;
  /// Whether the data set and its elements are in this file alone: neither links nor a virtual data set nor
  /// external storage have it in another.
  bool is_within(const std::string& name) const;
  /// Throws InputError, naming what is missing, unless all elements of the data set can be read: see
  /// io/hdf5/whole_data.hpp. All that reads elements asks for this first.
  void check_whole(const std::string& name) const;
  /// Where in the file the elements lie, if densely, in one piece and as this program writes them: T of
  /// Hdf5Writer, little endian. nullopt: chunked, of another type, never written, or in another file.
  std::optional<std::uint64_t> offset(const std::string& name) const;
  /// Reads one block: an interval an axis, dense in `into`. Elements are converted to T by HDF5.
  /// Throws InputError where the block isn't within the data set, this isn't whole, or the bytes can't be
  /// read.
  template <class T>
  void read(const std::string& name, std::span<const Interval> block, std::span<T> into) const;
  /// What read() has taken from data sets so far, by HDF5's own count of the elements selected, as they are
  /// stored. A chunked or compressed data set, and the operating system, may move more.
  std::uint64_t bytes_read() const;
  /// The attributes of the root group that are integers or texts of fixed length; others are passed over.
  std::map<std::string, Hdf5Attribute> attributes() const;

 private:
  friend class Hdf5Chunks;
  friend class Hdf5Writer;
  struct Handle;
  std::filesystem::path path_;
  std::unique_ptr<Handle> handle_;
};

/// A file to be filled. Its bytes depend on names, shapes, values and their order alone (no times, no
/// addresses). All throw MachineError where the memory or the disk, which is then named, is full or fails.
class Hdf5Writer {
 public:
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Adds a data set; groups in its name ("parameter/conv3d/kernel") are made. An empty shape is a scalar.
  template <class T>
  void add(const std::string& name, std::span<const std::int64_t> shape, std::span<const T> values);
  /// Adds a data set that write() fills, of at least one axis where it is compressed.
  template <class T>
  void create(const std::string& name, std::span<const std::int64_t> shape, Hdf5Compression compression);
  /// Writes one block of it: an interval an axis, dense in `values`.
  template <class T>
  void write(const std::string& name, std::span<const Interval> block, std::span<const T> values);
  /// Adds a copy of a data set of numbers, whose element type stays; holds a few slices of its outermost axis
  /// at a time. Throws InputError where it can't be read.
  void copy(const Hdf5File& from, const std::string& name, Hdf5Compression compression);
  /// Adds an attribute to the root group. A text holds no zero bytes, at least one other, at most 64,000.
  void set(const std::string& name, const Hdf5Attribute& value);

 protected:
  struct Handle;
  explicit Hdf5Writer(std::unique_ptr<Handle> handle);
  ~Hdf5Writer();
  std::unique_ptr<Handle> handle_;
};

/// A file made in memory: what is written to disk is then complete before the first byte goes there.
class Hdf5Image : public Hdf5Writer {
 public:
  Hdf5Image();
  /// The file's bytes; hand them to write_whole_file().
  std::vector<std::byte> bytes() const;
};

/// A file made on disk, for what is too large to be there twice: values go from the caller's memory straight
/// to the file.
class Hdf5PartialFile : public Hdf5Writer {
 public:
  /// Writes into `file`, which outlives it. user_block: bytes that HDF5 leaves to the user before its own, 0
  /// or a power of two from 512 on.
  Hdf5PartialFile(const PartialFile& file, std::size_t user_block);
  /// Without close(), what was added may be lost.
  ~Hdf5PartialFile();
  /// Adds a data set whose elements the caller writes to the file himself once it is closed. Returns where
  /// they begin; they lie densely.
  template <class T>
  std::uint64_t reserve(const std::string& name, std::span<const std::int64_t> shape);
  /// Completes the file, to which nothing can be added then.
  void close();
};

}  // namespace tessera
