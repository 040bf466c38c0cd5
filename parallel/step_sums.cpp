#include "parallel/step_sums.hpp"

#include <algorithm>
#include <cassert>

namespace tessera {

void StepSums::start(std::span<const double> mine) {
  assert(mine.size() == values_.size() && !request_.in_flight());
  std::copy(mine.begin(), mine.end(), values_.begin());
  if (world_->size() > 1) request_ = world_->start_sum(std::span(values_));
}

std::span<const double> StepSums::finish() {
  wait(request_, {"the sum of the loss"});
  return values_;
}

}  // namespace tessera
