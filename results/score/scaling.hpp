#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tessera {

/// A system of some size, as scaling sees it.
struct SizedRate {
  std::size_t standing = 0;                  // whose it is
  std::string hardware, unit;                // equal for the same system at several sizes
  double size = 0;                           // in units, > 0
  double rate = 0;                           // models per minute, > 0
  std::optional<double> samples_per_second;  // of training
};

struct ScalingPoint {
  std::size_t standing = 0;
  double size = 0;
  double speed_up = 1;    // over the first point
  double efficiency = 1;  // speed-up over the ratio of sizes
  std::optional<double>
      throughput_efficiency;  // the same of samples per second: without what more epochs cost
};

/// One system at two sizes or more.
struct ScalingFamily {
  std::string unit;
  std::vector<ScalingPoint> points;  // by size; of the smallest the fastest comes first and is the base
};

/// Sorts out the systems that occur at several sizes: those of equal hardware and unit. With times to
/// solution it is strong scaling, with throughputs of many models at once weak scaling. What has no hardware
/// is left out.
std::vector<ScalingFamily> scaling_families(std::span<const SizedRate> systems);

}  // namespace tessera
