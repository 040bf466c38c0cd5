#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "harness/config/config.hpp"
#include "harness/energy/run_meter.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "parallel/process_grid.hpp"
#include "results/study/study.hpp"

namespace tessera {

struct TrainingBenchOptions {
  std::int64_t steps = 20;  // of a repeat
  std::int64_t repeats = 5;
  bool synthetic = false;  // tensors in memory in place of the data set
  EnergyRequest energy{.by = EnergyRequest::kAuto};
  std::function<void(const std::string& line)> say = [](const std::string&) {};  // for people, on rank 0
};

/// Trains as `train` does, the same step on samples of the data set that are read ahead, without updates that
/// change anything to speak of, evaluations or checkpoints, and measures it: a warm-up, then repeats, which
/// all ranks begin together. A data set with fewer samples than that takes is gone through again. The peak of
/// the processor is measured afterwards.
/// Returns a study of one point, whose mode says nothing, on rank 0; elsewhere parts of it. The workload's
/// data are opened here. Collective; throws what all ranks throw.
Study bench_training(Workload& workload, const ProcessGrid& grid, const Config& config,
                     const BatchSize& batch, const TrainingBenchOptions& options);

}  // namespace tessera
