#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "harness/energy/energy_meter.hpp"

namespace tessera {

/// A file that holds an energy counter as its first number.
struct CounterFile {
  std::filesystem::path path;
  double joules_a_count = 1;
  std::uint64_t range = 0;  // the greatest count, after which it begins at 0 again; 0: it never does
};

/// What a counter has counted; nothing where one that has no range went back, as when it was set anew.
std::optional<std::uint64_t> counted(std::uint64_t before, std::uint64_t now, std::uint64_t range);

/// The sum of counters; it must be read before one of them can go round twice. Throws InputError where one
/// can't be read.
std::unique_ptr<EnergyMeter> make_counter_meter(MeterKind kind, std::vector<CounterFile> counters);

/// The counters of this node below a root, as /sys: Cray's pm_counters, else RAPL's packages, each with its
/// memory where all have one, else RAPL's psys, which holds the packages, so that it is never added to them.
/// Null where there is none. Throws InputError where there are some that can't be read.
std::unique_ptr<EnergyMeter> find_counter_meter(const std::filesystem::path& root);

}  // namespace tessera
