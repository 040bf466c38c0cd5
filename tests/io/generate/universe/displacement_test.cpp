#include "io/generate/universe/displacement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr int kSize = 16;

/// Coefficients of contrast(d, h, w), a function of angles in [0, 2 pi).
template <class Contrast>
std::vector<std::complex<double>> coefficients(Fourier& lattice, Contrast&& contrast) {
  std::size_t site = 0;
  const auto angle = [](int i) { return 2 * std::numbers::pi * i / kSize; };
  for (int d = 0; d < kSize; ++d)
    for (int h = 0; h < kSize; ++h)
      for (int w = 0; w < kSize; ++w) lattice.sites()[site++] = contrast(angle(d), angle(h), angle(w));
  lattice.forward();
  std::vector<std::complex<double>> modes(lattice.modes().begin(), lattice.modes().end());
  for (auto& mode : modes) mode /= static_cast<double>(lattice.sites().size());
  return modes;
}

template <class Expected>
void expect_component(const std::vector<double>& component, Expected&& expected) {
  std::size_t site = 0;
  for (int d = 0; d < kSize; ++d)
    for (int h = 0; h < kSize; ++h)
      for (int w = 0; w < kSize; ++w)
        ASSERT_NEAR(component[site++],
                    expected(2 * std::numbers::pi * d / kSize, 2 * std::numbers::pi * h / kSize), 1e-12);
}

// One wave number in cells: k = 2 pi m / N, so 1/k = N / (2 pi m).
constexpr double kInverse = kSize / (2 * std::numbers::pi);

TEST(Displacement, OfAPlaneWaveIsZeldovichs) {
  Fourier lattice(kSize);
  const auto modes = coefficients(lattice, [](double d, double, double) { return 0.3 * std::cos(2 * d); });
  const VectorField psi = first_order_displacement(lattice, modes);
  // delta = -div psi
  expect_component(psi[0], [](double d, double) { return -0.3 * kInverse / 2 * std::sin(2 * d); });
  expect_component(psi[1], [](double, double) { return 0.0; });
  expect_component(psi[2], [](double, double) { return 0.0; });
}

TEST(Displacement, OfAPlaneWaveHasNoSecondOrder) {
  Fourier lattice(kSize);
  const auto modes = coefficients(lattice, [](double d, double, double) { return 0.3 * std::cos(2 * d); });
  const VectorField psi = second_order_displacement(lattice, modes);
  for (const auto& component : psi) expect_component(component, [](double, double) { return 0.0; });
}

TEST(Displacement, OfTwoCrossedWavesHasTheSecondOrderOfTheClosedForm) {
  // phi_dd = A cos d, phi_hh = B cos h, so S = A B cos d cos h = laplacian phi_2, phi_2 = -A B cos d cos h /
  // (2 k^2).
  Fourier lattice(kSize);
  const auto modes =
      coefficients(lattice, [](double d, double h, double) { return 0.3 * std::cos(d) + 0.2 * std::cos(h); });
  const VectorField psi = second_order_displacement(lattice, modes);
  expect_component(psi[0],
                   [](double d, double h) { return 0.06 * kInverse / 2 * std::sin(d) * std::cos(h); });
  expect_component(psi[1],
                   [](double d, double h) { return 0.06 * kInverse / 2 * std::cos(d) * std::sin(h); });
  expect_component(psi[2], [](double, double) { return 0.0; });
}

}  // namespace
}  // namespace tessera
