#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

namespace tessera {

/// Element types of activations, their gradients and parameters. F64 serves the reference kernels, the oracle
/// of the others.
enum class Element : std::uint8_t { F32, F64 };

/// Calls work(T{}), where T is the C++ type of the element, and returns what it returns: the one fork over
/// element types.
template <class Work>
constexpr decltype(auto) with_element(Element element, Work&& work) {
  switch (element) {
    case Element::F32:
      return work(float{});
    case Element::F64:
      return work(double{});
  }
  std::abort();  // no such element
}

template <class T>
constexpr Element element_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
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
  }
  std::abort();
}

}  // namespace tessera
