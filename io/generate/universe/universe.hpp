#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "io/generate/fourier.hpp"
#include "io/generate/universe/density_field.hpp"
#include "io/generate/universe/linear_cosmology.hpp"

namespace tessera {

/// What the four channels of a sample are.
/// Multiscale: four boxes of one cosmology, so that even small grids tell the parameters apart.
/// Redshifts: one box at four redshifts, the layout of the real data (NERSC cosmoflow-sims); small grids
/// can't tell n_s from h in it, and networks don't reach the target on it in small budgets.
enum class Suite { Multiscale, Redshifts };

inline constexpr int kUniverseChannels = 4;

/// One channel: a periodic box at one redshift. Channels of equal box share their particles.
struct UniverseChannel {
  double length;      // of the box: in Mpc/h, or
  bool fixed_in_mpc;  // so long in Mpc whatever h: length * (h / 0.6774) Mpc/h
  double redshift;
  bool same_box(const UniverseChannel& other) const {
    return length == other.length && fixed_in_mpc == other.fixed_in_mpc;
  }
};

/// Those of a suite, all boxes `box_scale` times as long.
std::array<UniverseChannel, kUniverseChannels> universe_channels(Suite suite, double box_scale);

struct UniverseOptions {
  Suite suite = Suite::Multiscale;
  int size = 16;  // cells, and particles, an axis; even
  InitialConditions initial_conditions = InitialConditions::Fixed;
  int lpt_order = 2;     // 1: Zel'dovich; 2: second-order Lagrangian perturbation theory
  double box_scale = 1;  // factor on the lengths of the boxes
  friend bool operator==(const UniverseOptions&, const UniverseOptions&) = default;
};

/// Integer units of mass that a particle carries; fewer on fine grids, where cells would overflow int16.
int mass_of_particle(int size);

/// Makes universes: Gaussian field -> displacement -> cloud-in-cell counts. Holds the transform's memory and
/// plans, so that many universes cost one set-up.
class UniverseMaker {
 public:
  explicit UniverseMaker(const UniverseOptions& options);

  /// Fills counts (D,H,W,C), C = 4, each in [0, 32767]. A pure function of options, cosmology, seed and
  /// universe (its number): the same bytes on any process.
  void make(const Cosmology& cosmology, std::uint64_t seed, std::uint64_t universe,
            std::span<std::int16_t> counts);

 private:
  UniverseOptions options_;
  Fourier lattice_;
};

}  // namespace tessera
