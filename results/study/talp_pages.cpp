#include "results/study/talp_pages.hpp"

#include <cmath>
#include <optional>

#include "results/study/layout_text.hpp"
#include "results/study/pop.hpp"

namespace tessera {
namespace {

using nlohmann::json;

std::int64_t nanoseconds(double seconds) {
  return std::llround(1e9 * seconds);
}

/// One thread has no idle time of threads, however it divides; of several it can't be seen.
json without_threads(const StudyLayout& layout, const json& value) {
  return layout.threads == 1 ? value : json();
}

json region_of(const StudyLayout& layout, const TalpTimes& times, int nodes) {
  const HybridEfficiencies hybrid = hybrid_efficiencies(times);
  // On one node all imbalance is within it.
  const auto on_one_node = [&](auto value) { return nodes == 1 ? json(value) : json(); };
  return {{"numCpus", times.cpus},
          {"numMpiRanks", layout.ranks},
          {"numNodes", nodes},
          {"avgCpus", times.cpus},
          {"cycles", 0},
          {"instructions", 0},
          {"numMeasurements", 1},
          {"elapsedTime", nanoseconds(times.elapsed)},
          {"usefulTime", nanoseconds(times.useful)},
          {"mpiTime", nanoseconds(times.mpi)},
          {"ompLoadImbalanceTime", without_threads(layout, 0)},
          {"ompSchedulingTime", without_threads(layout, 0)},
          {"ompSerializationTime", without_threads(layout, 0)},
          {"minMpiNormdProc", nanoseconds(times.least_mpi_a_cpu)},
          {"minMpiNormdNode", on_one_node(nanoseconds(times.mpi / times.cpus))},
          {"parallelEfficiency", hybrid.parallel},
          {"mpiParallelEfficiency", hybrid.mpi},
          {"mpiCommunicationEfficiency", hybrid.mpi_communication},
          {"mpiLoadBalance", hybrid.mpi_load_balance},
          {"mpiLoadBalanceIn", on_one_node(hybrid.mpi_load_balance)},
          {"mpiLoadBalanceOut", on_one_node(1.0)},
          {"ompParallelEfficiency", hybrid.omp},
          {"ompLoadBalance", without_threads(layout, 1.0)},
          {"ompSchedulingEfficiency", without_threads(layout, 1.0)},
          {"ompSerializationEfficiency", without_threads(layout, 1.0)}};
}

json talp_of(const Study& study, const StudyPoint& point, const TalpTimes& times,
             const std::string& timestamp) {
  const int nodes = point.measurement->nodes;
  return {{"dlbVersion", "3.5"},
          {"generator", "tessera " + study.version},
          {"timestamp", timestamp},
          {"resources", {{"numCpus", times.cpus}, {"numNodes", nodes}, {"numMpiRanks", point.layout.ranks}}},
          {"Application", {{"Global", region_of(point.layout, times, nodes)}}}};
}

}  // namespace

std::vector<ExportFile> talp_pages_files(const Study& study, const std::string& timestamp) {
  std::vector<ExportFile> files;
  for (const ExportSeries& series : export_series_of(study)) {
    for (const std::size_t i : series.points) {
      const StudyPoint& point = study.points[i];
      const std::optional<TalpTimes> times = talp_times(point.layout, *point.measurement);
      if (!times) continue;
      files.push_back({.path = series.name + "/talp_" + size_text(point.layout) + ".json",
                       .json = talp_of(study, point, *times, timestamp)});
    }
  }
  return files;
}

}  // namespace tessera
