#include "harness/plan/run_plan.hpp"

#include <algorithm>
#include <numeric>

namespace tessera {
namespace {

double share(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

std::vector<PartMemory> RunPlan::memory() const {
  const std::vector<std::size_t> exchanges = partition.buffer_bytes();
  std::vector<PartMemory> all;
  for (std::size_t part = 0; part < partition.memory.size(); ++part)
    all.push_back({partition.memory[part].activations, partition.memory[part].scratch, exchanges[part],
                   partition.input_bytes[part] * static_cast<std::size_t>(input_batches),
                   partition.parameter_bytes, partition.gradient_bytes * (batch.passes > 1 ? 2 : 1),
                   optimizer_bytes});
  return all;
}

std::size_t RunPlan::reduced_bytes() const {
  std::size_t bytes = 0;
  for (const PlannedBucket& bucket : partition.buckets) bytes += bucket.bytes;
  return bytes;
}

ExposedFraction RunPlan::exposed_fraction() const {
  std::int64_t exchanged = 0, exposed = 0;  // received, by all parts
  for (const PlannedNode& node : partition.nodes)
    for (const PlannedEdge& edge : node.exchanges)
      for (const EdgeTraffic& part : edge.parts) {
        exchanged += part.received.bytes + part.sent.bytes;
        exposed += part.gather_hidden ? 0 : part.received.bytes;
        exposed += part.scatter_hidden ? 0 : part.sent.bytes;
      }
  std::size_t exposed_reduction = 0;
  for (const PlannedBucket& bucket : partition.buckets) exposed_reduction += bucket.hidden ? 0 : bucket.bytes;
  const double parts = partition.grid.parts();
  const auto e = static_cast<double>(exposed), x = static_cast<double>(exchanged);
  const auto r = static_cast<double>(exposed_reduction), all = static_cast<double>(reduced_bytes());
  return {share(e, x), share(r, all), share(e + parts * r, x + parts * all)};
}

double RunPlan::load_imbalance() const {
  const std::vector<double> flop = partition.part_flop();
  const double mean = std::accumulate(flop.begin(), flop.end(), 0.0) / static_cast<double>(flop.size());
  return *std::max_element(flop.begin(), flop.end()) / mean;
}

double RunPlan::efficiency_bound() const {
  const std::vector<double> flop = partition.part_flop();
  return partition.training_flop /
         (static_cast<double>(flop.size()) * *std::max_element(flop.begin(), flop.end()));
}

}  // namespace tessera
