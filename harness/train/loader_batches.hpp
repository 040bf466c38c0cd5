#pragma once

#include <exception>
#include <functional>

#include "harness/train/batch_source.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// A loader's batches. A sample that can't be read is an error of this rank alone: it is kept until all ranks
/// know, and another batch stands in. Borrows all.
class LoaderBatches final : public BatchSource {
 public:
  using StopRequested = std::function<bool()>;
  using Predicted = std::function<void(const Batch&, ConstTensorView)>;

  LoaderBatches(
      const Communicator& world, const Batch& stand_in, StopRequested stop_requested = [] { return false; },
      Predicted predicted = [](const Batch&, ConstTensorView) {});

  void read_from(Loader& loader) { loader_ = &loader; }
  const Batch& next() override;
  bool failed() const override { return failure_ != nullptr; }
  bool stop_requested() const override { return stop_requested_(); }
  void predicted(const Batch& batch, ConstTensorView prediction) override { predicted_(batch, prediction); }

  /// After a step that failed() on some rank: throws its error on all. Collective.
  void throw_failure();

 private:
  const Communicator& world_;
  const Batch& stand_in_;
  StopRequested stop_requested_;
  Predicted predicted_;
  Loader* loader_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace tessera
