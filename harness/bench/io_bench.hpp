#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/bench/flow.hpp"
#include "harness/config/config.hpp"
#include "harness/workloads/workload_data.hpp"

namespace tessera {

struct IoBench {
  GridDims grid;
  int axes = 3;
  std::int64_t samples = 0, batch = 1, repeats = 1;  // of a rank: its part of so many
  Element element = Element::F32;                    // of the network's input
  std::vector<BenchedFlow> flows;
};

/// Reads and converts the first samples of the training set as a run would, and computes nothing. The pages
/// of their files are in the page cache, since they have been read before. With a stage_dir it also stages
/// them to there, against the system's copy of the same files, and reads the copies, all of which it removes.
/// network: for `batch` samples, with kernels of `element`. Opens the data of the workload. Collective;
/// throws InputError, the same on every rank, where a sample can't be read.
IoBench bench_io(WorkloadData& workload, const Graph& network, const ProcessGrid& grid,
                 const DataConfig& data, Element element, std::int64_t batch, std::int64_t samples,
                 std::int64_t repeats, const std::filesystem::path& stage_dir = {});

/// Documented in io_bench.schema.json and the README.md of harness.
nlohmann::json to_json(const IoBench& bench);
/// A table for people.
std::string to_string(const IoBench& bench);

}  // namespace tessera
