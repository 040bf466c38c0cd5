#include "harness/run/run_report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/plan/grid_report.hpp"
#include "harness/process/message_times.hpp"
#include "io/files/checksum.hpp"

namespace tessera {
namespace {

using nlohmann::json;

json spread(const Communicator& world, double mine) {
  return to_json(min_median_max_over_ranks(world, mine));
}

// The same of what all ranks have, or none.
json spread(const Communicator& world, std::optional<double> mine) {
  return mine ? spread(world, *mine) : json();
}

json seconds(const RunFacts& facts) {
  const TrainingTimes times = facts.trainer.times();
  const double compute = times.steps - times.exposed_input - times.exposed_exchange - times.exposed_reduction;
  const Communicator& world = facts.grid.world();
  return {{"self_check", facts.self_check_seconds},
          {"init", facts.init_seconds},
          {"run", facts.run_seconds},
          {"training_steps", spread(world, times.steps)},
          {"step", spread(world, facts.trainer.recent_steps().median())},
          {"compute", spread(world, compute)},
          {"exposed_input", spread(world, times.exposed_input)},
          {"exposed_exchange", spread(world, times.exposed_exchange)},
          {"exposed_reduction", spread(world, times.exposed_reduction)},
          {"evaluation", spread(world, times.evaluation)},
          {"staging", facts.staging.is_null() ? 0.0 : facts.staging.at("seconds").get<double>()}};
}

// By rank: the mean seconds of a training step, and the most memory.
json ranks_json(const RunFacts& facts) {
  const TrainingTimes mine = facts.trainer.times();
  const Communicator& world = facts.grid.world();
  const double steps = std::max(static_cast<double>(facts.trainer.steps_done()), 1.0);
  const std::vector<std::size_t> memory = world.all_gather(peak_memory_bytes());
  json ranks = json::array();
  for (const TrainingTimes& times : world.all_gather(mine))
    ranks.push_back(
        {{"step", times.steps / steps},
         {"compute",
          (times.steps - times.exposed_input - times.exposed_exchange - times.exposed_reduction) / steps},
         {"exposed_exchange", times.exposed_exchange / steps},
         {"exposed_reduction", times.exposed_reduction / steps},
         {"exposed_input", times.exposed_input / steps},
         {"peak_memory_bytes", memory[ranks.size()]}});
  return ranks;
}

json memory_json(const RunFacts& facts) {
  const Communicator& world = facts.grid.world();
  const auto fixed = static_cast<double>(facts.trainer.fixed_memory_bytes());
  return {{"peak_memory", spread(world, static_cast<double>(peak_memory_bytes()))},
          {"fixed_memory", spread(world, fixed)},
          {"activations", world.max(static_cast<std::int64_t>(facts.trainer.network().activation_bytes()))},
          {"scratch", world.max(static_cast<std::int64_t>(facts.trainer.network().scratch_bytes()))},
          {"parameters", facts.trainer.parameters().bytes()},
          {"reduced_a_step", facts.trainer.reducer().bytes_a_step()}};
}

json input_json(const RunFacts& facts) {
  const std::uint64_t mine =
      facts.workload.training().bytes_read() + facts.workload.validation().bytes_read();
  const std::vector<std::uint64_t> all = facts.grid.world().all_gather(mine);
  return {{"bytes_read", std::accumulate(all.begin(), all.end(), std::uint64_t{0})}};
}

json precision_json(const std::vector<PrecisionSince>& precisions) {
  const NumericalPrecision lowest = tessera::lowest(precisions);
  return {{"lowest_in_linear", mlperf_name(lowest.element)},
          {"lowest_in_comm", mlperf_name(lowest.comm)},
          {"steps", to_json(precisions)}};
}

json kernels_of(const Network& network) {
  json kernels = json::object();
  for (const auto& [node, implementations] : network.implementations()) kernels[node] = implementations;
  return kernels;
}

// Layers whose interior is computed while their halo travels, on this rank.
json interior_first(Trainer& trainer) {
  json nodes = json::array();
  for (const ProgramStep& step : trainer.network().program().forward)
    if (step.kind == ProgramStep::Kind::ForwardInterior)
      nodes.push_back(trainer.graph().node(step.node).name);
  return nodes;
}

json versions_json() {
  const Versions v = versions();
  return {{"tessera", v.tessera},
          {"compiler", v.compiler},
          {"mpi", v.mpi},
          {"onednn", v.onednn},
          {"hdf5", v.hdf5}};
}

json epochs_json(const std::vector<EpochRecord>& epochs) {
  json list = json::array();
  for (const EpochRecord& e : epochs)
    list.push_back({{"epoch", e.epoch},
                    {"learning_rate", e.learning_rate},
                    {"loss", e.loss},
                    {"validation_loss", e.validation_loss},
                    {"metric", e.metric},
                    {"training_seconds", e.training_seconds},
                    {"evaluation_seconds", e.evaluation_seconds},
                    {"samples_per_second", e.samples_per_second}});
  return list;
}

// Over all full epochs, evaluation not counted.
double samples_per_second(const RunFacts& facts) {
  double training = 0;
  for (const EpochRecord& e : facts.epochs) training += e.training_seconds;
  const auto samples = static_cast<double>(facts.trainer.steps_per_epoch() * facts.batch.global) *
                       static_cast<double>(facts.epochs.size());
  return training > 0 ? samples / training : 0;
}

}  // namespace

const char* status_of(RunEnd end) {
  return end == RunEnd::TargetReached ? "success" : "aborted";
}

json run_report(const RunFacts& facts) {
  json report;
  report["benchmark"] = facts.config.mlperf.logged_as;
  report["division"] = facts.division;
  report["status"] = status_of(facts.end);
  report["end"] = name_of(facts.end);
  if (!facts.failure.empty()) report["failure"] = facts.failure;
  report["metric"] = {{"name", facts.workload.metric_name()}, {"target", facts.workload.target()}};
  if (!facts.epochs.empty()) report["metric"]["value"] = facts.epochs.back().metric;
  report["seed"] = facts.seed;
  report["epochs"] = epochs_json(facts.epochs);
  report["interruptions"] = facts.interruptions;
  report["steps"] = facts.trainer.steps_done();
  report["samples_per_second"] = samples_per_second(facts);
  const double flop = facts.trainer.graph().training_flop() / static_cast<double>(facts.batch.replica);
  report["training_flop_a_sample"] = flop;
  report["training_flop_per_second"] = flop * samples_per_second(facts);
  report["seconds"] = seconds(facts);
  report["ranks_a_step"] = ranks_json(facts);
  const GridDims& dims = facts.grid.dims();
  report["nodes"] = facts.grid.nodes();
  add_grid(report, dims);
  report["samples_across_nodes"] = facts.grid.samples_across_nodes();
  report["batch"] = {
      {"global", facts.batch.global}, {"replica", facts.batch.replica}, {"passes", facts.batch.passes}};
  report["samples"] = {{"train", facts.workload.training().size()},
                       {"validation", facts.workload.validation().size()}};
  report["threads"] = {{"a_rank", facts.threads.threads},
                       {"cores", facts.threads.cores},
                       {"bound", facts.threads.bound},
                       {"reason", facts.threads.reason}};
  report["precision"] = precision_json(facts.precisions);
  if (facts.parameters_checksum) report["parameters_checksum"] = checksum_text(*facts.parameters_checksum);
  report["bytes"] = memory_json(facts);
  report["input"] = input_json(facts);
  if (!facts.staging.is_null()) report["staging"] = facts.staging;
  if (!facts.energy.is_null()) report["energy"] = facts.energy;
  report["kernels"] = kernels_of(facts.trainer.network());
  report["interior_first"] = interior_first(facts.trainer);
  report["caches_cleared"] = facts.caches;
  report["configuration"] = to_json(facts.config);
  report["versions"] = versions_json();
  report["system"] = probe_system();
  return report;
}

std::vector<FigureOfMerit> figures_of_run(const json& report) {
  const json& of_run = report.at("seconds");
  std::vector<FigureOfMerit> figures;
  if (const json& step = of_run.at("step"); !step.is_null())
    figures.push_back({"step_seconds", step.at("max"), "s"});
  figures.insert(figures.end(),
                 {{"samples_per_second", report.at("samples_per_second"), "samples/s"},
                  {"sustained_flop_per_second", report.at("training_flop_per_second"), "flop/s"},
                  {"epochs", static_cast<double>(report.at("epochs").size()), "epochs"}});
  if (report.at("end") == name_of(RunEnd::TargetReached))
    figures.push_back({"time_to_solution", of_run.at("run"), "s"});
  return figures;
}

}  // namespace tessera
