#include "harness/bench/point_record.hpp"

#include <omp.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "harness/bench/peak_rate.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/plan/split.hpp"
#include "models/kernels/library.hpp"

namespace tessera {
namespace {

std::optional<double> measured_peak_of_a_core(const Communicator& world, Element element) {
  const std::vector<int> threads = world.all_gather(omp_get_max_threads());
  const std::optional<double> peak = measured_peak(world, element);
  return peak ? std::optional(*peak / std::accumulate(threads.begin(), threads.end(), 0)) : std::nullopt;
}

// The machine's, where its file has one.
void note_peak(Study& study, const Communicator& world, Element element, const MachineDescription* machine) {
  if (machine) study.peak_flop_a_core = peak_of_a_core(*machine, element);
  if (study.peak_flop_a_core) {
    study.peak_source = peak_source(*machine);
    return;
  }
  study.peak_flop_a_core = measured_peak_of_a_core(world, element);
  if (study.peak_flop_a_core) study.peak_source = kMeasuredPeak;
}

}  // namespace

StudyLayout layout_of(const ProcessGrid& grid, const Graph& graph, const BatchSize& batch) {
  const auto& [d, h, w] = graph.shape(0).space;
  const GridDims& dims = grid.dims();
  return {.mode = StudyMode::Strong,
          .ranks = dims.processes(),
          .threads = omp_get_max_threads(),
          .depth = dims.depth,
          .height = dims.height,
          .width = dims.width,
          .global_batch = batch.global,
          .extents = spatial_axes(graph) == 2 ? std::vector{h, w} : std::vector{d, h, w}};
}

Study study_of_one(const ProcessGrid& grid, const Config& config, const StudyLayout& layout,
                   const MachineDescription* machine) {
  Study study;
  study.benchmark = config.mlperf.logged_as;
  study.element = name_of(config.compute.element);
  study.system = config.mlperf.platform;
  study.processor = probe_system().at("processor").at("model").get<std::string>();
  study.mpi = versions().mpi;
  study.library = "oneDNN " + onednn_version();
  study.version = versions().tessera;
  note_peak(study, grid.world(), config.compute.element, machine);
  study.points.resize(1);
  study.points.front().layout = layout;
  return study;
}

}  // namespace tessera
