#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/arrays/array_sample.hpp"

/// The numbers of samples; see array_sample.hpp. `samples`: which of those in the file. Boxes are in indices
/// of what the file holds. All throw InputError, naming the file, where the numbers can't be read or can't
/// be.
namespace tessera {

/// Calls visit with a value of the type of x that `element` names.
template <class Visit>
void with_array_element(const std::string& element, const Visit& visit) {
  if (element == "uint8") return visit(std::uint8_t{});
  if (element == "int16") return visit(std::int16_t{});
  return visit(float{});
}

/// Reads a box of `x` as it is stored, N D H W C, into bytes of that many elements. Refuses what is no
/// number.
void read_array_input(const Hdf5File& file, const ArrayForm& form, const Interval& samples, const Box& box,
                      std::vector<std::byte>& into);

/// Reads `y` as numbers, N D H W C: of a map a box, of others all. Refuses what is no number, and no class
/// where it should be one.
void read_array_target(const Hdf5File& file, const ArrayForm& form, const ArrayTarget& target,
                       const Interval& samples, const Box& box, std::vector<float>& into);

}  // namespace tessera
