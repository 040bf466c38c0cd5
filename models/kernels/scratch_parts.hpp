#pragma once

#include <cstddef>
#include <cstdint>

namespace tessera {

/// Hands out consecutive, aligned parts of a scratch buffer.
class ScratchParts {
 public:
  explicit ScratchParts(std::byte* begin) : next_(begin) {}
  static std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
  template <class T>
  static std::size_t rounded(std::int64_t count) {
    return rounded(static_cast<std::size_t>(count) * sizeof(T));
  }
  /// What is left: of no known size.
  std::byte* rest() const { return next_; }
  std::byte* take(std::size_t bytes) {
    std::byte* part = next_;
    next_ += rounded(bytes);
    return part;
  }
  template <class T>
  T* take(std::int64_t count) {
    return reinterpret_cast<T*>(take(static_cast<std::size_t>(count) * sizeof(T)));
  }

 private:
  std::byte* next_;
};

}  // namespace tessera
