#pragma once

#include <memory>

#include "io/dataset/dataset.hpp"

namespace tessera {

/// Samples whose targets are given the form in which the network answers, where that isn't the stored one: a
/// class as one number for each, 1 for the true one and 0 for the others; or an input as one row of features,
/// in the order in which it is flattened.
class ShapedTargets final : public Dataset {
 public:
  enum class Form : std::uint8_t { OneHot, Flat };
  /// stored: the target's layout for one sample as `samples` has it, apart from the element.
  ShapedTargets(std::unique_ptr<const Dataset> samples, Form form, const Layout& stored)
      : samples_(std::move(samples)), form_(form), stored_(stored) {}

  std::int64_t size() const override { return samples_->size(); }
  std::filesystem::path file(std::int64_t sample) const override { return samples_->file(sample); }
  void check_first_sample() const override { samples_->check_first_sample(); }
  void read_input(std::int64_t sample, int epoch, TensorView into) const override {
    samples_->read_input(sample, epoch, into);
  }
  void read_target(std::int64_t sample, TensorView into) const override;
  std::uint64_t bytes_read() const override { return samples_->bytes_read(); }

 private:
  std::unique_ptr<const Dataset> samples_;
  Form form_;
  Layout stored_;
};

}  // namespace tessera
