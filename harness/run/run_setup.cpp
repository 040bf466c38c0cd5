#include "harness/run/run_setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>
#include <utility>

#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/plan/split.hpp"
#include "harness/run/injected_fault.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/cache_budget.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/files/checksum.hpp"
#include "io/files/lock_record.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Public data sets have no manifest, and nothing else as short identifies them.
std::string checksum_of_manifest(const std::filesystem::path& data_set) {
  const std::filesystem::path manifest = data_set / kManifestName;
  return std::filesystem::exists(manifest) ? checksum_text(checksum_of_file(manifest)) : "none";
}

}  // namespace

std::string RunSetup::split() const {
  return split_text(grid->dims(), spatial_axes(workload->graph(1)));
}

NumericalPrecision RunSetup::precision() const {
  return precision_of(config.compute.element, grid->dims().parts() > 1);
}

RunSetup set_up_run(const Communicator& world, const Config& config, RunOptions options) {
  RunSetup setup{.world = world, .config = config, .options = std::move(options)};
  RunLayout layout;
  all_or_none(world, [&] {
    layout = lay_out(config, setup.options.seed, setup.options.split, world.size());
    setup.fault = injected_fault(world.rank(), world.size());
  });
  setup.workload = std::move(layout.workload);
  setup.batch = layout.batch;
  setup.grid = std::make_unique<ProcessGrid>(world, layout.grid);
  const int ranks_of_node = world.node_local().size();
  DataListing listing = broadcast_listing(*setup.grid, *setup.workload, config.data.data_dir);
  all_or_none(world, [&] {
    const std::size_t cache_bytes = cache_budget(memory_bytes(), ranks_of_node);
    setup.share = data_share(setup.workload->graph(1), *setup.grid, config.data, cache_bytes);
    setup.workload->open_data(std::move(listing), setup.share);
    if (setup.writes()) setup.data_set = checksum_of_manifest(config.data.data_dir);
  });
  return setup;
}

namespace {

// Shortened, as there are many replicas: HDF5 takes no attribute of 64 KiB.
std::string drawn_from(const RunSetup& setup) {
  if (setup.config.data.shuffle != Shuffle::Local) return "all";
  const std::string nodes = fmt::format("{}", fmt::join(setup.grid->node_of_replica(), ","));
  constexpr std::size_t kLongest = 1000;
  if (nodes.size() <= kLongest) return nodes;
  return fmt::format("{} nodes, {}", setup.grid->nodes(),
                     checksum_text(checksum(std::as_bytes(std::span(nodes)))));
}

}  // namespace

RunIdentity identity_of(const RunSetup& setup, const ThreadChoice& threads) {
  return {.configuration = to_json(setup.config),
          .data_set = setup.data_set,
          .seed = setup.options.seed,
          .global_batch = setup.batch.global,
          .kept_axes = setup.workload->kept_axes(),
          .drawn_from = drawn_from(setup),
          .normalized_samples = setup.workload->norm_replicas(setup.batch.replicas()) * setup.batch.replica,
          .version = versions().tessera,
          .ranks = setup.world.size(),
          .threads = threads.threads,
          .split = setup.split()};
}

std::vector<std::string> launch_lines(const ThreadChoice& threads) {
  const std::string job = job_of_this_process();
  std::vector<std::string> lines{fmt::format(
      "{} ({}, idle threads {}, {}); {}", threads.launch, threads.bound ? "bound" : "not bound",
      threads.spins ? "spin" : "sleep", threads.reason, job.empty() ? "no batch job" : "job " + job)};
  lines.insert(lines.end(), threads.warnings.begin(), threads.warnings.end());
  return lines;
}

std::vector<std::string> description(const RunSetup& setup) {
  const GridDims& dims = setup.grid->dims();
  const BatchSize& batch = setup.batch;
  const int ranks = setup.world.size();
  const std::int64_t training = setup.workload->training().size();
  const std::string parts = setup.split();
  const std::string split =
      dims.parts() == 1 ? "" : fmt::format(", each sample split {} over {} ranks", parts, dims.parts());
  const std::string passes = batch.passes == 1 ? "" : fmt::format(", in {} passes", batch.passes);
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} on {} rank{}{}, batch {} ({} a replica{}), {} + {} samples, seed {}",
                              setup.config.mlperf.logged_as, ranks, ranks == 1 ? "" : "s", split,
                              batch.global, batch.replica, passes, training,
                              setup.workload->validation().size(), setup.options.seed));
  if (const int across = setup.grid->samples_across_nodes(); across > 0)
    lines.push_back(fmt::format(
        "warning: {} of {} replicas have their parts on several nodes, so that exchanges cross the "
        "network; a split of {} wants {} ranks on each node, or a multiple",
        across, dims.replicas, parts, dims.parts()));
  if (const std::int64_t left = training % batch.global; left > 0)
    lines.push_back(
        fmt::format("{} training samples after the last full batch of an epoch are left out", left));
  return lines;
}

}  // namespace tessera
