#include "harness/bench/point_record.hpp"

#include <omp.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/plan/split.hpp"
#include "models/kernels/library.hpp"
#include "models/kernels/matmul_rate.hpp"

namespace tessera {
namespace {

std::optional<double> peak_of_a_core(const ProcessGrid& grid, Element element) {
  const Communicator& world = grid.world();
  world.barrier();
  const std::optional<double> mine = matmul_flop_per_second(element);
  const std::vector<double> rates = world.all_gather(mine.value_or(0));
  const std::vector<int> threads = world.all_gather(omp_get_max_threads());
  if (std::ranges::min(rates) == 0) return std::nullopt;
  return std::accumulate(rates.begin(), rates.end(), 0.0) /
         std::accumulate(threads.begin(), threads.end(), 0);
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

Study study_of_one(const ProcessGrid& grid, const Config& config, const StudyLayout& layout) {
  Study study;
  study.benchmark = config.mlperf.logged_as;
  study.element = name_of(config.compute.element);
  study.system = config.mlperf.platform;
  study.processor = probe_system().at("processor").at("model").get<std::string>();
  study.mpi = versions().mpi;
  study.library = "oneDNN " + onednn_version();
  study.version = versions().tessera;
  study.peak_flop_a_core = peak_of_a_core(grid, config.compute.element);
  if (study.peak_flop_a_core) study.peak_source = "measured";
  study.points.resize(1);
  study.points.front().layout = layout;
  return study;
}

}  // namespace tessera
