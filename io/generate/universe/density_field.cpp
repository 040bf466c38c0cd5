#include "io/generate/universe/density_field.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "io/generate/white_noise.hpp"

namespace tessera {
namespace {

/// sqrt(P / V) by the squared wave number.
std::vector<double> amplitudes(int size, const LinearPower& power, double length) {
  const std::size_t largest = 3 * static_cast<std::size_t>(size / 2) * static_cast<std::size_t>(size / 2);
  std::vector<double> amplitude(largest + 1, 0.0);
  for (std::size_t m2 = 1; m2 <= largest; ++m2) {
    const double k = 2 * std::numbers::pi / length * std::sqrt(static_cast<double>(m2));
    amplitude[m2] = std::sqrt(power(k) / (length * length * length));
  }
  return amplitude;
}

}  // namespace

void draw_density(Fourier& lattice, const LinearPower& power, double length, InitialConditions conditions,
                  const RandomStream& noise) {
  fill_with_white_noise(lattice.sites(), noise);
  lattice.forward();
  const auto amplitude = amplitudes(lattice.size(), power, length);
  const auto modes = lattice.modes();
  // The transform of unit white noise has the modulus size^(3/2) in the mean square.
  const double expected = std::pow(lattice.size(), 1.5);
  for_each_mode(lattice.size(), [&](std::size_t index, WaveNumber m) {
    const double modulus =
        conditions == InitialConditions::Fixed ? std::max(1e-20, std::abs(modes[index])) : expected;
    modes[index] *= amplitude[static_cast<std::size_t>(m.squared())] / modulus;
  });
}

}  // namespace tessera
