#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/machine/threads.hpp"
#include "harness/run/history.hpp"
#include "harness/run/numerical_precision.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/train/trainer.hpp"
#include "harness/workloads/batch_size.hpp"
#include "results/log/figure_of_merit.hpp"

namespace tessera {

/// What a run was and came to. Borrowed.
struct RunFacts {
  const Config& config;
  const Workload& workload;
  Trainer& trainer;
  const ProcessGrid& grid;
  const BatchSize& batch;
  const ThreadChoice& threads;
  const std::vector<EpochRecord>& epochs;
  const std::vector<PrecisionSince>& precisions;
  std::uint64_t seed = 0;
  int interruptions = 0;  // after which it went on
  std::string division, caches;
  RunEnd end = RunEnd::Failed;
  std::string failure;  // why it was aborted, where that is more than a missed target
  std::optional<std::uint64_t> parameters_checksum;  // the same on all ranks; of a run that failed none
  double self_check_seconds = 0;                     // before the rest; 0 where there was none
  double init_seconds = 0, run_seconds = 0;
  nlohmann::json staging = nullptr;  // as `stage --json` has it; null where nothing was staged
  nlohmann::json energy = nullptr;   // see run_meter.hpp; null where nothing was measured
};

/// As the log and run.json have it: "success" or "aborted".
const char* status_of(RunEnd end);

/// run.json: everything needed to compare the run with others and to repeat it. Its keys are documented in
/// run.schema.json and the README.md of harness. Collective (times and memory are gathered from all ranks).
nlohmann::json run_report(const RunFacts& facts);

/// The figures of a run for programs, by its run.json: step_seconds, samples_per_second,
/// sustained_flop_per_second, epochs, and of one that reached its target time_to_solution.
std::vector<FigureOfMerit> figures_of_run(const nlohmann::json& report);

}  // namespace tessera
