#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "results/study/study.hpp"

/// Speed-up and efficiency of a study's points, each against the smallest of its own kind.
namespace tessera {

/// Of the repeats of a point.
struct RepeatSpread {
  double median = 0, min = 0, max = 0;
  friend bool operator==(const RepeatSpread&, const RepeatSpread&) = default;
};

/// The median of an even number of values is the mean of the two in the middle. There must be at least one.
RepeatSpread spread_of(std::vector<double> values);

/// Cores that a point's threads take: what a size is counted in.
inline int cores_of(const StudyLayout& layout) {
  return layout.ranks * layout.threads;
}

/// Points that may be held against each other: of one mode, that keep the same.
struct StudyFamily {
  StudyMode mode = StudyMode::Strong;
  std::string kept;  // for people: "global batch 4", "2 samples a rank"
  std::string name;  // for files and tables: "strong_4_128x128x128"
  std::vector<std::size_t>
      points;  // of Study::points, by cores, then by ranks and parts; also those that failed
  /// The measured one of fewest cores, of several the fastest, which flatters none; nothing where all failed.
  std::optional<std::size_t> base = std::nullopt;
};

/// In the order in which their first points stand in the study. Each point is in exactly one. Strong scaling
/// keeps the global batch, weak scaling the samples of a replica or of a rank, all of them the extents of a
/// sample; weak scaling by volume keeps cells a rank, to 1 %, as extents are whole.
std::vector<StudyFamily> families_of(const Study& study);

/// What a point does in the time of its family's base. Work is cells of samples trained on, so that one
/// formula serves all modes: speed-up = (work / seconds) over that of the base, of strong scaling the ratio
/// of times, of weak scaling the scaled speed-up (Gustafson 1988); efficiency = speed-up over the ratio of
/// cores.
struct StudyScaling {
  double speed_up = 1;
  double efficiency = 1;
  /// From the point's slowest and fastest repeat, against the median of the base.
  double lowest_efficiency = 1, highest_efficiency = 1;
};

/// Both must have been measured.
StudyScaling scaling_of(const StudyPoint& point, const StudyPoint& base);

/// Cells of a step: the samples of the global batch times the cells of each.
double work_of(const StudyLayout& layout);

}  // namespace tessera
