#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "models/base/box.hpp"

/// One sample a file, as the reference's own preparation writes CosmoFlow's: `x` (D,H,W,C) int16 counts of
/// particles, `y` (4) float32, the parameters Omega_m, sigma_8, n_s, H_0 mapped to [-1, 1] ("unitPar").
namespace tessera {

inline constexpr int kCosmoflowTargets = 4;
using CosmoflowTarget = std::array<float, kCosmoflowTargets>;

/// Throws InputError, naming the file, where it lacks x or y or their shapes and element types differ from
/// `space` and `channels`.
void check_cosmoflow_form(const Hdf5File& file, Extents space, std::int64_t channels);

struct CosmoflowForm {
  Extents space;
  std::int64_t channels;
};
/// By elements and axes: other data sets have arrays of these names, too.
bool holds_cosmoflow_data(const Hdf5File& file);
/// Of a sample of any size. Throws as check_cosmoflow_form() where the file is none.
CosmoflowForm cosmoflow_form(const Hdf5File& file);

/// Reads the counts of one box, dense D H W C. Throws InputError on a negative one.
void read_cosmoflow_counts(const Hdf5File& file, const Box& box, std::int64_t channels,
                           std::span<std::int16_t> into);
/// Throws InputError on NaN or infinity.
CosmoflowTarget read_cosmoflow_target(const Hdf5File& file);

/// What the two hold of their values, for counts and targets from elsewhere; `where` is theirs, for messages.
void check_cosmoflow_counts(std::span<const std::int16_t> counts, const std::string& where);
void check_cosmoflow_target(const CosmoflowTarget& target, const std::string& where);

/// The bytes of a sample's file.
std::vector<std::byte> cosmoflow_image(Extents space, std::int64_t channels,
                                       std::span<const std::int16_t> counts, const CosmoflowTarget& target);

}  // namespace tessera
