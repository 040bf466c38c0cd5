#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/process/statistics.hpp"
#include "harness/workloads/workload.hpp"

namespace tessera {

/// One part of the way from files to the network, beside what as many bytes take at least. Seconds are
/// medians over the repeats, spread over the ranks.
struct BenchedFlow {
  std::string name;
  std::size_t bytes = 0;  // of a rank: that come out of it
  MinMedianMax seconds;
  std::string ceiling;  // "pread", "copy" or "memcpy"
  MinMedianMax ceiling_seconds;
};

struct IoBench {
  GridDims grid;
  int axes = 3;
  std::int64_t samples = 0, batch = 1, repeats = 1;  // of a rank: its part of so many
  std::vector<BenchedFlow> flows;
};

/// Reads and converts the first samples of the training set as a run would, and computes nothing. The pages
/// of their files are in the page cache, since they have been read before. With a stage_dir it also stages
/// them to there, against the system's copy of the same files, and reads the copies, all of which it removes.
/// Opens the data of the workload. Collective; throws InputError, the same on every rank, where a sample
/// can't be read.
IoBench bench_io(Workload& workload, const ProcessGrid& grid, const DataConfig& data, std::int64_t batch,
                 std::int64_t samples, std::int64_t repeats, const std::filesystem::path& stage_dir = {});

/// Documented in the README.
nlohmann::json to_json(const IoBench& bench);
/// A table for people.
std::string to_string(const IoBench& bench);

}  // namespace tessera
