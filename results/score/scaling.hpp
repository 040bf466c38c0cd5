#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tessera {

/// What stays the same from size to size: the global batch, or the batch a unit.
enum class ScalingKind { Strong, Weak };

/// "strong", "weak".
std::string_view name_of(ScalingKind kind);

/// A system of some size, as scaling sees it.
struct SizedRate {
  std::size_t standing = 0;                  // whose it is
  std::string hardware, unit;                // equal for the same system at several sizes
  double size = 0;                           // in units, > 0
  double rate = 0;                           // models per minute, > 0
  std::optional<double> samples_per_second;  // of training
  std::optional<double> batch;               // global, of one model, > 0
  std::string why_no_batch = {};             // where there is none
  std::optional<double> units_a_model = {};  // of many models side by side; else nothing: all units train one
};

struct ScalingPoint {
  std::size_t standing = 0;
  double size = 0;
  double batch = 0, batch_a_unit = 0;
  double speed_up = 1;    // over the first point
  double efficiency = 1;  // speed-up over the ratio of sizes
  std::optional<double>
      throughput_efficiency;  // the same of samples per second: without what more epochs cost
};

/// One system at two sizes or more, which can be held against each other.
struct ScalingFamily {
  ScalingKind kind = ScalingKind::Strong;
  std::string unit;
  std::vector<ScalingPoint> points;  // by size; of the smallest the fastest comes first and is the base

  /// What all points have: the global batch, or the batch a unit.
  double common_batch() const {
    return kind == ScalingKind::Strong ? points.front().batch : points.front().batch_a_unit;
  }
};

/// A system that occurs at other sizes, which it can't be held against.
struct Unscaled {
  std::size_t standing = 0;
  std::string why;
};

struct Scaling {
  std::vector<ScalingFamily> families;  // by system, then kind, then batch
  std::vector<Unscaled> unscaled;       // as given

  bool empty() const { return families.empty() && unscaled.empty(); }
};

/// Sorts out the systems that occur at several sizes: those of equal hardware and unit. Sizes with the same
/// global batch are strong scaling, sizes with the same batch a unit weak; other sizes of a system aren't
/// held against each other, since a larger batch takes other steps and more epochs. Of many models side by
/// side, where all have the same batch a unit, it is weak scaling alone. What has no hardware is left out.
Scaling scaling_of(std::span<const SizedRate> systems);

/// "4096", "1/16".
std::string batch_text(double batch);

}  // namespace tessera
