#pragma once

#include <memory>

#include "io/dataset/dataset.hpp"
#include "io/dataset/sample_files.hpp"

namespace tessera {

/// What it takes to show what a trained network says of one sample: a role that a benchmark has whose network
/// gives each pixel a class.
class SamplePrediction {
 public:
  virtual ~SamplePrediction() = default;

  /// The samples in some files, whole, as validation sees them. Throws InputError as open_data() does.
  virtual std::unique_ptr<Dataset> samples_in(SampleFiles files) const = 0;
};

}  // namespace tessera
