#include "harness/bench/peak_rate.hpp"

#include <algorithm>
#include <numeric>

#include "models/kernels/matmul_rate.hpp"

namespace tessera {

std::optional<double> measured_peak(const Communicator& ranks, Element element) {
  ranks.barrier();
  const std::vector<double> rates = ranks.all_gather(matmul_flop_per_second(element).value_or(0));
  if (std::ranges::min(rates) == 0) return std::nullopt;
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

}  // namespace tessera
