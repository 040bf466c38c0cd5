#pragma once

#include <string>
#include <utility>
#include <vector>

#include "results/study/study.hpp"

/// A study as two nodes of two cores each might give it, in numbers that can be divided by hand.
namespace tessera {

/// Ranks that compute for as long as `compute` says, each the rest of the step waiting for sums of gradients.
inline StudyMeasurement waiting_for_sums(double step, const std::vector<double>& compute) {
  StudyMeasurement measured{
      .step_seconds = {step, step * 1.25, step * 0.75}, .ranks = {}, .peak_memory_bytes = {}};
  for (const double seconds : compute) {
    measured.ranks.push_back(
        {.step = step, .compute = seconds, .exposed_reduction = step - seconds, .compute_cpu = seconds});
    measured.peak_memory_bytes.push_back(64 << 20);
  }
  measured.training_flop_a_sample = 1e9;
  return measured;
}

inline StudyPoint sample_point(StudyMode mode, int ranks, int depth, std::int64_t batch,
                               std::optional<StudyMeasurement> measured) {
  StudyPoint point;
  point.layout = {
      .mode = mode, .ranks = ranks, .depth = depth, .global_batch = batch, .extents = {32, 32, 32}};
  point.name = to_string(mode) + "-" + std::to_string(ranks) + "-" + std::to_string(depth);
  point.measurement = std::move(measured);
  return point;
}

/// Strong scaling of a global batch of 4, whole and in slabs, with a hybrid point, one that failed and one
/// that hasn't ended; weak scaling of 2 samples a rank.
inline Study sample_scaling_study() {
  Study study{.benchmark = "cosmoflow",
              .element = "float32",
              .system = "two nodes",
              .processor = "Example 2-core",
              .mpi = "MPICH 4.0",
              .library = "oneDNN 2.6.3",
              .version = "1.0.0",
              .steps = 20,
              .repeats = 3,
              .peak_flop_a_core = 2e10,
              .peak_source = "measured",
              .points = {}};
  using enum StudyMode;
  auto& points = study.points;
  points.push_back(sample_point(Strong, 1, 1, 4, waiting_for_sums(1.0, {1.0})));
  points.push_back(sample_point(Strong, 2, 1, 4, waiting_for_sums(0.625, {0.5, 0.375})));
  points.back().measurement->ideal_step_seconds = 0.5625;
  points.back().predicted_step_seconds = 0.5;
  points.push_back(sample_point(Strong, 2, 2, 4, waiting_for_sums(0.5, {0.5, 0.5})));
  points.push_back(sample_point(Strong, 4, 1, 4, waiting_for_sums(0.3125, {0.25, 0.25, 0.25, 0.25})));
  points.back().measurement->nodes = 2;
  points.back().measurement->input = StudyInput::Cycled;
  points.push_back(sample_point(Strong, 4, 4, 4, std::nullopt));
  points.back().failure = "exit code 3: out of memory";
  points.push_back(sample_point(Strong, 4, 2, 4, std::nullopt));

  points[0].predicted_step_seconds = 1;
  points[3].predicted_step_seconds = 0.25;
  points[4].predicted_step_seconds = 0.3125;

  // Of 2 x 0.4 s of its threads while it computed, 0.6 s were busy; 0.05 s of bookkeeping, 0.05 s of waiting.
  StudyMeasurement hybrid = waiting_for_sums(0.5, {0.4});
  hybrid.ranks[0] = {.step = 0.5, .compute = 0.4, .exposed_input = 0.05, .compute_cpu = 0.6};
  points.push_back(sample_point(Strong, 1, 1, 4, hybrid));
  points.back().layout.threads = 2;
  points.back().name += "-threads-2";

  points.push_back(sample_point(WeakRank, 1, 1, 2, waiting_for_sums(0.5, {0.5})));
  points.push_back(sample_point(WeakRank, 2, 1, 4, waiting_for_sums(0.625, {0.5, 0.5})));
  points.back().measurement->solution = {.seconds = 1800, .epochs = 12, .reached = true};
  points.back().measurement->joules_a_step = 50;
  return study;
}

}  // namespace tessera
