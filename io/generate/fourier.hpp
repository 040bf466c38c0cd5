#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>

#include "models/base/tensor.hpp"

namespace tessera {

/// Discrete Fourier transform of a real field on a periodic lattice of d * h * w sites (FFTW, double
/// precision), with its memory; a plane has d = 1. Sites lie in order D H W. Modes lie in order D H W too, of
/// W the non-negative half: d * h * (w/2 + 1) of them. Neither direction is normalised: forward then backward
/// multiplies by the number of sites. Plans are made by rule and not by measurement, so that the same input
/// gives the same bits. One thread at a time may make one (FFTW's planner).
class Fourier {
 public:
  /// extents.w: even.
  explicit Fourier(const Extents& extents);
  /// A cube of size^3 sites.
  explicit Fourier(int size) : Fourier(Extents{size, size, size}) {}
  ~Fourier();
  Fourier(const Fourier&) = delete;
  Fourier& operator=(const Fourier&) = delete;

  /// Sites an axis of a cube.
  int size() const { return static_cast<int>(extents_.w); }
  std::span<double> sites() { return {reinterpret_cast<double*>(sites_.data()), count_sites_}; }
  std::span<std::complex<double>> modes() {
    return {reinterpret_cast<std::complex<double>*>(modes_.data()), count_modes_};
  }
  /// sites -> modes.
  void forward();
  /// modes -> sites; the modes are destroyed.
  void backward();

 private:
  struct Plan;
  Extents extents_;
  std::size_t count_sites_, count_modes_;
  AlignedBytes sites_, modes_;
  std::unique_ptr<Plan> forward_, backward_;
};

/// Signed wave numbers of one mode, in units of the fundamental one: -size/2 < m <= size/2.
struct WaveNumber {
  int d, h, w;
  std::int64_t squared() const { return std::int64_t{d} * d + std::int64_t{h} * h + std::int64_t{w} * w; }
};

/// Calls visit(index, wave_number) for every mode of a cube, in order.
template <class Visit>
void for_each_mode(int size, Visit&& visit) {
  const auto signed_number = [size](int i) { return i <= size / 2 ? i : i - size; };
  std::size_t index = 0;
  for (int d = 0; d < size; ++d)
    for (int h = 0; h < size; ++h)
      for (int w = 0; w <= size / 2; ++w) visit(index++, WaveNumber{signed_number(d), signed_number(h), w});
}

}  // namespace tessera
