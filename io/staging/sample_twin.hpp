#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "io/staging/staged_form.hpp"

namespace tessera {

/// Knows files that equal one sample in all but the elements of its arrays, which so have the same arrays in
/// the same places. It doesn't ask the HDF5 library, whose one lock holds up the threads that stage small
/// files.
class SampleTwin {
 public:
  /// The sample's arrays of numbers; each lies in one piece, see is_in_one_piece().
  SampleTwin(const Hdf5File& sample, std::span<const NamedArray> arrays);

  /// Throws InputError where the file can't be read.
  bool is_equal(const std::filesystem::path& file) const;

 private:
  struct Literal {
    std::uint64_t offset;
    std::vector<std::byte> bytes;
  };
  std::uint64_t bytes_ = 0;
  std::vector<Literal> literals_;  // all that is no element
};

}  // namespace tessera
