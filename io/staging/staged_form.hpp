#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "models/base/box.hpp"

namespace tessera {

/// An array of numbers of a sample's file.
struct NamedArray {
  std::string name;
  Hdf5Array array;
  friend bool operator==(const NamedArray&, const NamedArray&) = default;
};
/// The arrays of a sample's file, in alphabetical order, those that links lead to among them.
struct SampleArrays {
  std::vector<NamedArray> numbers;  // which make its form
  std::vector<std::string> others;  // texts, compounds and so on: no part of a sample
};
SampleArrays arrays_of(const Hdf5File& file);
/// Whether all arrays are in the file itself, those of numbers each in one piece, so that a copy of its bytes
/// is as good as any.
bool is_in_one_piece(const Hdf5File& file, const SampleArrays& arrays);

/// The size of an array of numbers of io/hdf5/hdf5.hpp's types; 0 of others.
std::uint64_t bytes_of(const Hdf5Array& array);

/// The file that a sample becomes where its bytes aren't simply copied: the same arrays, uncompressed and
/// each in one piece, those over space cut to a box. All samples of a data set become files of one form,
/// whose bytes differ in the elements alone; so it is made once, and a file is written in order from front to
/// back.
class StagedForm {
 public:
  /// space: of a sample. Arrays whose first axes are its (of a sample without depth, its height and width)
  /// are cut. Elements are of the types of io/hdf5/hdf5.hpp, else InputError naming `where`. A file is made
  /// for a moment in `scratch`.
  StagedForm(std::span<const NamedArray> arrays, const Extents& space, const Box& box,
             const std::filesystem::path& where, const std::filesystem::path& scratch);

  std::uint64_t bytes() const { return bytes_; }

  /// Hands on the bytes of the file that `source`, which has these arrays, becomes. Returns how many bytes of
  /// the source's elements it read.
  std::uint64_t write(const Hdf5File& source,
                      const std::function<void(std::span<const std::byte>)>& take) const;
  /// The memory that it takes: a MiB, or, of what is compressed, a row of chunks.
  std::size_t memory_bytes(const Hdf5File& source) const;

 private:
  struct Part {
    std::string name, element;
    std::vector<std::int64_t> source_shape;
    std::vector<Interval> block;
    std::size_t element_bytes;
    std::uint64_t offset;
  };

  std::uint64_t bytes_ = 0;
  std::vector<Part> parts_;                       // by offset
  std::vector<std::vector<std::byte>> literals_;  // between them: one before each, and one after the last
};

}  // namespace tessera
