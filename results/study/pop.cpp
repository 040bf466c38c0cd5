#include "results/study/pop.hpp"

#include <algorithm>
#include <numeric>

#include "results/study/efficiency.hpp"

namespace tessera {
namespace {

double total_useful(const StudyMeasurement& measured) {
  return std::accumulate(measured.ranks.begin(), measured.ranks.end(), 0.0,
                         [](double sum, const RankSeconds& rank) { return sum + useful_seconds(rank); });
}

double slowest_step(const StudyMeasurement& measured) {
  return std::ranges::max(measured.ranks, {}, &RankSeconds::step).step;
}

/// For the same work, of all cores.
double useful_a_cell(const StudyPoint& point) {
  return total_useful(*point.measurement) * point.layout.threads / work_of(point.layout);
}

/// Of all threads of a rank.
double useful_of_threads(const RankSeconds& rank, int threads) {
  if (threads == 1) return useful_seconds(rank);
  return std::min(rank.compute_cpu, threads * rank.compute) + rank.rest();
}

}  // namespace

double waiting_seconds(const RankSeconds& rank) {
  return rank.exposed_exchange + rank.exposed_reduction + rank.exposed_input;
}

double useful_seconds(const RankSeconds& rank) {
  return rank.step - waiting_seconds(rank);
}

std::optional<PopEfficiencies> pop_efficiencies(const StudyMeasurement& measured) {
  if (measured.ranks.empty() || total_useful(measured) <= 0) return std::nullopt;
  const double elapsed = slowest_step(measured);
  const double mean = total_useful(measured) / static_cast<double>(measured.ranks.size());
  const double most = useful_seconds(std::ranges::max(measured.ranks, {}, useful_seconds));
  PopEfficiencies efficiencies{
      .parallel = mean / elapsed, .load_balance = mean / most, .communication = most / elapsed};
  if (const auto& ideal = measured.ideal_step_seconds; ideal && *ideal > 0) {
    // The replay is of the calls alone: what belongs to none of them is useful there, too.
    const double rest = std::ranges::max(measured.ranks, {}, &RankSeconds::rest).rest();
    efficiencies.serialisation = most / (*ideal + rest);
    efficiencies.transfer = (*ideal + rest) / elapsed;
  }
  return efficiencies;
}

std::optional<double> computation_scaling(const StudyPoint& point, const StudyPoint& base) {
  if (point.measurement->ranks.empty() || base.measurement->ranks.empty()) return std::nullopt;
  const double here = useful_a_cell(point);
  return here > 0 ? std::optional(useful_a_cell(base) / here) : std::nullopt;
}

std::optional<TalpTimes> talp_times(const StudyLayout& layout, const StudyMeasurement& measured) {
  const bool unseen = layout.threads > 1 && std::ranges::any_of(measured.ranks, [](const RankSeconds& rank) {
                        return rank.compute_cpu <= 0;
                      });
  if (measured.ranks.empty() || unseen) return std::nullopt;
  TalpTimes times{.cpus = cores_of(layout), .elapsed = slowest_step(measured)};
  double all = 0;
  for (const RankSeconds& rank : measured.ranks) {
    times.useful += useful_of_threads(rank, layout.threads);
    times.mpi += waiting_seconds(rank);
    all += layout.threads * rank.step;
  }
  times.omp = layout.threads == 1 ? 0 : all - times.useful - times.mpi;
  times.least_mpi_a_cpu =
      waiting_seconds(std::ranges::min(measured.ranks, {}, waiting_seconds)) / layout.threads;
  return times;
}

HybridEfficiencies hybrid_efficiencies(const TalpTimes& times) {
  const double all = times.useful + times.mpi + times.omp;
  const double mean_outside_mpi = times.elapsed - times.mpi / times.cpus;
  const double most_outside_mpi = times.elapsed - times.least_mpi_a_cpu;
  return {.parallel = times.useful / all,
          .mpi = times.useful / (times.useful + times.mpi),
          .mpi_communication = most_outside_mpi / times.elapsed,
          .mpi_load_balance = mean_outside_mpi / most_outside_mpi,
          .omp = (times.useful + times.mpi) / all};
}

}  // namespace tessera
