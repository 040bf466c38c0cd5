#include "io/generate/climate/random_field.hpp"

#include <cassert>
#include <numeric>

#include "io/generate/white_noise.hpp"

namespace tessera {
namespace {

double mean_cosine(const ClimateGrid& grid) {
  double poleward = 0;
  for (int row = 0; row < grid.rows(); ++row) poleward += std::abs(grid.latitude(row));
  return std::cos(radians(poleward / grid.rows()));
}

}  // namespace

RandomFields::RandomFields(const ClimateGrid& grid) : plane_(Extents{1, grid.rows(), grid.columns()}) {
  const double north = 2 * std::numbers::pi / (grid.rows() * grid.cell_north());
  const double east = 2 * std::numbers::pi / (grid.region().width * kKmPerDegree * mean_cosine(grid));
  for (int h = 0; h < grid.rows(); ++h)
    for (int w = 0; w <= grid.columns() / 2; ++w) {
      const double ky = north * (h <= grid.rows() / 2 ? h : h - grid.rows()), kx = east * w;
      squared_wave_number_.push_back(ky * ky + kx * kx);
    }
}

std::vector<double> RandomFields::amplitudes(const RedSpectrum& spectrum) const {
  const double scale = spectrum.length / (2 * std::numbers::pi);
  std::vector<double> factors;
  for (const double k2 : squared_wave_number_)
    factors.push_back(std::pow(1 + k2 * scale * scale, -spectrum.slope / 2));
  factors.front() = 0;  // no mean
  return factors;
}

Field RandomFields::draw(std::span<const double> amplitudes, const RandomStream& noise) {
  assert(amplitudes.size() == squared_wave_number_.size());
  fill_with_white_noise(plane_.sites(), noise);
  plane_.forward();
  const auto modes = plane_.modes();
  for (std::size_t mode = 0; mode < modes.size(); ++mode) modes[mode] *= amplitudes[mode];
  plane_.backward();
  const auto sites = plane_.sites();
  const double squares = std::inner_product(sites.begin(), sites.end(), sites.begin(), 0.0);
  const double scale = 1 / std::sqrt(squares / static_cast<double>(sites.size()));
  Field field(sites.begin(), sites.end());
  for (double& value : field) value *= scale;
  return field;
}

}  // namespace tessera
