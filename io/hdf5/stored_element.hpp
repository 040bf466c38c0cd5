#pragma once

#include <cstdint>
#include <string>

namespace tessera {

/// INSTANTIATE(T) for each type of elements that io/hdf5/hdf5.hpp reads and writes.
#define TESSERA_FOR_STORED_ELEMENTS(INSTANTIATE) \
  INSTANTIATE(std::int8_t)                       \
  INSTANTIATE(std::uint8_t)                      \
  INSTANTIATE(std::int16_t)                      \
  INSTANTIATE(std::int32_t)                      \
  INSTANTIATE(std::int64_t)                      \
  INSTANTIATE(std::uint16_t)                     \
  INSTANTIATE(std::uint32_t)                     \
  INSTANTIATE(std::uint64_t)                     \
  INSTANTIATE(float)                             \
  INSTANTIATE(double)

/// Calls visit with a value of the type that `element`, of an Hdf5Array, names; false where it is none of
/// those that io/hdf5/hdf5.hpp reads and writes.
template <class Visit>
bool with_stored_element(const std::string& element, const Visit& visit) {
  if (element == "int8") return visit(std::int8_t{}), true;
  if (element == "uint8") return visit(std::uint8_t{}), true;
  if (element == "int16") return visit(std::int16_t{}), true;
  if (element == "int32") return visit(std::int32_t{}), true;
  if (element == "int64") return visit(std::int64_t{}), true;
  if (element == "uint16") return visit(std::uint16_t{}), true;
  if (element == "uint32") return visit(std::uint32_t{}), true;
  if (element == "uint64") return visit(std::uint64_t{}), true;
  if (element == "float32") return visit(float{}), true;
  if (element == "float64") return visit(double{}), true;
  return false;
}

}  // namespace tessera
