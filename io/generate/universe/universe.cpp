#include "io/generate/universe/universe.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <complex>
#include <vector>

#include "io/generate/universe/cloud_in_cell.hpp"
#include "io/generate/universe/displacement.hpp"
#include "models/base/random.hpp"

namespace tessera {
namespace {

/// Displacements of a box's particles, at redshift 0 and before growth.
struct Displacements {
  VectorField first, second;  // second is empty in first order

  VectorField at(const Growth& growth) const {
    VectorField total = first;
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t i = 0; i < total[a].size(); ++i) {
        total[a][i] *= growth.first;
        if (!second[a].empty()) total[a][i] += growth.second * second[a][i];
      }
    return total;
  }
};

Displacements displacements(Fourier& lattice, int lpt_order) {
  const std::vector<std::complex<double>> density(lattice.modes().begin(), lattice.modes().end());
  Displacements moved{first_order_displacement(lattice, density), {}};
  if (lpt_order == 2) moved.second = second_order_displacement(lattice, density);
  return moved;
}

/// One channel of counts (D,H,W,C).
void store(const std::vector<double>& mass, int units, std::span<std::int16_t> counts, std::size_t channel) {
  for (std::size_t cell = 0; cell < mass.size(); ++cell)
    counts[cell * kUniverseChannels + channel] =
        static_cast<std::int16_t>(std::min(32767.0, std::nearbyint(mass[cell] * units)));
}

}  // namespace

std::array<UniverseChannel, kUniverseChannels> universe_channels(Suite suite, double box_scale) {
  using Channels = std::array<UniverseChannel, kUniverseChannels>;
  Channels channels = suite == Suite::Redshifts
                          ? Channels{{{512, true, 0}, {512, true, 0.5}, {512, true, 1.5}, {512, true, 3}}}
                          : Channels{{{2048, false, 0}, {128, false, 0}, {128, true, 0}, {16, true, 5}}};
  for (UniverseChannel& channel : channels) channel.length *= box_scale;
  return channels;
}

int mass_of_particle(int size) {
  return size < 64 ? 512 : 64;
}

UniverseMaker::UniverseMaker(const UniverseOptions& options) : options_(options), lattice_(options.size) {}

void UniverseMaker::make(const Cosmology& cosmology, std::uint64_t seed, std::uint64_t universe,
                         std::span<std::int16_t> counts) {
  assert(counts.size() == lattice_.sites().size() * kUniverseChannels);
  const auto channels = universe_channels(options_.suite, options_.box_scale);
  const LinearPower power(cosmology);
  Displacements moved;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (c == 0 || !channels[c].same_box(channels[c - 1])) {
      const double to_mpc_h = channels[c].fixed_in_mpc ? cosmology.h / kCentralCosmology.h : 1.0;
      draw_density(lattice_, power, channels[c].length * to_mpc_h, options_.initial_conditions,
                   {seed, Purpose::WhiteNoise, universe, c});
      moved = displacements(lattice_, options_.lpt_order);
    }
    const VectorField total = moved.at(growth(cosmology, channels[c].redshift));
    store(cloud_in_cell(options_.size, total), mass_of_particle(options_.size), counts, c);
  }
}

}  // namespace tessera
