#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/bench/flow.hpp"
#include "harness/config/config.hpp"
#include "io/dataset/dataset.hpp"
#include "parallel/process_grid.hpp"

/// The flows of samples that `bench io` measures, T being the elements that files store. All are collective.
namespace tessera {

/// The samples that this rank measures with, of each its part.
struct BenchedSamples {
  const Dataset& dataset;
  std::vector<std::int64_t> samples;
  Layout input, target;  // of a batch
  std::string array;     // that files store the input in
};

/// Reading what files store, and undoing their filters.
template <class T>
std::vector<BenchedFlow> bench_files(const Communicator& world, const BenchedSamples& samples,
                                     std::int64_t repeats);

/// Staging the files of the first `count` samples from `source`, and reading them there, in a new directory
/// within `directory`, which is removed again; what else is in `directory` is left alone.
template <class T>
std::vector<BenchedFlow> bench_staging(const ProcessGrid& grid, const BenchedSamples& samples,
                                       std::int64_t count, const std::filesystem::path& source,
                                       const std::filesystem::path& directory, std::int64_t repeats);

/// From what is in memory to batches: on this thread, and by a loader.
std::vector<BenchedFlow> bench_feeding(const Communicator& world, const BenchedSamples& samples,
                                       const DataConfig& data, std::int64_t repeats);

}  // namespace tessera
