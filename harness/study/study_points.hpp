#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "results/study/study.hpp"

/// Which points a scaling study has: from the sizes, modes and splits that are asked for. Pure.
namespace tessera {

inline constexpr const char* kAutoSplits = "auto";

/// What a study is asked for.
struct StudyRequest {
  std::vector<int> ranks{1}, threads{1};  // of a point; of a rank
  std::vector<StudyMode> modes{StudyMode::Strong};
  /// "whole", "2x1", ...; or kAutoSplits alone: of each size samples as a whole, and for up to six numbers of
  /// parts the split that plans best.
  std::vector<std::string> splits{kAutoSplits};
  std::int64_t global_batch = 1;      // at the smallest number of ranks
  std::vector<std::int64_t> extents;  // of a sample, at the smallest number of ranks: D H W, or H W

  int smallest() const;  // number of ranks
};

/// What planning a layout comes to.
struct LayoutVerdict {
  std::string refusal;    // why it can't be run; empty where it can
  double efficiency = 1;  // at most, by the parts' work alone
};
using JudgeLayout = std::function<LayoutVerdict(const StudyLayout& layout)>;

struct StudyPoints {
  std::vector<StudyLayout> layouts;   // in the order in which they should run
  std::vector<std::string> left_out;  // for people: what, and why
};

/// Points of one kind don't follow each other in order of size, so that a machine that slows down or warms up
/// doesn't look like scaling. Strong: the global batch is the request's. WeakRank and WeakReplica: that of a
/// rank or of a replica is what a rank of the smallest size has. WeakVolume: the same, and each part of a
/// sample has the request's extents, so that a sample grows along the axes that it is split along;
/// kAutoSplits keeps the replicas. A layout that `judge` refuses is left out; of kAutoSplits also one that
/// could be no more than half as efficient as samples that aren't split. Throws InputError where nothing is
/// left, a split is no split, there are more than 200 points, or the ranks of the smallest size can't share
/// the batch that weak scaling begins with.
StudyPoints study_points(const StudyRequest& request, const JudgeLayout& judge);

/// The point's name among those of a study, which can be one of a file: "strong_r4_t1_2x1_b16".
std::string point_name(const StudyLayout& layout);

}  // namespace tessera
