#pragma once

#include "harness/bench/synthetic_values.hpp"
#include "harness/train/replica.hpp"

namespace tessera {

/// The same batch again and again, of numbers that repeat; nothing is read.
class SyntheticBatches final : public BatchSource {
 public:
  explicit SyntheticBatches(Replica& replica) : batch_(replica.synthetic()) {
    fill_with_synthetic_values(replica.synthetic_input());
  }
  const Batch& next() override { return batch_; }
  bool failed() const override { return false; }
  bool stop_requested() const override { return false; }
  void predicted(const Batch&, ConstTensorView) override {}

 private:
  const Batch& batch_;
};

}  // namespace tessera
