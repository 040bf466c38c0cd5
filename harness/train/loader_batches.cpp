#include "harness/train/loader_batches.hpp"

#include <utility>

#include "parallel/uniform.hpp"

namespace tessera {

LoaderBatches::LoaderBatches(const Communicator& world, const Batch& stand_in, StopRequested stop_requested,
                             Predicted predicted)
    : world_(world),
      stand_in_(stand_in),
      stop_requested_(std::move(stop_requested)),
      predicted_(std::move(predicted)) {}

const Batch& LoaderBatches::next() {
  try {
    return loader_->next();
  } catch (...) {
    failure_ = std::current_exception();
    return stand_in_;
  }
}

void LoaderBatches::throw_failure() {
  all_or_none(world_, [this] {
    if (failure_) std::rethrow_exception(failure_);
  });
}

}  // namespace tessera
