#pragma once

#include "harness/train/replica.hpp"

namespace tessera {

/// The same batch again and again, of numbers that repeat; nothing is read.
class SyntheticBatches final : public BatchSource {
 public:
  explicit SyntheticBatches(Replica& replica) : batch_(replica.synthetic()) {
    const TensorView input = replica.synthetic_input();
    with_element(input.layout.element, [&]<class T>(T) {
      const std::span<T> values = input.span<T>();
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<T>(static_cast<Wide<T>>(i % 97) / 97);
    });
  }
  const Batch& next() override { return batch_; }
  bool failed() const override { return false; }
  bool stop_requested() const override { return false; }
  void predicted(const Batch&, ConstTensorView) override {}

 private:
  const Batch& batch_;
};

}  // namespace tessera
