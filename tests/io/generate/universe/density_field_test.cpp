#include "io/generate/universe/density_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace tessera {
namespace {

double weight_of(WaveNumber m, int size) {  // modes that a stored one stands for
  return m.w == 0 || m.w == size / 2 ? 1 : 2;
}

double k_of(WaveNumber m, double length) {
  return 2 * std::numbers::pi / length * std::sqrt(static_cast<double>(m.squared()));
}

// The field is brought to real space and its spectrum is measured there.
void measure(Fourier& lattice) {
  lattice.backward();
  lattice.forward();
  for (auto& mode : lattice.modes()) mode /= static_cast<double>(lattice.sites().size());
}

TEST(DensityField, SpectrumEqualsTheInputSpectrumWithinSamplingError) {
  constexpr int kSize = 32, kShells = 16;
  constexpr double kLength = 256;
  const LinearPower power(kCentralCosmology);
  Fourier lattice(kSize);
  std::vector<double> ratio(kShells, 0), modes(kShells, 0);
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    draw_density(lattice, power, kLength, InitialConditions::Gaussian, {seed, Purpose::WhiteNoise, 0, 0});
    measure(lattice);
    for_each_mode(kSize, [&](std::size_t index, WaveNumber m) {
      const auto shell = static_cast<std::size_t>(std::sqrt(static_cast<double>(m.squared())));
      if (index == 0 || shell >= kShells) return;
      const double weight = weight_of(m, kSize), expected = power(k_of(m, kLength)) / std::pow(kLength, 3);
      ratio[shell] += weight * std::norm(lattice.modes()[index]) / expected;
      modes[shell] += weight;
    });
  }
  for (std::size_t shell = 1; shell < kShells; ++shell)  // |delta_k|^2 is exponential, modes come in pairs
    EXPECT_NEAR(ratio[shell] / modes[shell], 1, 4 * std::sqrt(2 / modes[shell])) << "shell " << shell;
}

TEST(DensityField, FixedInitialConditionsHaveTheSpectrumModeByMode) {
  constexpr int kSize = 16;
  constexpr double kLength = 128;
  const LinearPower power(kCentralCosmology);
  Fourier lattice(kSize);
  draw_density(lattice, power, kLength, InitialConditions::Fixed, {5, Purpose::WhiteNoise, 1, 2});
  measure(lattice);
  for_each_mode(kSize, [&](std::size_t index, WaveNumber m) {
    const double expected = index == 0 ? 0 : power(k_of(m, kLength)) / std::pow(kLength, 3);
    EXPECT_NEAR(std::norm(lattice.modes()[index]), expected, 1e-12 + 1e-9 * expected);
  });
}

TEST(DensityField, SigmaEightOfTheFieldIsTheInputWithinTwoPercent) {
  constexpr int kSize = 128;
  constexpr double kLength = 400;  // wave numbers from 0.016 to 1 h/Mpc: nearly all of the integral
  Fourier lattice(kSize);
  draw_density(lattice, LinearPower(kCentralCosmology), kLength, InitialConditions::Fixed,
               {1, Purpose::WhiteNoise, 0, 0});
  for_each_mode(kSize, [&](std::size_t index, WaveNumber m) {
    if (index > 0) lattice.modes()[index] *= top_hat(8 * k_of(m, kLength));
  });
  lattice.backward();
  double variance = 0;
  for (const double contrast : lattice.sites()) variance += contrast * contrast;
  variance /= static_cast<double>(lattice.sites().size());
  EXPECT_NEAR(std::sqrt(variance) / kCentralCosmology.sigma_8, 1, 0.02);
}

}  // namespace
}  // namespace tessera
