#pragma once

#include <cstdint>
#include <span>

#include "io/cosmoflow/cosmoflow_sample.hpp"

/// CosmoFlow's universes as the simulations left them: HDF5 with `full`, int16 counts (D,H,W,C) or, as LBANN
/// has them, (C,D,H,W), and `unitPar`, the four parameters mapped to [-1, 1]. Other data sets, as namePar,
/// physPar and redshifts, are left alone.
namespace tessera {

struct UniverseForm {
  std::int64_t extent = 0;  // cells an axis
  std::int64_t channels = 0;
  bool channels_first = false;
  friend bool operator==(const UniverseForm&, const UniverseForm&) = default;
};

bool holds_universe(const Hdf5File& file);
/// Throws InputError, naming the file, where it is no such universe.
UniverseForm universe_form(const Hdf5File& file);

/// Throws InputError, naming the file and what is missing, unless all of its elements can be read.
void check_universe(const Hdf5File& file);

/// Reads the counts of one box, dense D H W C. Throws InputError on a negative one.
void read_universe_counts(const Hdf5File& file, const UniverseForm& form, const Box& box,
                          std::span<std::int16_t> into);
/// Throws InputError on NaN or infinity.
CosmoflowTarget read_universe_target(const Hdf5File& file);

/// All sizes of cubes that an axis can be cut into, ascending; to say what would do.
std::vector<std::int64_t> divisors_of(std::int64_t extent);

}  // namespace tessera
