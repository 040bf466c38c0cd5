#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

#include "models/base/bfloat16.hpp"

namespace tessera {

/// Element types of tensors. F64 serves the reference kernels, the oracle of the others. Of activations and
/// their gradients alone BF16.
enum class Element : std::uint8_t { F32, F64, BF16 };

/// The type in which numbers of type T are computed with and summed, and in which parameters beside tensors
/// of T, their gradients and statistics are kept.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, Bfloat16>, float, T>;

/// Its element.
constexpr Element wide(Element element) {
  return element == Element::BF16 ? Element::F32 : element;
}

/// Calls work(T{}), where T is the C++ type of a wide element, and returns what it returns.
template <class Work>
constexpr decltype(auto) with_wide_element(Element element, Work&& work) {
  switch (element) {
    case Element::F32:
      return work(float{});
    case Element::F64:
      return work(double{});
    case Element::BF16:
      break;
  }
  std::abort();  // no such element
}

/// The same of any element: with the above the one fork over element types.
template <class Work>
constexpr decltype(auto) with_element(Element element, Work&& work) {
  return element == Element::BF16 ? work(Bfloat16{}) : with_wide_element(element, work);
}

template <class T>
constexpr Element element_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, Bfloat16>);
  if (std::is_same_v<T, Bfloat16>) return Element::BF16;
  return std::is_same_v<T, double> ? Element::F64 : Element::F32;
}

constexpr std::size_t bytes_of(Element element) {
  return with_element(element, [](auto zero) { return sizeof zero; });
}

/// As configurations and files have it: "float32".
constexpr const char* name_of(Element element) {
  switch (element) {
    case Element::F32:
      return "float32";
    case Element::F64:
      return "float64";
    case Element::BF16:
      return "bf16";
  }
  std::abort();
}

}  // namespace tessera
