#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tessera {

/// What a trained network says of one DeepCAM sample.
struct ClassPrediction {
  std::vector<std::uint8_t> classes;  // of each pixel (H W), a DeepcamClass
  double intersection_over_union;  // with the sample's labels; see models/train/intersection_over_union.hpp
};

/// Builds the network of a checkpoint's run and evaluates it on one sample, whose stats.h5 lies where its
/// data set has it. On one process, in the memory that training needs there. Throws InputError where the
/// checkpoint is none of a DeepCAM run, or the sample can't be read or isn't of that run's form.
ClassPrediction predict_classes(const std::filesystem::path& checkpoint, const std::filesystem::path& sample);

}  // namespace tessera
