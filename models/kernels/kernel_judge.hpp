#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/kernels/direction.hpp"

namespace tessera {

/// A kernel whose results are not the reference's.
struct KernelMismatch {
  Direction direction = Direction::Forward;  // of the kernel's call; see primitive_of() for its layer's
  std::string implementation;
  double distance = 0, bound = 0;  // of the results, relative; what rounding explains
};

/// Of results that were summed in float32 from so many terms. In bfloat16 a last bit more, element by
/// element.
struct Rounding {
  Element element;
  std::int64_t terms;
  double bound() const;
};

/// Holds results of a kernel to the truth, and keeps the first that is wrong.
class KernelJudge {
 public:
  /// As the kernel names them; see implementation_of().
  explicit KernelJudge(std::vector<std::string> implementations)
      : implementations_(std::move(implementations)) {}

  void compare(Direction direction, std::span<const double> found, std::span<const double> truth,
               const Rounding& rounding);
  /// Taps of maxima: rounding decides between elements that are all but equal, of few windows.
  void compare_taps(std::span<const std::byte> found, std::span<const std::byte> truth, Element element);

  const std::optional<KernelMismatch>& mismatch() const { return mismatch_; }

 private:
  void judge(Direction direction, double distance, double bound);

  std::vector<std::string> implementations_;
  std::optional<KernelMismatch> mismatch_;
};

}  // namespace tessera
