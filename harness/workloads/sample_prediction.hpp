#pragma once

#include <filesystem>
#include <memory>

#include "io/dataset/dataset.hpp"

namespace tessera {

/// What it takes to show what a trained network says of one sample: a role that a benchmark has whose network
/// gives each pixel a class.
class SamplePrediction {
 public:
  virtual ~SamplePrediction() = default;

  /// The samples of one folder, whole, as validation sees them. Throws InputError as open_data() does.
  virtual std::unique_ptr<Dataset> samples_in(const std::filesystem::path& folder) const = 0;
};

}  // namespace tessera
