#include "io/convert/published_universe.hpp"

#include <array>

#include "io/cosmoflow/count_transform.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kMendUniverse = "name CosmoFlow's HDF5 universes, or leave this file out";

}  // namespace

bool holds_universe(const Hdf5File& file) {
  return file.holds("full");
}

UniverseForm universe_form(const Hdf5File& file) {
  const Hdf5Array full = file.describe("full"), parameters = file.describe("unitPar");
  const auto is_cube = [&](std::size_t first) {
    const auto& shape = full.shape;
    constexpr std::int64_t kLargest = 1 << 14;  // 32 times the published ones
    return shape.size() == 4 && shape[first] > 0 && shape[first] <= kLargest &&
           shape[first] == shape[first + 1] && shape[first] == shape[first + 2];
  };
  const auto may_be_channels = [](std::int64_t extent) {
    return extent >= 1 && extent <= CountTransform::kMostChannels;
  };
  if (parameters.shape != std::vector<std::int64_t>{kCosmoflowTargets} || parameters.element == "other")
    throw InputError(
        fmt::format("'unitPar' is {} and no {} numbers", to_string(parameters), kCosmoflowTargets),
        file.path().string(), kMendUniverse);
  if (full.element == "int16" && is_cube(0) && may_be_channels(full.shape[3]))
    return {full.shape[0], full.shape[3], false};
  if (full.element == "int16" && is_cube(1) && may_be_channels(full.shape[0]))
    return {full.shape[1], full.shape[0], true};
  throw InputError(
      fmt::format("'full' is {} and no cube of int16 (D,H,W,C) or (C,D,H,W) of at most {} channels",
                  to_string(full), CountTransform::kMostChannels),
      file.path().string(), kMendUniverse);
}

void check_universe(const Hdf5File& file) {
  for (const char* name : {"full", "unitPar"}) file.check_whole(name);
}

void read_universe_counts(const Hdf5File& file, const UniverseForm& form, const Box& box,
                          std::span<std::int16_t> into) {
  const Interval channels{0, form.channels};
  if (form.channels_first) {
    std::vector<std::int16_t> planes(into.size());
    file.read<std::int16_t>("full", std::array<Interval, 4>{channels, box.d, box.h, box.w}, planes);
    const auto cells = static_cast<std::size_t>(box.count()), count = static_cast<std::size_t>(form.channels);
    for (std::size_t c = 0; c < count; ++c)
      for (std::size_t cell = 0; cell < cells; ++cell) into[cell * count + c] = planes[c * cells + cell];
  } else {
    file.read<std::int16_t>("full", std::array<Interval, 4>{box.d, box.h, box.w, channels}, into);
  }
  check_cosmoflow_counts(into, file.path().string());
}

CosmoflowTarget read_universe_target(const Hdf5File& file) {
  CosmoflowTarget target;
  file.read<float>("unitPar", std::array<Interval, 1>{{{0, kCosmoflowTargets}}}, target);
  check_cosmoflow_target(target, file.path().string());
  return target;
}

std::vector<std::int64_t> divisors_of(std::int64_t extent) {
  std::vector<std::int64_t> divisors;
  for (std::int64_t size = 1; size <= extent; ++size)
    if (extent % size == 0) divisors.push_back(size);
  return divisors;
}

}  // namespace tessera
