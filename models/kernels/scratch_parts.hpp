#pragma once

#include <cstddef>

namespace tessera {

/// Hands out consecutive, aligned parts of a scratch buffer.
class ScratchParts {
 public:
  explicit ScratchParts(std::byte* begin) : next_(begin) {}
  static std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
  /// What is left: of no known size.
  std::byte* rest() const { return next_; }
  std::byte* take(std::size_t bytes) {
    std::byte* part = next_;
    next_ += rounded(bytes);
    return part;
  }

 private:
  std::byte* next_;
};

}  // namespace tessera
