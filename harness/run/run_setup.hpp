#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/datasets/staging.hpp"
#include "harness/energy/run_meter.hpp"
#include "harness/machine/threads.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/run/numerical_precision.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/workloads/data_share.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What a run is asked for beside its configuration.
struct RunOptions {
  std::uint64_t seed = 0;
  std::string split = "";  // of each sample over ranks, see harness/plan/split.hpp; empty: none
  std::filesystem::path output;
  std::int64_t max_epochs = 1;
  std::optional<double> time_limit = std::nullopt;  // seconds, from the start of the process
  std::string resume = "";            // checkpoint of the output directory to go on from; empty: a new run
  bool replaces_failed = false;       // of a new run: what one left that failed before its first checkpoint
  bool allow_element_change = false;  // of a run that goes on: compute.element may be another
  bool show_progress = true;
  bool self_check = true;            // of the kernels, where they aren't the reference
  std::filesystem::path stage_to{};  // a directory of this node to stage the data set to; empty: don't
  StagingPlan staging_plan = StagingPlan::Replicate;
  EnergyRequest energy{};

  bool resumes() const { return !resume.empty(); }
};

/// What is run: configuration and options, and what they come to on these ranks and on their data set.
struct RunSetup {
  const Communicator& world;
  Config config;
  RunOptions options;
  std::unique_ptr<Workload> workload{};
  BatchSize batch{};
  std::unique_ptr<ProcessGrid> grid{};
  DataShare share{};
  std::string data_set{};         // checksum of its manifest, which identifies it; on the rank that writes
  std::function<void()> fault{};  // of tests; called in the middle of each step

  bool writes() const { return world.rank() == 0; }  // the files of the run
  std::string split() const;
  NumericalPrecision precision() const;
};

/// Opens the data set, and no sample; writes nothing. Collective; throws UniformError for all that
/// configuration and data set can be wrong about.
RunSetup set_up_run(const Communicator& world, const Config& config, RunOptions options);

/// What a run that goes on must have in common with the one that was interrupted.
RunIdentity identity_of(const RunSetup& setup, const ThreadChoice& threads);

/// The first lines for people: nodes, ranks and threads, the job, and what should be known of them.
std::vector<std::string> launch_lines(const ThreadChoice& threads);
/// Lines for people before the run begins: what is trained, and what should be known of it.
std::vector<std::string> description(const RunSetup& setup);

}  // namespace tessera
