#pragma once

#include <string>
#include <vector>

#include "models/kernels/onednn_primitive.hpp"

namespace tessera::onednn {

/// The matrix products of a slice of Winograd's points, prepared for each thread of a team to compute some by
/// itself: a is 16 matrices of tiles × read, each row by row, as all others.
class PointProducts {
 public:
  struct Sizes {
    std::int64_t tiles, read, written;
  };
  /// c = a b, of tiles × written: b is 16 matrices of read × written.
  static PointProducts of_outputs(const Device& device, const Sizes& sizes, int team);
  /// c += a' b, of read × written: b is 16 matrices of tiles × written.
  static PointProducts of_gradient(const Device& device, const Sizes& sizes, int team);

  void run(int thread, const float* a, const float* b, float* c, std::byte* scratch) {
    of_thread_[static_cast<std::size_t>(thread)].run({a, b, c}, scratch);
  }
  /// "winograd F(2,3), brg:avx512_core": the latter multiplies.
  std::string implementation() const { return "winograd F(2,3), " + of_thread_.front().implementation(); }
  /// Of each thread.
  std::size_t scratch_bytes() const { return of_thread_.front().scratch_bytes(); }

 private:
  PointProducts(const Device& device, const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                const dnnl::memory::desc& c, bool adds, int team);

  std::vector<Primitive> of_thread_;
};

}  // namespace tessera::onednn
