#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "results/study/efficiency.hpp"
#include "results/study/pop.hpp"
#include "results/study/study.hpp"

namespace tessera {

/// What a study says of one measured point; the same for tables, CSV, JSON and the report.
struct PointFigures {
  RepeatSpread step_seconds;
  double samples_per_second = 0;
  double flop_per_second = 0;                           // of all ranks
  std::optional<double> peak_share = std::nullopt;      // of the peak of all cores that compute
  std::optional<RankSeconds> breakdown = std::nullopt;  // means over the ranks; they add up to its step
  StudyScaling scaling = {};                            // against the base of its family
  bool is_base = false;
  std::optional<PopEfficiencies> pop = std::nullopt;
  std::optional<double> computation_scaling = std::nullopt;  // against the same base
  std::optional<HybridEfficiencies> hybrid = std::nullopt;   // where ranks have several threads
  std::optional<std::int64_t> memory_bytes = std::nullopt;   // of the rank with most
  std::optional<double> joules_a_sample = std::nullopt;
  std::optional<double> node_hours =
      std::nullopt;  // to the target; nothing where it wasn't reached, or not run to
  /// Predicted over measured time of a step, less one.
  std::optional<double> prediction_error = std::nullopt;

  /// Parallel efficiency times computation scaling.
  std::optional<double> global_efficiency() const;
};

/// By the points of the study; nothing of those that weren't measured.
std::vector<std::optional<PointFigures>> figures_of(const Study& study);

}  // namespace tessera
